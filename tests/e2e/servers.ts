/** Real servers for end-to-end tests: signaling, page and gateways, all on loopback and free ports. */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createGateway, type Gateway } from '@vision-light/gateway';
import type { CustomNetwork } from '@vision-light/protocol';
import { createSignalServer, type SignalServer, type SignalServerOptions } from '@vision-light/signal-server';
import { servePage } from '../../scripts/serve/page-server.mjs';

/** The devnet's rules at a cost that lets a test mine. */
export function smallNetwork(name: string): CustomNetwork {
  return {
    name,
    visionx: { datasetMb: 1, scratchMb: 1, mixIters: 256, readsPerIter: 4, writeEvery: 4 },
    targetSpacingS: 2,
  };
}

/** Everything that a test started, to be ended with it. */
export class Servers {
  readonly #endings: (() => Promise<unknown>)[] = [];

  /** Ends `close` with the test, in reverse order of starting. */
  defer(close: () => Promise<unknown>): void {
    this.#endings.push(close);
  }

  async signal(options: SignalServerOptions = {}): Promise<SignalServer> {
    const server = await createSignalServer({ port: 0, host: '127.0.0.1', ...options });
    this.defer(() => server.close());
    return server;
  }

  /** A folder that goes with the test. */
  async folder(): Promise<string> {
    const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
    this.defer(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  /** It dials nobody but those that the options name. */
  async gateway(options: Parameters<typeof createGateway>[0]): Promise<Gateway> {
    const alone = { port: 0, host: '127.0.0.1', historyWaitMs: 0, live: false };
    const gateway = await createGateway({ ...alone, ...options });
    this.defer(() => gateway.close());
    return gateway;
  }

  /** @returns the page's address */
  async page(
    network: string | CustomNetwork,
    signal: string[],
    more: { readonly checkpoint?: object | false; readonly gateways?: readonly string[] } = {},
  ): Promise<string> {
    const server = await servePage({ port: 0, host: '127.0.0.1', config: { network, signal, ...more } });
    this.defer(() => server.close());
    return server.url;
  }

  /** A page whose signaling server knows one gateway, which has mined so many blocks and goes on. */
  async minedPage(
    network: CustomNetwork,
    history: number,
  ): Promise<{ readonly url: string; readonly gateway: Gateway }> {
    const signal = [(await this.signal()).url];
    const url = await this.page(network, signal);
    const gateway = await this.gateway({ network, signal, history });
    await reaches(gateway, history);
    return { url, gateway };
  }

  /** An address that answers, with nothing, when it is released. */
  async hold(): Promise<{ readonly url: string; readonly isAsked: Promise<void>; release(): void }> {
    let ask = (): void => {};
    const isAsked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    let release = (): void => {};
    const isReleased = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = createServer((_request, response) => {
      ask();
      void isReleased.then(() => response.writeHead(204, { 'Access-Control-Allow-Origin': '*' }).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.defer(async () => {
      release();
      server.closeAllConnections();
      server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, isAsked, release };
  }

  async close(): Promise<void> {
    for (let end = this.#endings.pop(); end !== undefined; end = this.#endings.pop()) await end();
  }
}

/** Resolves once a gateway's tip is at least this high. */
export function reaches(gateway: Gateway, height: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (gateway.tip.height < height) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = gateway.subscribe(look);
    look();
  });
}
