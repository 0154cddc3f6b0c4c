/** `npm start` when it cannot start: one clear line and exit code 1, before anything is installed or built. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

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
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], {
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

/** Options that name three ports which nothing listens on. */
async function freePorts(): Promise<string[]> {
  const servers = [1, 2, 3].map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => String((server.address() as AddressInfo).port));
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ['--port', '--signal-port', '--gateway-port'].flatMap((option, index) => [
    option,
    ports[index] ?? '',
  ]);
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
  ])('refuses %j in one line', async (args, line) => {
    const needsPorts = args[0] === '--network';
    const { code, stderr } = await runStart(needsPorts ? [...args, ...(await freePorts())] : args);
    expect(stderr).toMatch(line);
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

  it('helps', async () => {
    const { code, stdout } = await runStart(['--help']);
    expect(stdout).toContain('--signal-port N');
    expect(code).toBe(0);
  });
});
