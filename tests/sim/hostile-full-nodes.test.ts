/** Full nodes that send too much, too long, or what nobody asked for: one at a time, beside an honest one that goes on. */
import { describe, expect, it } from 'vitest';
import { netAddress } from '../../packages/gateway/src/bridges/bitcoin/net-address.js';
import { encodeMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import type {
  BitcoinMessage,
  KnownMessage,
} from '../../packages/gateway/src/bridges/bitcoin/wire/message.js';
import { type ModelConnection, ModelNode, type ModelNodeOptions } from '../full-node/model-node.js';
import { family, genesis, genesisTime, grow, magic, tipOf } from './regtest-chain.js';
import { SimBridge } from './sim-bridge.js';
import { World } from './world.js';

const chain = grow(genesis, 300);
const HOUR_MS = 3_600_000;
const LARGEST_BLOCK = 4_000_000;
const hash = new Uint8Array(32).fill(9);
const ADDRESSES_TOO_MANY = 1_001;

/** A gateway of an honest node and of one that is not, and a page behind it. */
function start(bad: Pick<ModelNodeOptions, 'answers'>) {
  const world = new World(genesisTime + 600 * 10_000, { seed: 5 });
  const gateway = world.add('gateway', { family, isGateway: true, followedBlocks: 0 });
  const page = world.add('page', { family, followedBlocks: 0 });
  world.connect('page', 'gateway');
  const nodes = new Map([
    ['bad', new ModelNode({ magic, headers: chain, ...bad })],
    ['good', new ModelNode({ magic, headers: chain })],
  ]);
  return { world, gateway, page, bridge: new SimBridge(world, gateway, magic, nodes) };
}

/** A frame whose payload is cut off, or has bytes behind it. The checksum is right. */
function frameOf(command: string, payload: Uint8Array, claimed = payload.length): Uint8Array {
  // An unknown message's payload is not looked at by the encoder, so a `tx` carries any bytes.
  const bytes = encodeMessage(magic, { command: 'tx', bytes: payload }).slice();
  bytes.fill(0, 4, 16);
  bytes.set(new TextEncoder().encode(command), 4);
  new DataView(bytes.buffer).setUint32(16, claimed, true);
  return bytes;
}

const strangeBlock: KnownMessage = { command: 'block', header: chain.slice(80, 160), body: Uint8Array.of(0) };

/** The same again, more often than any node has to. */
const without = (message: KnownMessage) => (line: ModelConnection) => {
  for (let i = 0; i < 1_200; i++) line.say(message);
};

const manyAddresses = (line: ModelConnection): void => {
  const payload = new Uint8Array(3 + 30 * ADDRESSES_TOO_MANY);
  payload.set([0xfd, ADDRESSES_TOO_MANY & 0xff, ADDRESSES_TOO_MANY >> 8]);
  line.send(frameOf('addr', payload));
};

function addressesByTheMillion(line: ModelConnection): void {
  const addresses = Array.from({ length: 1_000 }, (_, i) =>
    netAddress('ipv4', Uint8Array.of(99, i >> 8, i & 255, 1), 8333),
  ).flatMap((address) => (address === undefined ? [] : [{ address, time: 1, services: 9n }]));
  for (let i = 0; i < 1_000; i++) line.say({ command: 'addrv2', addresses });
}

/** What a node does once it has heard a message, and the code that it is disconnected with. */
const wrongs: readonly [
  code: string,
  what: string,
  when: BitcoinMessage['command'],
  act: (line: ModelConnection) => void,
][] = [
  [
    'BITCOIN_FLOOD',
    'says without end that it lacks things',
    'verack',
    without({ command: 'notfound', items: [{ kind: 1, hash }] }),
  ],
  [
    'BITCOIN_FLOOD',
    'sends blocks without end before it has said who it is',
    'version',
    without(strangeBlock),
  ],
  [
    'BITCOIN_FLOOD',
    'answers pings without end that nobody sent',
    'verack',
    without({ command: 'pong', nonce: 1n }),
  ],
  [
    'BITCOIN_FLOOD',
    'sends messages without end that nobody knows',
    'verack',
    (line) => {
      for (let i = 0; i < 1_200; i++) line.send(frameOf('whatever', hash));
    },
  ],
  ['BITCOIN_FLOOD', 'tells addresses by the million', 'verack', addressesByTheMillion],
  ['BITCOIN_TOO_LARGE', 'tells more addresses in a message than fit in one', 'verack', manyAddresses],
  [
    'BITCOIN_MALFORMED',
    'sends a message that ends too early',
    'verack',
    (line) => line.send(frameOf('ping', hash.slice(0, 7))),
  ],
  [
    'BITCOIN_MALFORMED',
    'sends a message that goes on behind its end',
    'verack',
    (line) => line.send(frameOf('headers', Uint8Array.of(0, 9))),
  ],
  [
    'BITCOIN_TOO_LARGE',
    'announces a block that is larger than any',
    'verack',
    (line) => line.send(frameOf('block', hash, LARGEST_BLOCK + 1)),
  ],
  [
    'BITCOIN_TOO_LARGE',
    'announces a large message of a name that nobody knows',
    'verack',
    (line) => line.send(frameOf('whatever', hash, 4_097)),
  ],
  [
    'BITCOIN_UNSOLICITED',
    'sends what commits to filters that nobody asked for',
    'verack',
    (line) =>
      line.say({ command: 'cfheaders', filterType: 0, stop: hash, previousHeader: hash, filterHashes: hash }),
  ],
  [
    'BITCOIN_UNSOLICITED',
    'sends a filter that nobody asked for',
    'verack',
    (line) => line.say({ command: 'cfilter', filterType: 0, blockHash: hash, filter: Uint8Array.of(0) }),
  ],
];

describe('a full node that', () => {
  it.each(wrongs)('is disconnected with %s if it %s', async (code, _what, when, act) => {
    const { world, gateway, page, bridge } = start({
      answers: (message, line) => {
        const isTime = message.command === when;
        if (isTime && when === 'verack') line.node.answer(message, line);
        if (isTime) act(line);
        return isTime;
      },
    });
    await world.run(180_000);
    expect(bridge.endings[0]).toMatchObject({ host: 'bad', reason: code });
    expect(bridge.endings.filter(({ host }) => host === 'good')).toEqual([]);
    for (const { core } of [gateway, page]) expect(core.tip.hash).toBe(tipOf(chain));
    bridge.nodes.get('good')?.follow(grow(chain, 1));
    await world.run(world.now + 10_000);
    for (const { core } of [gateway, page]) expect(core.tip.height).toBe(301);
  });

  /** Sends the beginning of the largest message there is, and then a byte a second. */
  const dripping = (line: ModelConnection, world: World): void => {
    line.send(frameOf('block', hash, LARGEST_BLOCK));
    const drip = (): void => {
      line.send(Uint8Array.of(0));
      world.after(1_000, drip);
    };
    drip();
  };

  it.each([
    ['BITCOIN_UNRESPONSIVE', 'once it is connected', 'verack'],
    ['BITCOIN_HANDSHAKE_TIMEOUT', 'before it says who it is', 'version'],
  ] as const)('is disconnected with %s if a message of it never ends, %s', async (code, _what, when) => {
    const setting = start({
      answers: ({ command }, line) => {
        if (command === when) dripping(line, setting.world);
        return command === when;
      },
    });
    const { world, gateway, bridge } = setting;
    await world.run(HOUR_MS / 10);
    expect(bridge.endings[0]).toMatchObject({ host: 'bad', reason: code });
    expect(gateway.core.tip.hash).toBe(tipOf(chain));
  });
});
