/** `npm start` as tests run it: with ports and a data folder that go with the test, and with what it prints. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { freePorts, type Ports, portOptions } from './free-ports.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** The command line of `npm start` for ports and a data folder that go with the test. */
export async function startCommand(
  ...more: readonly string[]
): Promise<{ readonly command: string[]; readonly ports: Ports }> {
  const ports = await freePorts();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vision-light-start-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const options = [...portOptions(ports), '--data-dir', dataDir, ...more];
  return { command: [process.execPath, 'scripts/serve/start.mjs', ...options], ports };
}

/** A process and what it has printed so far. */
export class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  constructor([file = '', ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(file, args, { cwd: root, env: { ...process.env, INIT_CWD: root, ...env } });
    this.ended = once(this.child, 'close').then(([code]) => code as number | null);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    onTestFinished(async () => {
      this.child.kill('SIGTERM');
      await this.ended;
    });
  }

  /** Resolves with the match once it is printed; rejects if the process ends before. */
  prints(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.output);
        if (match !== null) resolve(match);
      };
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', look);
      look();
      void this.ended.then(() => reject(new Error(`ended without ${pattern}:\n${this.output}`)));
    });
  }
}
