/** Gateways of full nodes that lie, stall and reorganise, with pages behind them. */
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import type {
  BitcoinMessage,
  KnownMessage,
} from '../../packages/gateway/src/bridges/bitcoin/wire/message.js';
import { type ModelConnection, ModelNode, type ModelNodeOptions } from '../full-node/model-node.js';
import { addPaying, family, genesis, genesisTime, grow, magic, tipOf } from './regtest-chain.js';
import { SimBridge } from './sim-bridge.js';
import { World } from './world.js';

function start(
  nodes: Record<string, Partial<ModelNodeOptions> & { readonly headers: Uint8Array }>,
  { minChainwork }: { readonly minChainwork?: bigint } = {},
) {
  const world = new World(genesisTime + 600 * 10_000, { seed: 5 });
  const bound = minChainwork === undefined ? {} : { minChainwork };
  const gateway = world.add('gateway', {
    family,
    isGateway: true,
    followsNetwork: true,
    followedBlocks: 0,
    ...bound,
  });
  const page = world.add('page', { family, followedBlocks: 0 });
  world.connect('page', 'gateway');
  const models = Object.entries(nodes).map(
    ([host, options]) => [host, new ModelNode({ magic, ...options })] as const,
  );
  const bridge = new SimBridge(world, gateway, magic, new Map(models));
  return { world, gateway, page, bridge };
}

const HOUR_MS = 3_600_000;
const chain = grow(genesis, 4_500);

describe('a gateway of a full node', () => {
  it('syncs more than one answer of headers, follows what is announced in both ways, and pages follow it', async () => {
    const { world, gateway, page, bridge } = start({ a: { headers: chain } });
    await world.run(20_000);
    expect(gateway.core.tip.hash).toBe(tipOf(chain));
    expect(page.core.tip.hash).toBe(tipOf(chain));
    const next = grow(chain, 1);
    bridge.nodes.get('a')?.follow(next);
    await world.run(world.now + 5_000);
    expect(page.core.tip.hash).toBe(tipOf(next));
    const after = grow(next, 3);
    bridge.nodes.get('a')?.follow(after, 'inv');
    await world.run(world.now + 5_000);
    expect(page.core.tip.hash).toBe(tipOf(after));
    expect(bridge.endings).toEqual([]);
  });

  it('follows the node with the most work through a reorganisation, whichever node has it', async () => {
    const fork = grow(chain.subarray(0, 80 * 4_400), 150, 1);
    const { world, gateway, page, bridge } = start({ a: { headers: chain }, b: { headers: chain } });
    await world.run(20_000);
    bridge.nodes.get('b')?.follow(fork);
    await world.run(world.now + 20_000);
    for (const { core } of [gateway, page]) expect(core.tip.hash).toBe(tipOf(fork));
    expect(page.noticed('reorg').at(-1)?.reorg.disconnected.length).toBe(101);
    expect(bridge.endings).toEqual([]);
  });

  it('dials a node that is away later and later, and goes on serving pages meanwhile', async () => {
    const { world, gateway, page, bridge } = start({ a: { headers: chain } });
    await world.run(20_000);
    const node = bridge.nodes.get('a') as ModelNode;
    bridge.cut('a');
    bridge.nodes.delete('a');
    expect(page.noticed('trust').at(-1)?.trust.reasons).not.toContain('NETWORK_LOST');
    await world.run(world.now + 2_000);
    expect(page.noticed('trust').at(-1)?.trust.reasons).toContain('NETWORK_LOST');
    await world.run(world.now + 2 * HOUR_MS);
    const waits = bridge.dials.map(({ at }, i) => at - (bridge.dials[i - 1]?.at ?? at));
    expect(waits.length).toBeGreaterThan(50);
    expect(Math.max(...waits)).toBeLessThan(80_000);
    expect(waits.slice(2, 6)).toEqual(waits.slice(2, 6).toSorted((a, b) => a - b));
    const newcomer = world.add('newcomer', { family, followedBlocks: 0 });
    world.connect('newcomer', 'gateway');
    await world.run(world.now + 10_000);
    expect(newcomer.core.tip.hash).toBe(tipOf(chain));
    expect(newcomer.core.peers()[0]?.services).not.toContain('live');
    for (const each of [page, newcomer])
      expect(each.noticed('trust').at(-1)?.trust.reasons).toContain('NETWORK_LOST');
    bridge.nodes.set('a', node);
    node.follow(grow(chain, 1));
    await world.run(world.now + 90_000);
    expect(gateway.core.tip.height).toBe(4_501);
    expect(page.core.tip.height).toBe(4_501);
    expect(
      gateway.core
        .peers()
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual(['browser', 'browser', 'fullNode']);
    for (const { core } of [page, newcomer]) expect(core.peers()[0]?.services).toContain('live');
    for (const each of [page, newcomer])
      expect(each.noticed('trust').at(-1)?.trust.reasons).not.toContain('NETWORK_LOST');
  });

  it('takes no chain of too little work, and does not blame the node for it', async () => {
    const { world, gateway, bridge } = start(
      { a: { headers: chain.slice(0, 80 * 50) } },
      { minChainwork: 1_000n },
    );
    await world.run(60_000);
    expect(gateway.core.tip.height).toBe(0);
    expect(bridge.linesTo('a').length).toBe(1);
    bridge.nodes.get('a')?.follow(chain);
    await world.run(world.now + 60_000);
    expect(gateway.core.tip.hash).toBe(tipOf(chain));
  });
});

/** Bytes of a message whose checksum is not that of its payload. */
function spoiled(message: KnownMessage): Uint8Array {
  const bytes = encodeMessage(magic, message).slice();
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return bytes;
}

const empty: KnownMessage = { command: 'verack' };
const strangeBlock: KnownMessage = {
  command: 'block',
  header: chain.subarray(80, 160),
  body: Uint8Array.of(0),
};

/** What a full node can do wrong: how it is found, and by what it does it. */
const wrongs: readonly [code: string, what: string, node: Partial<ModelNodeOptions>][] = [
  ['BITCOIN_HANDSHAKE_TIMEOUT', 'says nothing', { answers: () => true }],
  ['BITCOIN_OBSOLETE', 'speaks an old version', { says: { version: 70_002 } }],
  ['BITCOIN_SERVICES_MISSING', 'has no witnesses', { says: { services: 1n } }],
  ['BITCOIN_SERVICES_MISSING', 'has no blocks', { says: { services: 8n } }],
  [
    'BITCOIN_SELF',
    'is this side',
    {
      answers: (message, connection) => {
        if (message.command !== 'version') return false;
        connection.say({ ...message });
        return true;
      },
    },
  ],
  [
    'BITCOIN_OUT_OF_TURN',
    'says its version twice',
    after('verack', (line) => line.node.answer(versionOf(line), line)),
  ],
  ['BITCOIN_OUT_OF_TURN', 'acknowledges twice', after('verack', (line) => line.say(empty))],
  [
    'BITCOIN_FLOOD',
    'never stops talking',
    after('verack', (line) => {
      for (let i = 0; i < 1_100; i++) line.say({ command: 'ping', nonce: BigInt(i) });
    }),
  ],
  [
    'BITCOIN_UNSOLICITED',
    'sends a block that nobody asked for',
    after('verack', (line) => line.say(strangeBlock)),
  ],
  [
    'BITCOIN_WRONG_MAGIC',
    'is of another network',
    after('verack', (line) => line.send(encodeMessage(1, empty))),
  ],
  [
    'BITCOIN_BAD_CHECKSUM',
    'sends a wrong checksum',
    after('verack', (line) => line.send(spoiled({ command: 'ping', nonce: 1n }))),
  ],
  ['BITCOIN_UNRESPONSIVE', 'gives no headers', { answers: ({ command }) => command === 'getheaders' }],
  [
    'BITCOIN_HEADERS_UNCONNECTED',
    'sends headers that do not connect',
    {
      answers: (message, line) => {
        if (message.command !== 'getheaders') return false;
        const records = new Uint8Array(160);
        records.set(chain.subarray(80, 160));
        records.set(chain.subarray(80 * 9, 80 * 10), 80);
        line.say({ command: 'headers', count: 2, records });
        return true;
      },
    },
  ],
];

function versionOf(line: ModelConnection) {
  const [version] = line.heard('version');
  if (version === undefined) throw new Error('it comes first');
  return version;
}

/** A node that does something once a message has come. */
function after(command: string, act: (line: ModelConnection) => void): Partial<ModelNodeOptions> {
  return {
    answers: (message, line) => {
      if (message.command === command) act(line);
      return false;
    },
  };
}

describe('a full node that', () => {
  it.each(wrongs)(
    'is disconnected with %s if it %s, and another one is followed',
    async (code, _what, node) => {
      const { world, gateway, bridge } = start({
        bad: { headers: chain.slice(0, 160), ...node },
        good: { headers: chain },
      });
      await world.run(180_000);
      expect(bridge.endings.find(({ host }) => host === 'bad')?.reason).toBe(code);
      expect(bridge.endings.filter(({ host }) => host === 'good')).toEqual([]);
      expect(gateway.core.tip.hash).toBe(tipOf(chain));
    },
  );

  it('has an invalid chain is not dialed for a day', async () => {
    const invalid = chain.slice();
    // Its nonce is another one, so its hash is, too, and half of all hashes miss the target.
    const broken = 80 * 4_000;
    const record = invalid.subarray(broken, broken + 80);
    for (let nonce = 0; (family.headerHash(record)[31] ?? 0) < 0x80; nonce++) record[76] = nonce;
    const { world, gateway, bridge } = start({
      bad: { headers: invalid.slice(0, broken + 80) },
      good: { headers: chain },
    });
    bridge.nodes.get('good')?.follow(chain.slice(0, 80 * 3_000));
    await world.run(HOUR_MS);
    expect(bridge.endings.map(({ host, reason }) => [host, reason])).toEqual([
      ['bad', 'HEADER_TARGET_MISSED'],
    ]);
    expect(bridge.dials.filter(({ host }) => host === 'bad').length).toBe(1);
    expect(gateway.core.tip.height).toBe(3_999);
    await world.run(25 * HOUR_MS);
    expect(bridge.dials.filter(({ host }) => host === 'bad').length).toBe(2);
  });

  it.each([
    { line: 'a slow line', bytesPerMs: 90, isServed: true },
    { line: 'a line that trickles', bytesPerMs: 1, isServed: false },
  ])('has $line gives a large block, or not: $isServed', async ({ bytesPerMs, isServed }) => {
    const { headers, body } = addPaying(chain, new Uint8Array(900_000).fill(0x6a));
    const bytes = encodeMessage(magic, { command: 'block', header: headers.slice(-80), body });
    let endsAt = 0;
    const answers = (message: BitcoinMessage, connection: ModelConnection): boolean => {
      // Its pong comes behind the block.
      if (message.command === 'ping' && world.now < endsAt) {
        const { nonce } = message;
        world.after(endsAt - world.now, () => connection.say({ command: 'pong', nonce }));
        return true;
      }
      if (message.command !== 'getdata') return false;
      endsAt = world.now + bytes.length / bytesPerMs + 1;
      const piece = 100 * bytesPerMs;
      for (let at = 0; at < bytes.length; at += piece)
        world.after(at / bytesPerMs, () => connection.send(bytes.slice(at, at + piece)));
      return true;
    };
    const { world, gateway, bridge } = start({ slow: { headers, answers } });
    await world.run(20_000);
    const hash = (bridge.nodes.get('slow') as ModelNode).hashAt(4_501);
    gateway.driver.push({ type: 'command', command: { kind: 'block', hash, ticket: 7 } });
    await world.run(world.now + 120_000);
    expect(gateway.noticed('block')).toMatchObject([{ result: { ok: isServed } }]);
    expect(bridge.endings[0]?.reason).toBe(isServed ? undefined : 'PEER_MESSAGE_TIMEOUT');
    if (isServed) expect(bridge.linesTo('slow')[0]?.heard('getdata').length).toBe(1);
  });

  it('has the newest blocks only is not asked for older ones', async () => {
    const { world, gateway, bridge } = start({ a: { headers: chain, says: { services: 1024n | 8n } } });
    await world.run(20_000);
    const hash = (bridge.nodes.get('a') as ModelNode).hashAt(5);
    gateway.driver.push({ type: 'command', command: { kind: 'block', hash, ticket: 7 } });
    await world.run(world.now + 5_000);
    expect(gateway.noticed('block')).toMatchObject([{ ticket: 7, result: { code: 'BLOCK_UNAVAILABLE' } }]);
    expect(bridge.linesTo('a')[0]?.heard('getdata')).toEqual([]);
    expect(bridge.endings).toEqual([]);
  });
});
