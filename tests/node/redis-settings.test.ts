/** A real Redis with the settings of ops/: what it refuses, and what it keeps. */
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type RunningProgram, startProgram } from '../running-program.js';
import { systemPrograms } from '../system-programs.js';
import { freePorts } from './free-ports.js';

const programs = systemPrograms(import.meta.url, ['redis-server']);
const settings = fileURLToPath(new URL('../../ops/redis/vision-light.conf', import.meta.url));
let port: number;

/** Starts Redis as Debian's file does that includes ours at its end, with another port. */
async function start(...more: string[]): Promise<RunningProgram> {
  const args = [settings, '--port', String(port), ...more];
  const program = await startProgram(programs?.['redis-server'] ?? '', args, port);
  onTestFinished(() => program.stop());
  return program;
}

/** The answer to one command, as it stands on the wire. */
async function ask(command: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.write(`${command}\r\nQUIT\r\n`);
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += chunk;
  return text.replace(/\+OK\r\n$/, '');
}

beforeAll(async () => {
  [port] = await freePorts();
});

describe.skipIf(programs === undefined)('Redis', () => {
  it('takes the settings, keeps nothing on disk and listens on this machine alone', async () => {
    await start();
    const read = async (name: string): Promise<string | undefined> =>
      (await ask(`CONFIG GET ${name}`)).split('\r\n')[4];
    expect(await read('appendonly')).toBe('no');
    expect(await read('save')).toBe('');
    expect(await read('maxmemory')).toBe(String(256 * 1024 * 1024));
    expect(await read('protected-mode')).toBe('yes');
    expect(await read('bind')).toBe('127.0.0.1 -::1');
  });

  it('that is full refuses to write, and lets go of nothing that it has', async () => {
    await start('--maxmemory', '3mb');
    expect(await ask('SET room peer')).toBe('+OK\r\n');
    const fill = Array.from({ length: 64 }, (_, i) => `SET k${i} ${'x'.repeat(60_000)}`).join('\r\n');
    expect(await ask(fill)).toContain('-OOM command not allowed');
    expect(await ask('GET room')).toBe('$4\r\npeer\r\n');
    expect(await ask('INFO stats')).toContain('evicted_keys:0');
  });
});
