import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const cli = path.resolve(import.meta.dirname, '../dist/cli.js');
const network = {
  name: 'cli-test',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 2, writeEvery: 4 },
  targetSpacingS: 5,
};

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vision-light-cli-'));
  await writeFile(path.join(folder, 'network.json'), JSON.stringify(network));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** The command, typed in the test's folder, with nothing of our environment that it could take for a setting. */
function run(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { PATH: process.env.PATH } });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data;
  });
  const entries: Record<string, unknown>[] = [];
  let wake = () => {};
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) entries.push(JSON.parse(line));
    wake();
  });
  child.once('close', () => wake());
  const logged = async (message: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const entry = entries.find(({ msg }) => msg === message);
      if (entry !== undefined) return entry;
      if (child.exitCode !== null) throw new Error(`ended before "${message}": ${err}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, out, err }));
  return { child, logged, ended };
}

const quiet = ['--signal', 'http://127.0.0.1:1', '--port', '0', '--log', 'json'];

describe('vision-light-gateway', () => {
  it('explains itself', async () => {
    const { code, out, err } = await run('--help').ended;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^Usage: vision-light-gateway/);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends tidily on %s, and goes on from there', async (signal) => {
    const args = ['--network-file', 'network.json', '--history', '0', ...quiet];
    const first = run(...args);
    const { health } = await first.logged('ready');
    const response = await fetch(String(health));
    expect(await response.json()).toMatchObject({ status: 'ok', network: 'cli-test' });
    expect((await first.logged('mined')).height).toBe(1);
    first.child.kill(signal);
    expect(await first.ended).toMatchObject({ code: 0, signal: null, err: '' });

    const second = run('--no-mine', ...args);
    expect((await second.logged('chain loaded')).height).toBeGreaterThanOrEqual(1);
    second.child.kill(signal);
    expect((await second.ended).code).toBe(0);
  });

  it('says in one line that its port is in use', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, resolve));
    const { port } = holder.address() as { port: number };
    const { code, err } = await run('--no-mine', '--port', String(port)).ended;
    holder.close();
    expect({ code, err }).toEqual({
      code: 1,
      err: `vision-light-gateway: port ${port} is already in use.\n`,
    });
  });

  it.each([
    [
      ['--threads', 'many'],
      /^vision-light-gateway: --threads must be a whole number from 1 to 256, not "many"\.\n$/,
    ],
    [
      ['--headers', 'x.bin'],
      /^vision-light-gateway: --headers: only Bitcoin networks take one, not vision-devnet\n$/,
    ],
    [
      ['--network', 'bitcoin-regtest', '--mine'],
      /^vision-light-gateway: --mine: only vision-devnet and [^\n]*\n$/,
    ],
    [['--network', 'bitcoin-regtest', '--headers', 'x.bin'], /^[^\n]*x\.bin cannot be read \(ENOENT\)\.\n$/],
    [['--network', 'bitcoin-regtest', '--headers', '.'], /^[^\n]* is not a file\.\n$/],
    [['--data-dir', 'network.json'], /^[^\n]*The data folder [^\n]* cannot be made \(E\w+\)\.\n$/],
    [['--no-such-thing'], /^vision-light-gateway: Unknown option '--no-such-thing'\. See --help\.\n$/],
  ])('ends with one line and exit code 1 for %j', async (args, message) => {
    const { code, err } = await run(...quiet, ...args).ended;
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });
});
