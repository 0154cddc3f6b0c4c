/** A real full node (bcoin, regtest) in a process of its own: see `bcoin-process.mjs`. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import path from 'node:path';

const script = path.join(import.meta.dirname, 'bcoin-process.mjs');

/** Where a chain ends; the hash is in display order. */
export interface FullNodeTip {
  readonly height: number;
  readonly hash: string;
}

/** A full node that runs. */
export class FullNode {
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #lastId = 0;

  private constructor(
    readonly child: ChildProcess,
    readonly port: number,
  ) {
    child.on('message', (message: { id: number; result?: unknown; error?: string }) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) waiting?.resolve(message.result);
      else waiting?.reject(new Error(message.error));
    });
  }

  /** Starts one. @param port  one that is free if absent. @param peer  `host:port` of another one to connect to */
  static async start(port?: number, peer = ''): Promise<FullNode> {
    const chosen = port ?? (await freePort());
    const child = fork(script, [String(chosen), peer], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const node = new FullNode(child, chosen);
    const [isReady] = await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => [undefined]),
    ]);
    if (isReady === undefined)
      throw new Error('bcoin does not run: it is a development dependency, which npm install installs');
    return node;
  }

  /** As gateways are told of it. */
  get place(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** @returns hashes in display order */
  mine(count: number, address?: string): Promise<string[]> {
    return this.#call('mine', count, ...(address === undefined ? [] : [address]));
  }

  tip(): Promise<FullNodeTip> {
    return this.#call('tip');
  }

  /** Leaves a block and all above it. */
  invalidate(hash: string): Promise<number> {
    return this.#call('invalidate', hash);
  }

  /** An address of its wallet. */
  address(): Promise<string> {
    return this.#call('address');
  }

  /** A payment from the coinbase of a block, signed and not sent. @param amount  in bitcoin, with a decimal point */
  pay(
    height: number,
    address: string,
    amount: string,
  ): Promise<{ readonly hex: string; readonly txid: string }> {
    return this.#call('pay', height, address, amount);
  }

  send(hex: string): Promise<string> {
    return this.#call('send', hex);
  }

  /** Ids of what its mempool has. */
  mempool(): Promise<string[]> {
    return this.#call('mempool');
  }

  /** How many nodes are connected to it. */
  peers(): Promise<number> {
    return this.#call('peers');
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  #call<Result>(call: string, ...args: unknown[]): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
      this.child.send({ id, call, args });
    });
  }
}

/** Three ports in a row: for peers, and for two HTTP servers of bcoin that nobody uses. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
