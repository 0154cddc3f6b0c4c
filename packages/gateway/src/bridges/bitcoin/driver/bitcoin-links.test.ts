/** The bridge's driver with real sockets, real DNS and real files. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HeaderTree } from '@vision-light/protocol';
import pino from 'pino';
import { afterEach, expect, it } from 'vitest';
import { ModelNode, type ModelNodeOptions } from '../../../../../../tests/full-node/model-node.js';
import { family, genesis, grow, magic } from '../../../../../../tests/sim/regtest-chain.js';
import { platformClock } from '../../../platform-clock.js';
import { BitcoinLinks, type BitcoinLinksOptions } from './bitcoin-links.js';

const WARN = 40;
const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'bitcoin-links-'));
  endings.push(() => rm(made, { recursive: true }));
  return made;
}

/** A model node behind a TCP server. @param port  a free one if absent */
async function listen(options: Partial<ModelNodeOptions> = {}, port = 0) {
  const node = new ModelNode({ magic, headers: grow(genesis, 3), ...options });
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    const connection = node.connect((bytes) => socket.write(bytes));
    socket.on('data', (bytes) => connection.take(bytes));
    socket.on('error', () => socket.destroy());
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server, 'close');
  };
  endings.push(close);
  return { place: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, close };
}

/** Links, what they report, and their lines of log. */
async function start(options: Partial<BitcoinLinksOptions>) {
  const lines: { readonly level: number; readonly [fact: string]: unknown }[] = [];
  const events: string[] = [];
  const links = new BitcoinLinks({
    magic,
    chosen: [],
    search: undefined,
    addressFile: undefined,
    defaultPort: 18_444,
    userAgent: '/test/',
    clock: platformClock,
    log: pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) }),
    ...options,
  });
  links.attach({
    connected: (link, facts) => events.push(`connected ${link} ${facts?.isBridged}`),
    received: () => {},
    coming: () => {},
    drained: () => {},
    disconnected: (link, reason) => events.push(`gone ${link} ${reason}`),
  });
  endings.push(() => links.close());
  await links.start(new HeaderTree(family));
  return { links, events, said: (text: string) => lines.filter(({ msg }) => msg === text), lines };
}

it('has one line of warning where no seed has a name in DNS, and asks them all', async () => {
  const seeds = ['one.invalid', 'two.invalid', 'three.invalid'];
  const { links, said, lines } = await start({ search: { seeds, wantsFilters: false } });
  const isWarning = ({ level }: { readonly level: number }): boolean => level >= WARN;
  await expect
    .poll(() => lines.filter(isWarning))
    .toMatchObject([{ reason: 'no DNS seed answers', retryMs: 30_000 }]);
  expect(new Set(said('a DNS seed does not answer').map(({ host }) => host))).toEqual(new Set(seeds));
  expect(links.facts.connected).toEqual([]);
});

it('reports a node that is there, and dials it again when it has gone and come back', async () => {
  const { place, close } = await listen();
  const { links, events, said } = await start({ chosen: [place] });
  await expect.poll(() => events).toEqual(['connected 1 true']);
  expect(links.facts.connected).toEqual([
    { address: `127.0.0.1:${place.port}`, userAgent: '/model/', height: 3 },
  ]);
  await close();
  await expect.poll(() => events.slice(1)).toEqual(['gone 1 closed']);
  await expect.poll(() => said('full node away').some(({ reason }) => reason === 'ECONNREFUSED')).toBe(true);
  expect(links.facts).toEqual({ connected: [], faults: new Map() });
  await listen({}, place.port);
  await expect.poll(() => links.facts.connected.length).toBe(1);
  expect(events.at(-1)).toMatch(/^connected \d+ true$/);
});

it('counts by its code what a node did wrong', async () => {
  const { place } = await listen({
    answers: ({ command }, line) => {
      if (command === 'verack') line.send(Uint8Array.from({ length: 24 }, () => 7));
      return false;
    },
  });
  const { links, events } = await start({ chosen: [place] });
  await expect.poll(() => events[1]).toBe('gone 1 BITCOIN_WRONG_MAGIC');
  expect([...links.facts.faults.keys()]).toEqual(['BITCOIN_WRONG_MAGIC']);
});

it('opens, sends and reports nothing any more once it is closed', async () => {
  const { place } = await listen();
  const { links, events } = await start({ chosen: [place] });
  await expect.poll(() => events.length).toBe(1);
  await links.close();
  expect(links.facts.connected).toEqual([]);
  links.send('1', new Uint8Array(1));
  links.disconnect('1', undefined);
  expect(events.length).toBe(1);
});

it('keeps the addresses in its file when it is closed, and says so if those of the last time are damaged', async () => {
  const addressFile = path.join(await folder(), 'addresses');
  const search = { seeds: ['one.invalid'], wantsFilters: false };
  await writeFile(addressFile, 'damaged');
  const first = await start({ search, addressFile });
  const lost = 'the addresses of full nodes are lost, and are looked for anew';
  expect(first.said(lost)).toMatchObject([{ level: WARN, file: addressFile }]);
  await first.links.close();
  expect((await readFile(addressFile)).length).toBeGreaterThan(16);
  const second = await start({ search, addressFile });
  expect(second.said(lost)).toEqual([]);
});

it('goes on where the addresses cannot be written, and says so', async () => {
  const addressFile = path.join(await folder(), 'missing', 'addresses');
  const search = { seeds: ['one.invalid'], wantsFilters: false };
  const { links, said } = await start({ search, addressFile });
  await links.close();
  expect(said('the addresses of full nodes are not kept')).toMatchObject([{ level: WARN }]);
});
