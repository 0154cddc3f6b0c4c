/** `npm start` when it cannot start: one clear line, before anything is installed or built; and how it ends. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePorts, portOptions } from './free-ports.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function runStart(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const child = spawn(process.execPath, ['scripts/serve/start.mjs', ...args], {
    cwd: root,
    env: { ...process.env, INIT_CWD: root, ...env },
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

describe('npm start', () => {
  let taken: Server | undefined;

  afterEach(() => {
    taken?.close();
    taken = undefined;
  });

  it.each([
    [['--port', 'abc'], '--port: "abc" is not a port (1 to 65535).\n'],
    [['--port', '65536'], '--port: "65536" is not a port (1 to 65535).\n'],
    [['--gateway-port', '0'], '--gateway-port: "0" is not a port (1 to 65535).\n'],
    [['--port', '8081'], 'The three ports must differ; they are 8081, 8081, 8082.\n'],
    [['--bogus'], "Unknown option '--bogus'. See npm start -- --help.\n"],
    [['surplus'], "Unexpected argument 'surplus'. See npm start -- --help.\n"],
    [['--network', 'bitcoin'], /^--network: "bitcoin" is none of .*vision-devnet.*\n$/],
    [['--headers', 'no/such/file'], /^--headers: .*no.such.file cannot be read \(ENOENT\)\.\n$/],
    [['--headers', 'tests'], /^--headers: .*tests cannot be read \(not a file\)\.\n$/],
    [['--headers', 'package.json'], /^--headers: .* no whole number of headers of 80 bytes\)\.\n$/],
    [['--data-dir', 'package.json'], /^--data-dir: .*package\.json cannot be written \(EEXIST\)\.\n$/],
    [['--host', '192.0.2.1'], '--host: "192.0.2.1" is no address of this machine.\n'],
    [['--host', 'no.such.invalid'], '--host: "no.such.invalid" cannot be resolved.\n'],
  ])('refuses %j in one line', async (args, line) => {
    const needsPorts = args[0] === '--network';
    const { code, stderr } = await runStart(needsPorts ? [...args, ...portOptions(await freePorts())] : args);
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });

  it.runIf(process.platform === 'linux')('refuses a folder that takes no folders, as anyone', async () => {
    const { code, stderr } = await runStart(['--data-dir', '/proc/foo/bar']);
    expect(stderr).toMatch(/^--data-dir: \/proc\/foo\/bar cannot be written \(E\w+\)\.\n$/);
    expect(code).toBe(1);
  });

  it('takes the environment, and options before it', async () => {
    expect((await runStart([], { PORT: 'x' })).stderr).toBe('PORT: "x" is not a port (1 to 65535).\n');
    expect((await runStart(['--port', 'y'], { PORT: 'x' })).stderr).toBe(
      '--port: "y" is not a port (1 to 65535).\n',
    );
  });

  it('says which port is in use', async () => {
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runStart([
      '--port',
      String(port),
      '--data-dir',
      'node_modules/.cache/start-test',
    ]);
    expect(stderr).toBe(`Port ${port} for the page is in use; choose another with --port.\n`);
    expect(code).toBe(1);
  });

  it('reads paths relative to where it was typed', async () => {
    const { stderr } = await runStart(['--headers', 'nothing.bin'], { INIT_CWD: path.join(root, 'tests') });
    expect(stderr).toContain(path.join(root, 'tests', 'nothing.bin'));
  });

  // The gateway checks these, as it checks them for whoever starts it alone.
  it.each([
    [['--vision-node', 'x'], '--vision-node: "x" is no http or https URL.'],
    [['--network', 'bitcoin-regtest', '--bitcoin-peer=:'], '--bitcoin-peer: ":" is no HOST or HOST:PORT.'],
    [
      ['--bitcoin-peer', 'x'],
      '--bitcoin-peer: only Bitcoin networks have full nodes of Bitcoin, not vision-devnet',
    ],
    [['--live', '--no-live'], '--live and --no-live exclude each other.'],
    [
      ['--network', 'bitcoin-regtest', '--live'],
      /: --live: only public Bitcoin networks .* bitcoin-regtest$/m,
    ],
    [['--filters=-1'], /: --filters must be a whole number from 0 to \d+, not "-1"\.$/m],
  ])('ends with the one line of the gateway for %j', async (args, line) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-start-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { code, stderr } = await runStart([
      ...args,
      ...portOptions(await freePorts()),
      '--data-dir',
      folder,
    ]);
    expect(stderr).toMatch(line);
    expect(code).toBe(1);
  });

  it('helps', async () => {
    const { code, stdout } = await runStart(['--help']);
    expect(stdout).toContain('--signal-port N');
    for (const option of [
      '--bitcoin-peer HOST[:PORT]',
      '--live, --no-live',
      '--filters N',
      '--vision-node URL',
    ])
      expect(stdout).toContain(option);
    expect(code).toBe(0);
  });
});

/** A program of a few lines beside the scripts, and what it prints. */
function runProgram(source: string) {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: path.join(root, 'scripts'),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, ended, nextLine: async () => (await lines.next()).value as string | undefined };
}

/** A signal's numbers, as shells tell them. */
const signalCodes = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

describe.skipIf(process.platform === 'win32')('what is started', () => {
  it.each(signalCodes)('a command gets %s, and is awaited', async (signal, expected) => {
    const command = `
      process.on('${signal}', () => setTimeout(() => { console.log('ended last'); process.exit(); }, 300));
      setInterval(() => {}, 1000);
      console.log('running');`;
    const { child, ended, nextLine } = runProgram(`
      import { runNode } from './run/run-command.mjs';
      await runNode(['--eval', ${JSON.stringify(command)}], { show: true });
      console.log('went on');`);
    expect(await nextLine()).toBe('running');
    child.kill(signal);
    expect(await nextLine()).toBe('ended last');
    expect(await nextLine()).toBeUndefined();
    expect(await ended).toBe(expected);
  });

  it('a server ends with whoever started it, even killed', async () => {
    const { child, nextLine } = runProgram(`
      import { startChildServer } from './serve/child-server.mjs';
      startChildServer('signal', ['packages/signal-server/dist/cli.js', '--port', '0', '--host', '127.0.0.1']);`);
    const url = /http:[^"]+/.exec((await nextLine()) ?? '')?.[0];
    const answers = () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    expect(await answers()).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(answers).toBe(false);
  });

  it('a server complains once', async () => {
    const { nextLine } = runProgram(`
      import { startChildServer } from './serve/child-server.mjs';
      const { ended } = startChildServer('signal', ['packages/signal-server/dist/cli.js', '--bogus']);
      console.log(await ended);`);
    expect(await nextLine()).toBe(": Unknown option '--bogus'. See --help.");
    expect(await nextLine()).toBeUndefined();
  });

  it.each(['signal-server/bin/vision-light-signal', 'gateway/bin/vision-light-gateway'])(
    '%s is a command of its own',
    async (file) => {
      const { stdout } = await promisify(execFile)(path.join(root, 'packages', `${file}.mjs`), ['--help']);
      expect(stdout).toContain(`Usage: ${path.basename(file)}`);
    },
  );
});
