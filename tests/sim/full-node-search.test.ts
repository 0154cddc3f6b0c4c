/** How a gateway finds full nodes where the operator names none. */
import { sha256d } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { AddressBook } from '../../packages/gateway/src/bridges/bitcoin/addresses/address-book.js';
import {
  groupOf,
  type NetAddress,
  parseNetAddress,
} from '../../packages/gateway/src/bridges/bitcoin/net-address.js';
import { encodeMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import { ModelNode, type ModelNodeOptions } from '../full-node/model-node.js';
import { family, genesis, genesisTime, grow, magic } from './regtest-chain.js';
import { SimBridge } from './sim-bridge.js';
import { SimRandom } from './sim-random.js';
import { World } from './world.js';

const chain = grow(genesis, 300);
const DAY_MS = 86_400_000;
const secret = new Uint8Array(16).fill(7);

const newBook = (): AddressBook => {
  const random = new SimRandom(3);
  return new AddressBook({ random: () => random.next(), secret });
};

/** A ping with half a nonce, and one whose checksum is another. */
const ping = encodeMessage(magic, { command: 'ping', nonce: 1n });
const damaged = Uint8Array.from([...ping.subarray(0, 20), (ping[20] ?? 0) ^ 1, ...ping.subarray(21)]);
const cutShort = (() => {
  const payload = ping.subarray(24, 28);
  const frame = Uint8Array.from([...ping.subarray(0, 24), ...payload]);
  frame[16] = payload.length;
  frame.set(sha256d(payload).subarray(0, 4), 20);
  return frame;
})();

/** Node `i`: four share a group. */
const hostOf = (i: number): string => `${40 + (i >> 2)}.1.${i & 3}.9`;

interface Setting {
  readonly count: number;
  readonly seeds?: ReadonlyMap<string, readonly string[]>;
  readonly book?: AddressBook;
  readonly wantsFilters?: boolean;
  readonly node?: (i: number) => Partial<ModelNodeOptions>;
}

function start({ count, seeds, book = newBook(), wantsFilters = false, node = () => ({}) }: Setting) {
  const world = new World(genesisTime + 600 * 10_000, { seed: 5 });
  const gateway = world.add('gateway', { family, isGateway: true, followedBlocks: 0 });
  const hosts = Array.from({ length: count }, (_, i) => hostOf(i));
  const nodes = new Map(hosts.map((host, i) => [host, new ModelNode({ magic, headers: chain, ...node(i) })]));
  const answers = seeds ?? new Map([['seed.example', hosts]]);
  const bridge = new SimBridge(world, gateway, magic, nodes, { book, seeds: answers, wantsFilters });
  const connected = (): string[] => bridge.bridge.nodes.map(({ place }) => place.host);
  return { world, gateway, bridge, connected };
}

const groupsOf = (hosts: readonly string[]): Set<string> =>
  new Set(
    hosts.flatMap((host) =>
      groupOf(parseNetAddress(host, 8333) ?? { network: 'ipv4', bytes: new Uint8Array(4), port: 1 }),
    ),
  );

describe('a gateway that looks for full nodes', () => {
  it('asks the seeds, connects to eight nodes of eight groups, and follows their chain', async () => {
    const { world, gateway, bridge, connected } = start({ count: 60 });
    await world.run(60_000);
    expect(connected().length).toBe(8);
    expect(groupsOf(connected()).size).toBe(8);
    expect(gateway.core.tip.height).toBe(300);
    expect(bridge.lookups.length).toBe(1);
  });

  it('asks dead seeds again later and later, and goes on when one answers', async () => {
    const seeds = new Map<string, readonly string[]>([
      ['a.example', []],
      ['b.example', []],
    ]);
    const { world, bridge, connected } = start({ count: 60, seeds });
    await world.run(3 * 3_600_000);
    expect(bridge.dials).toEqual([]);
    expect(bridge.stranded).toBeGreaterThan(5);
    const waits = bridge.lookups
      .map(({ at }, i) => at - (bridge.lookups[i - 1]?.at ?? 0))
      .filter((ms) => ms > 10_000);
    expect(waits.slice(0, 4)).toEqual([30_000, 60_000, 120_000, 240_000].map((ms) => expect.closeTo(ms, -4)));
    expect(Math.max(...waits)).toBeLessThanOrEqual(603_000);
    seeds.set('b.example', [hostOf(0), hostOf(5)]);
    await world.run(world.now + 700_000);
    expect(connected().length).toBe(2);
  });

  it('learns addresses from nodes, and dials those when the first ones go', async () => {
    const others = Array.from({ length: 40 }, (_, i) => hostOf(i));
    const time = genesisTime + 600 * 10_000;
    const told = others.flatMap((host) => parseNetAddress(host, 8333) ?? []);
    const { world, bridge, connected } = start({
      count: 40,
      seeds: new Map([['seed.example', [hostOf(0)]]]),
      node: () => ({
        answers: ({ command }, line) => {
          if (command === 'getaddr')
            line.say({
              command: 'addrv2',
              addresses: told.map((address) => ({ address, time, services: 9n })),
            });
          return command === 'getaddr';
        },
      }),
    });
    await world.run(60_000);
    expect(connected().length).toBe(8);
    for (const host of connected().slice(0, 5)) {
      bridge.nodes.delete(host);
      bridge.cut(host);
    }
    await world.run(world.now + 120_000);
    expect(connected().length).toBe(8);
  });

  it('dials the nodes of the last visit first', async () => {
    const first = start({ count: 60 });
    await first.world.run(60_000);
    first.bridge.bridge.stop();
    const { book } = AddressBook.decode(first.bridge.saved ?? new Uint8Array(), {
      random: () => 0.5,
      secret,
    });
    expect(book.anchors.length).toBe(2);
    const again = start({ count: 60, book });
    await again.world.run(2_000);
    const anchors = book.anchors.map(({ bytes }) => bytes.join('.'));
    expect(again.bridge.dials.slice(0, 2).map(({ host }) => host)).toEqual(anchors);
  });

  it('has two that serve filters where those are wanted, though few do', async () => {
    const { world, bridge } = start({
      count: 80,
      wantsFilters: true,
      node: (i) => ({ says: { services: i % 8 === 0 ? 73n : 9n } }),
    });
    await world.run(600_000);
    expect(bridge.endings.some(({ reason }) => reason === 'BITCOIN_FILTERS_WANTED')).toBe(true);
    const serving = bridge.bridge.nodes.filter(({ facts }) => facts.servesFilters);
    expect(serving.length).toBeGreaterThanOrEqual(2);
    expect(bridge.bridge.nodes.length).toBe(8);
  });

  it('does not dial a node again that said what no honest node says, and dials one that a bad line spoiled', async () => {
    const book = newBook();
    const { world, bridge } = start({
      count: 2,
      seeds: new Map([['seed.example', [hostOf(0), hostOf(4)]]]),
      book,
      node: (i) => ({
        answers: ({ command }, line) => {
          if (command === 'getaddr') line.send(i === 0 ? cutShort : damaged);
          return false;
        },
      }),
    });
    bridge.nodes.set(hostOf(4), bridge.nodes.get(hostOf(1)) as ModelNode);
    await world.run(60_000);
    const isDiscouraged = (host: string) =>
      book.isDiscouraged(parseNetAddress(host, 8333) as NetAddress, world.wallTime);
    expect(
      bridge.endings
        .slice(0, 2)
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual(['BITCOIN_BAD_CHECKSUM', 'BITCOIN_MALFORMED']);
    expect([isDiscouraged(hostOf(0)), isDiscouraged(hostOf(4))]).toEqual([true, false]);
  });

  it('disconnects a node that tells addresses by the thousand', async () => {
    const flood = Array.from({ length: 1000 }, (_, i) =>
      parseNetAddress(`99.${i >> 8}.${i & 255}.1`, 8333),
    ).flatMap((address) => (address === undefined ? [] : [{ address, time: 1, services: 9n }]));
    const { world, bridge, gateway } = start({
      count: 60,
      node: (i) =>
        i % 4 === 0
          ? {
              answers: ({ command }, line) => {
                for (let n = 0; command === 'getaddr' && n < 4; n++)
                  line.say({ command: 'addrv2', addresses: flood });
                return command === 'getaddr';
              },
            }
          : {},
    });
    await world.run(DAY_MS / 24);
    expect(
      bridge.endings.some(({ reason, detail }) => reason === 'BITCOIN_FLOOD' && detail === 'addresses'),
    ).toBe(true);
    expect(bridge.bridge.nodes.length).toBe(8);
    expect(gateway.core.tip.height).toBe(300);
  });
});
