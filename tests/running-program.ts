/** Runs a server of another project for a test: nginx, coturn. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program that runs until it is stopped. */
export interface RunningProgram {
  /** What it has printed so far. */
  output(): string;
  /** What it ended with; null while it runs, and where a signal has ended it. */
  exitCode(): number | null;
  /** Asks it to end, and resolves when it has. */
  stop(): Promise<void>;
}

/** How often a port is tried, in ms: nothing tells when a program listens. */
const POLL_MS = 20;

/**
 * Starts a program, in the foreground. Resolves once it takes TCP connections at a port of this machine.
 *
 * @throws {Error} with what it printed, if it ends before
 */
export async function startProgram(
  file: string,
  args: readonly string[],
  port: number,
): Promise<RunningProgram> {
  let output = '';
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = once(child, 'close');
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  while (!(await isListening(port))) {
    if (hasEnded) throw new Error(`${file} ended: ${output}`);
    await sleep(POLL_MS);
  }
  return {
    output: () => output,
    exitCode: () => child.exitCode,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', end(true)).once('error', end(false));
  });
}
