/** The example that verifies a proof in Node, with a proof of a real Bitcoin block. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decodeTxOutProof, resolveNetwork, txProofOf } from '@vision-light/protocol';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'vision-light-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('says where the transaction is, and why a proof with another anchor is refused', async () => {
  const bytes = readFileSync(path.join(root, 'tests/data/bitcoin/vectors/merkle/txoutproof_0830000-100.bin'));
  const proof = decodeTxOutProof(new Uint8Array(bytes));
  const txid = proof?.matches[0]?.txid;
  if (proof === undefined || txid === undefined) throw new Error('no proof');
  const network = 'bitcoin-mainnet';
  const height = 830_000;
  const family = resolveNetwork(network);
  const anchor = { network, height, hash: family.hashToHex(family.headerHash(proof.header)) };
  const write = (name: string, value: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(value));
    return file;
  };
  const proofFile = write('proof.json', txProofOf(proof, txid, { network, height }));
  const verify = (anchorFile: string) =>
    run(process.execPath, ['verify.mjs', proofFile, anchorFile], {
      cwd: path.join(root, 'examples/verify-proof'),
    });

  const { stdout } = await verify(write('anchor.json', anchor));
  expect(stdout).toContain(`${txid} is in block 830000`);
  const other = write('other.json', { ...anchor, hash: 'ab'.repeat(32) });
  await expect(verify(other)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^PROOF_\w+: /),
  });
});
