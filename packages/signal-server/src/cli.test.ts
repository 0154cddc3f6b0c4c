import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { networkId, nextEvent, startServer } from '../test/test-server.js';

const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

// The command is what was built, so build it: a second or two, less when nothing has changed.
beforeAll(() => {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-b', fileURLToPath(new URL('..', import.meta.url))]);
});

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  child.stderr.on('data', (chunk) => (output.stderr += chunk));
  return { child, output, ended: once(child, 'close').then(([code]) => ({ code, ...output })) };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s clients are told, and the process ends with 0',
  async (signal) => {
    const { child, ended } = start(['--host', '127.0.0.1', '--log', 'json', '--log-level', 'debug'], {
      SIGNAL_PORT: '0',
    });
    const [line] = await once(createInterface(child.stdout), 'line');
    const { msg, url, pid } = JSON.parse(line);
    expect({ msg, pid }).toEqual({ msg: 'listening', pid: undefined });
    const client = io(url, { transports: ['websocket'], reconnection: false });
    onTestFinished(() => void client.disconnect());
    const joined = await client.emitWithAck('join', { network: networkId('d'), kind: 'browser' });
    expect(joined.ok).toBe(true);
    const refused = nextEvent(client, 'refused');
    child.kill(signal);
    expect(await refused).toEqual({ code: 'SIGNAL_SHUTTING_DOWN' });
    const { code, stdout, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('"shutting down"');
    expect(stdout.replaceAll('http://127.0.0.1', '')).not.toContain('127.0.0.1');
  },
);

test('a port in use is one line and exit code 1', async () => {
  const { port } = await startServer();
  const { code, stdout, stderr } = await start(['--port', String(port), '--host', '127.0.0.1']).ended;
  expect({ code, stdout, stderr }).toEqual({
    code: 1,
    stdout: '',
    stderr: `vision-light-signal: port ${port} is already in use.\n`,
  });
});

test.each([
  [['--no-such'], /^vision-light-signal: Unknown option '--no-such'.*\n$/],
  [['--ice-servers', '/no/such'], /^vision-light-signal: --ice-servers: cannot read .*\n$/],
  [
    ['--redis-url', 'redis://:secret@127.0.0.1:1'],
    /^vision-light-signal: Redis at 127\.0\.0\.1:1 cannot be used: .*\n$/,
  ],
  [['--host', '192.0.2.1', '--port', '0'], /^vision-light-signal: .*192\.0\.2\.1.*\n$/],
])('%j is one line and exit code 1', async (args, line) => {
  const { code, stderr } = await start(args).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(line);
});

test('help goes to stdout, text logs are for people', async () => {
  const { code, stdout } = await start(['--help']).ended;
  expect(code).toBe(0);
  expect(stdout).toContain('Usage: vision-light-signal');
  const { child } = start(['--port', '0', '--host', '127.0.0.1']);
  const [line] = await once(createInterface(child.stdout), 'line');
  expect(line).toMatch(/INFO.*listening/);
});
