/** The signaling server as the command that it is, in a process of its own, so that a test can kill it. */
import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../packages/signal-server', import.meta.url));
let isBuilt = false;

/** The command is what was built, so build it: a second or two, less when nothing has changed. */
function build(): void {
  if (isBuilt) return;
  execFileSync(process.execPath, [
    createRequire(import.meta.url).resolve('typescript/bin/tsc'),
    '-b',
    folder,
  ]);
  isBuilt = true;
}

/** A line of its log. */
interface LogLine {
  readonly msg: string;
  readonly url?: string;
}

/** A signaling server that is listening on a free port of loopback. */
export class SignalProcess {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #ended: Promise<unknown>;
  readonly #messages: string[] = [];
  #url = '';
  #noticeLine: () => void = () => {};

  private constructor(args: readonly string[]) {
    build();
    const settings = ['--port', '0', '--host', '127.0.0.1', '--log', 'json', ...args];
    this.#child = spawn(process.execPath, [`${folder}/bin/vision-light-signal.mjs`, ...settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#child, 'exit');
    createInterface(this.#child.stdout).on('line', (text) => {
      const { msg, url } = JSON.parse(text) as LogLine;
      this.#messages.push(msg);
      if (url !== undefined) this.#url = url;
      this.#noticeLine();
    });
  }

  /** Starts one. @param args  of the command */
  static async start(args: readonly string[]): Promise<SignalProcess> {
    const server = new SignalProcess(args);
    await server.untilLogged('listening');
    return server;
  }

  /** Where clients connect. */
  get url(): string {
    return this.#url;
  }

  /** Resolves when a message has been logged so often. */
  async untilLogged(message: string, times = 1): Promise<void> {
    while (this.#messages.filter((msg) => msg === message).length < times) {
      const line = new Promise<void>((resolve) => {
        this.#noticeLine = resolve;
      });
      const over = this.#ended.then(() => {
        throw new Error(`the server ended without logging "${message}"`);
      });
      await Promise.race([line, over]);
    }
  }

  /** What `/metrics` answers. */
  async metrics(): Promise<string> {
    return await (await fetch(`${this.#url}/metrics`)).text();
  }

  /** Ends it in order; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
