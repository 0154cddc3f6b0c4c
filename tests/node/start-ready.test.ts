/** `npm start` as a person has it: ready, asked, ended. Both times with a short history, so that progress is shown. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { freePorts, type Ports, portOptions } from './free-ports.js';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Gives a child a pseudo-terminal; part of util-linux. */
const scriptCommand = '/usr/bin/script';

/**
 * A shell command that becomes the program, whatever `SHELL` is. `script` reports how its shell ended, and one that
 * stays beside the program, as dash does, dies of the Ctrl-C that is meant for the program.
 */
function shellCommand(words: readonly string[]): string {
  return `exec ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}`;
}

/** The command line of `npm start` for ports and a data folder that go with the test. */
async function startCommand(): Promise<{ readonly command: string[]; readonly ports: Ports }> {
  const ports = await freePorts();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vision-light-start-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const options = [...portOptions(ports), '--data-dir', dataDir];
  return { command: [process.execPath, 'scripts/serve/start.mjs', ...options], ports };
}

/** A process and what it has printed so far. */
class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  output = '';

  constructor([file = '', ...args]: readonly string[]) {
    this.child = spawn(file, args, { cwd: root, env: { ...process.env, INIT_CWD: root, HISTORY: '40' } });
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

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

it.skipIf(process.platform === 'win32')(
  'serves page, signaling and gateway until it is told to end',
  async () => {
    const { command, ports } = await startCommand();
    const run = new Run(command);
    const [page, signal, gateway] = ports;
    expect((await run.prints(/^Ready: (.*)$/m))[1]).toBe(`http://localhost:${page}`);

    const document = await fetch(`http://localhost:${page}/`);
    expect(document.status).toBe(200);
    expect(await document.text()).toContain('<title>Vision Light</title>');
    const config = await fetch(`http://localhost:${page}/config.json`);
    expect(await config.json()).toEqual({ network: 'vision-devnet', signal: [`:${signal}`] });
    const health = await fetch(`http://localhost:${signal}/healthz`);
    expect(health.status).toBe(200);
    // A visitor who comes at once finds something.
    const { tip } = await (await fetch(`http://localhost:${gateway}/healthz`)).json();
    expect(tip.height).toBeGreaterThan(0);
    // No terminal: lines, and nothing that moves a cursor.
    await run.prints(/^\[gateway\] Laying down history: 100 % \(40 of 40\)$/m);
    expect(run.output).not.toMatch(/[\r█]/);

    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false]);
  },
);

it.runIf(process.platform === 'linux' && existsSync(scriptCommand))(
  'draws the progress of the gateway as a bar on a terminal, and ends with Ctrl-C',
  async () => {
    const { command, ports } = await startCommand();
    const run = new Run([
      scriptCommand,
      '--quiet',
      '--return',
      '--command',
      shellCommand(command),
      '/dev/null',
    ]);
    await run.prints(/^Ready: /m);
    const [bar] = await run.prints(/\[gateway\] Laying down history █*░+ \d+ %/);
    expect(bar.length).toBeLessThan(80);
    await run.prints(/\[gateway\] Laying down history █{40} 100 %\r\n/);
    run.child.stdin?.write('\x03');
    expect(await run.ended).toBe(0);
    expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false]);
  },
);
