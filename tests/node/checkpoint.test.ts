/** The checkpoints that ship with the code, and the command that makes them. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  bytesToHex,
  type Checkpoint,
  hashLeaf,
  networks,
  openCheckpoint,
  RootBuilder,
  readCheckpoint,
  resolveNetwork,
  shippedCheckpoint,
} from '@vision-light/protocol';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { checkpointText, main } from '../../packages/gateway/src/cli/checkpoint.js';
import { createGateway } from '../../packages/gateway/src/gateway.js';
import { findData, readData } from './data-files.js';

const folder = mkdtempSync(path.join(tmpdir(), 'vision-light-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const out = path.join(folder, 'checkpoint.json');
const mainnetFile = path.resolve(import.meta.dirname, '../data/bitcoin/headers/mainnet_0-32259.bin');

/** What the command says on stderr. */
async function refusal(...args: string[]): Promise<string> {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    expect(await main(args)).toBe(1);
    return said.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    said.mockRestore();
  }
}

describe('a checkpoint that ships with the code', () => {
  it.each([
    ['bitcoin-mainnet', mainnetFile],
    ['bitcoin-testnet3', findData('bitcoin/headers/testnet3_0-9999.bin')],
  ] as const)('of %s is what the command makes of the real headers', async (network, file) => {
    const shipped = shippedCheckpoint(network) as Checkpoint;
    expect(openCheckpoint(resolveNetwork(network), readCheckpoint(shipped)).base.height).toBe(shipped.height);
    if (file === undefined) return;
    const args = ['--network', network, '--headers', file, '--height', String(shipped.height), '--out', out];
    expect(await main(args)).toBe(0);
    expect(readFileSync(out, 'utf8')).toBe(checkpointText(shipped));
  });

  it('is there of no other network', () => {
    const having = networks.filter((network) => shippedCheckpoint(network) !== undefined);
    expect(having).toEqual(['bitcoin-mainnet', 'bitcoin-testnet3']);
    const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 4, readsPerIter: 1, writeEvery: 2 };
    expect(shippedCheckpoint({ name: 'own', targetSpacingS: 5, visionx })).toBeUndefined();
  });
});

describe('npm run checkpoint', () => {
  it('makes the same of a gateway’s data folder, and takes a height that is deep enough by itself', async () => {
    const dataDir = path.join(folder, 'data');
    const regtest = path.resolve(import.meta.dirname, '../data/bitcoin/headers/regtest_0-100.bin');
    const network = 'bitcoin-regtest';
    const gateway = await createGateway({
      network,
      port: 0,
      host: '127.0.0.1',
      dataDir,
      headersFile: regtest,
    });
    const route = `http://127.0.0.1:${gateway.port}/checkpoint`;
    const served = await (await fetch(`${route}?height=88`)).json();
    expect((await fetch(`${route}?height=101`)).status).toBe(404);
    expect((await fetch(`${route}?height=-1`)).status).toBe(400);
    // 144 headers below the tip there is none.
    expect((await fetch(route)).status).toBe(404);
    await gateway.close();
    const [name] = readdirSync(dataDir).filter((each) => each.startsWith(network));
    const args = ['--network', network, '--data-dir', path.join(dataDir, name as string), '--height', '88'];
    expect(await main([...args, '--out', out])).toBe(0);
    const made = JSON.parse(readFileSync(out, 'utf8'));
    expect(made).toEqual(served);
    expect(await main(['--network', network, '--headers', regtest, '--height', '88', '--out', out])).toBe(0);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(made);
    expect(await main(['--network', 'bitcoin-mainnet', '--headers', mainnetFile, '--out', out])).toBe(0);
    // The highest one, 144 headers below the tip or deeper, whose window has 11 headers.
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ height: 15 * 2016 + 10 });
  });

  it('says in a sentence what it cannot do', async () => {
    const file = ['--headers', mainnetFile];
    const on = ['--network', 'bitcoin-mainnet'];
    expect(await refusal()).toContain('either --headers or --data-dir must be given');
    expect(await refusal('--what')).toContain("Unknown option '--what'");
    expect(await refusal(...file, '--network', 'x')).toContain('--network: must be one of vision-devnet,');
    expect(await refusal(...file, ...on, '--height', '-1')).toContain(
      "Option '--height' argument is ambiguous.\n",
    );
    expect(await refusal(...file, ...on, '--height', 'x')).toContain(
      '--height: must be a whole number, got x',
    );
    expect(await refusal(...file, ...on, '--height', '32260')).toContain('The chain ends at height 32259.');
    expect(await refusal(...file, '--network', 'bitcoin-signet')).toContain(
      'does not begin with the genesis',
    );
    const damaged = path.join(folder, 'damaged.bin');
    writeFileSync(damaged, readData('bitcoin/headers/regtest_0-100.bin').fill(0, 400, 404));
    expect(await refusal('--headers', damaged, '--network', 'bitcoin-regtest')).toContain('breaks a rule at');
    const missing = ['--data-dir', path.join(folder, 'nothing'), '--height', '5'];
    expect(await refusal(...missing, '--network', 'bitcoin-regtest')).toContain(
      'The chain ends at height 0.',
    );
    const described = path.join(folder, 'network.json');
    expect(await refusal(...file, '--network-file', described)).toMatch(
      /cannot read .*network.json \(ENOENT\)/,
    );
    writeFileSync(described, '[');
    expect(await refusal(...file, '--network-file', described)).toContain('holds no JSON object');
    expect(await refusal(...file, ...on, '--network-file', described)).toContain('exclude each other');
    expect(await refusal(...file, ...on, '--out', folder)).toMatch(/--out: cannot write .* \(EISDIR\)/);
    const said = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await main(['--help'])).toBe(0);
    expect(said.mock.calls.join('')).toContain('Usage: npm run checkpoint');
    said.mockRestore();
  });
});

describe('PROTOCOL.md', () => {
  it('has the roots of the first headers', () => {
    const text = readFileSync(
      path.resolve(import.meta.dirname, '../../packages/protocol/PROTOCOL.md'),
      'utf8',
    );
    const mainnet = readData('bitcoin/headers/mainnet_0-32259.bin');
    const devnet = resolveNetwork('vision-devnet');
    const rootOf = (headers: readonly Uint8Array[]): string => {
      const builder = new RootBuilder();
      for (const bytes of headers) builder.append(hashLeaf(bytes));
      return bytesToHex(builder.root());
    };
    const first = [0, 1, 2].map((i) => mainnet.subarray(i * 80, (i + 1) * 80));
    expect(text).toContain(`| \`bitcoin-mainnet\` | 0 | \`${rootOf(first.slice(0, 1))}\` |`);
    expect(text).toContain(`| \`bitcoin-mainnet\` | 0 to 2 | \`${rootOf(first)}\` |`);
    const bytes = devnet.headerBytes(devnet.genesis.record);
    expect(text).toContain(`| \`vision-devnet\` | 0 | \`${rootOf([bytes])}\` |`);
  });
});
