/**
 * Three versions of the protocol in one network: the one of this code, and two that come later, each with a message and a
 * service that those before it do not know.
 */
import {
  type MessageRow,
  type NodeExtension,
  type Part,
  type Peer,
  PROTOCOL_VERSION,
  type WireMessage,
} from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { MESSAGES_BURST_MAX } from '../../packages/protocol/src/limits.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, type SimNodeOptions, World } from './world.js';

interface Greetings extends WireMessage {
  readonly type: string;
}

/** A message without fields, which belongs to a part of its own. */
function rowOf(version: number): MessageRow {
  return {
    type: `wave${version}`,
    typeByte: 200 + version,
    kind: 'notice',
    bytesMax: 64,
    cost: 1,
    part: `waves${version}`,
    encode() {},
    decode: () => ({ type: `wave${version}` }),
  };
}

const bitOf = (version: number): number => 2 ** (20 + version);

/** A later version: it waves to each peer that offers its service, or to everyone. */
function later(
  version: number,
  waves: Waves,
  options: { isRude?: boolean; requires?: number } = {},
): NodeExtension {
  const versions = Array.from({ length: version - PROTOCOL_VERSION }, (_, i) => PROTOCOL_VERSION + 1 + i);
  return {
    version,
    services: versions.reduce((sum, each) => sum + bitOf(each), 0),
    ...(options.requires === undefined ? {} : { requires: options.requires }),
    rows: versions.map(rowOf),
    parts: ({ outbox }) =>
      versions.map(
        (each): Part<Greetings> => ({
          name: `waves${each}`,
          receive: () => {
            waves.heard.push(`v${version} hears wave${each}`);
            return 'quiet';
          },
          peerReady: (peer: Peer) => {
            waves.spoken.push(`v${version} speaks ${peer.version}`);
            const times = options.isRude === true ? waves.times : peer.serves(bitOf(each)) ? 1 : 0;
            for (let i = 0; i < times; i++) outbox.send(peer, { type: `wave${each}` }, rowOf(each));
          },
        }),
      ),
  };
}

interface Waves {
  readonly heard: string[];
  readonly spoken: string[];
  times: number;
}

const chain = new VisionChain();
chain.mine({ count: 20 });

let world: World;
let waves: Waves;

const add = (id: string, extension?: NodeExtension, options: Partial<SimNodeOptions> = {}): SimNode =>
  world.add(id, { family: visionSim, identity: id, ...(extension && { extension }), ...options });

async function settle(ms = 2000): Promise<void> {
  await world.run(world.now + ms);
}

beforeEach(() => {
  world = new World(genesisTime + 1_000_000);
  waves = { heard: [], spoken: [], times: 1 };
});

describe('three versions in one network', () => {
  it('sync with one another, and each two speak what both know', async () => {
    const nodes = [
      add('five'),
      add('six', later(6, waves)),
      add('seven', later(7, waves)),
      add('seven too', later(7, waves)),
    ];
    await settle();
    const batch = chain.tree.batch(1, 20);
    nodes[0]?.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await settle();
    for (const [a, b] of [
      ['five', 'six'],
      ['six', 'seven'],
      ['five', 'seven'],
      ['seven', 'seven too'],
    ] as const)
      world.connect(a, b);
    await settle(10_000);
    expect(nodes.map(({ core }) => core.tip.height)).toEqual([20, 20, 20, 20]);
    expect(nodes.map(({ core }) => core.peers().length)).toEqual([2, 2, 3, 1]);
    expect([...waves.heard].sort()).toEqual([
      'v6 hears wave6',
      ...Array(3).fill('v7 hears wave6'),
      ...Array(2).fill('v7 hears wave7'),
    ]);
    expect(new Set(waves.spoken)).toEqual(
      new Set(['v6 speaks 5', 'v6 speaks 6', 'v7 speaks 5', 'v7 speaks 6', 'v7 speaks 7']),
    );
  });

  it('what a later version sends all the same is skipped and counted, and costs its sender', async () => {
    const five = add('five');
    add('rude', later(6, waves, { isRude: true }));
    await settle();
    waves.times = 5;
    world.connect('five', 'rude');
    await settle();
    expect(five.core.peers().length).toBe(1);
    expect(five.core.metrics().vision_p2p_messages_skipped_total).toBe(5);
    waves.times = MESSAGES_BURST_MAX + 100;
    add('ruder', later(6, waves, { isRude: true }));
    await settle();
    world.connect('five', 'ruder');
    await settle();
    expect(five.noticed('peer').at(-1)?.change).toMatchObject({ id: 'ruder', code: 'PEER_FLOOD' });
  });

  it('an unknown message of the same version is a fault', async () => {
    const five = add('five');
    add('odd', { ...later(6, waves, { isRude: true }), version: PROTOCOL_VERSION });
    await settle();
    world.connect('five', 'odd');
    await settle();
    expect(five.noticed('peer').at(-1)?.change).toMatchObject({ id: 'odd', code: 'WIRE_UNKNOWN_TYPE' });
  });

  it('PEER_FEATURE_REQUIRED: a peer that requires what this node does not know is told so, and why', async () => {
    const five = add('five');
    add('demanding', later(6, waves, { requires: bitOf(6) + 1 }));
    add('six', later(6, waves));
    await settle();
    world.connect('five', 'demanding');
    world.connect('six', 'demanding');
    await settle();
    expect(five.core.peers()).toEqual([]);
    expect(five.noticed('peer').at(-1)?.change).toMatchObject({
      code: 'PEER_FEATURE_REQUIRED',
      detail: `it requires the services ${bitOf(6)}`,
    });
    expect(world.nodes.get('six')?.core.peers().length).toBe(1);
  });
});
