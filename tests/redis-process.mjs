/** A real Redis on loopback, for tests and benches: it keeps nothing on disk unless it is asked to. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../scripts/setup/system-programs.mjs';

/** Whether there is a Redis to run. Its package has `redis-cli` as well. */
export const hasRedis = findProgram('redis-server') !== undefined;

/** Says once which tests are left out for want of it. */
export function sayWithoutRedis(file) {
  if (!hasRedis) console.log(`Not run: ${file}. It needs redis-server (Debian: redis-server).`);
}

/** One Redis, which can be killed and started again at the same port. */
export class RedisProcess {
  #folder = mkdtempSync(path.join(tmpdir(), 'vision-light-redis-'));
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  /** @type {number} */
  port;

  /** @param {number} port */
  constructor(port) {
    this.port = port;
  }

  /** Starts one at a free port; resolves when it answers. */
  static async start() {
    const redis = new RedisProcess(await freePort());
    await redis.start();
    return redis;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** The id of its process. */
  get pid() {
    return this.#child?.pid;
  }

  /** Starts it, empty. */
  async start() {
    const settings = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn(findProgram('redis-server'), [...settings, '--dir', this.#folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    for await (const line of createInterface(child.stdout)) {
      if (line.includes('Ready to accept connections')) break;
    }
    child.stdout.resume();
  }

  /** Deletes all that it holds. */
  empty() {
    this.#ask('FLUSHALL');
  }

  /** @returns {string[]} the names of all keys, sorted */
  keys() {
    return this.#ask('KEYS', '*').split('\n').filter(Boolean).sort();
  }

  /** @param {number} bytes  above which it refuses what may need memory; 0: no limit */
  limitMemory(bytes) {
    this.#ask('CONFIG', 'SET', 'maxmemory', String(bytes));
  }

  /** @returns {string} what a sorted set holds, with the scores */
  sortedSet(key) {
    return this.#ask('ZRANGE', key, '0', '-1', 'WITHSCORES');
  }

  #ask(...command) {
    const client = findProgram('redis-server').replace(/redis-server$/, 'redis-cli');
    return execFileSync(client, ['-p', String(this.port), ...command], { encoding: 'utf8' });
  }

  /** Kills it; what it held is lost. */
  async kill() {
    if (this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  /** Holds it, as a machine does that hangs: connections stay, and nothing is answered. */
  hold() {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets it go on. */
  release() {
    this.#child?.kill('SIGCONT');
  }

  /** Ends it for good. */
  async dispose() {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
