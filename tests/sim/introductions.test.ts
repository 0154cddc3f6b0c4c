/** Introductions through peers: no server is left, and who has one connection meets all others; relays lie, drop and flood. */
import {
  bytesToHex,
  type Message,
  type RelaySignal,
  resolveNetwork,
  SERVICE_INTRODUCES,
  signedSignal,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { type NodeKey, nodeKeyOfSeed } from '../../packages/gateway/src/node-key.js';
import {
  SIGNAL_TIME_S,
  SIGNALS_PER_MINUTE_MAX,
  SIGNALS_PER_PAIR_MAX,
} from '../../packages/protocol/src/limits.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { bytesOf, type SimNode, type SimNodeOptions, World, type WorldOptions } from './world.js';

const chain = new VisionChain();
chain.mine({ count: 20 });

/** A world in which no server introduces anybody. */
function serverless(options: WorldOptions = {}) {
  const world = new World(genesisTime + 1_000_000, options);
  const add = (id: string, more: Partial<SimNodeOptions> = {}): SimNode =>
    world.add(id, { family: visionSim, identity: id, introduces: true, ...more });
  const settle = (ms = 1000): Promise<void> => world.run(world.now + ms);
  return { world, add, settle };
}

const keyOf = ({ key }: SimNode): Uint8Array => key?.publicKey ?? new Uint8Array(0);

const peersOf = ({ core }: SimNode): string[] =>
  core
    .peers()
    .map(({ id }) => id)
    .sort();

/** With which codes a node has disconnected others. */
const endsOf = (node: SimNode): unknown[] =>
  node.noticed('peer').flatMap(({ change }) => (change.kind === 'disconnected' ? [change.code] : []));

const submit = (node: SimNode): void => {
  const batch = chain.tree.batch(1, 20);
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
};

let channels = 0;
/** A peer of a test with a key, which introduces others. It answers each message of introductions as the test says. */
function stranger(
  world: World,
  node: SimNode,
  key: NodeKey,
  answer: (message: Message, self: Stranger) => void = () => undefined,
): Stranger {
  const id = `stranger ${++channels}`;
  const ends = { localFingerprint: bytesOf(`${id} a`), remoteFingerprint: bytesOf(`${id} b`) };
  const self = new Stranger(
    world,
    id,
    node,
    (message) => {
      answerPings(message, self);
      if (message.type === 'challenge') self.prove(key, { services: SERVICE_INTRODUCES });
      else answer(message, self);
    },
    ends,
  );
  return self;
}

/** A relay between two nodes, which each other names to the first, and which does with its signals what the test says. */
function relayBetween(
  world: World,
  first: SimNode,
  second: SimNode,
  passOn: (signal: RelaySignal, there: Stranger) => void,
) {
  const key = nodeKeyOfSeed(bytesOf('relay'));
  const signals: RelaySignal[] = [];
  const end = (node: SimNode, other: SimNode, there: () => Stranger): Stranger =>
    stranger(world, node, key, (message, self) => {
      const { requestId } = message as { requestId: number };
      if (message.type === 'getPeers')
        self.say({ type: 'peers', requestId, keys: node === first ? [keyOf(other)] : [] });
      if (message.type !== 'relaySignal') return;
      signals.push(message);
      self.say({ type: 'signalResult', requestId, outcome: 'relayed' });
      passOn({ ...message, requestId: 0 }, there());
    });
  const toSecond = end(second, first, () => toFirst);
  const toFirst: Stranger = end(first, second, () => toSecond);
  return { signals, toFirst, toSecond };
}

describe('without any server', () => {
  it.each([1, 2, 3, 4, 5])(
    'those who have one connection meet all others, on bad lines, seed %d',
    async (seed) => {
      const { world, add, settle } = serverless({
        seed,
        conditions: (random) => ({
          latencyMs: random.between(5, 200),
          jitterMs: 50,
          bytesPerMs: 200,
          loss: 0.05,
        }),
      });
      // Three had met before the servers died. Of the others, each knows one: the last that came, or the first.
      for (const id of ['a', 'b', 'c']) add(id);
      await settle();
      world.connect('a', 'b');
      world.connect('b', 'c');
      submit(world.nodes.get('c') as SimNode);
      await settle(5_000);
      for (const [id, known] of [
        ['d', 'c'],
        ['e', 'd'],
        ['f', 'a'],
      ] as const) {
        add(id);
        await settle();
        world.connect(id, known);
        await settle(10_000);
      }
      await settle(120_000);
      const all = [...world.nodes.values()];
      for (const node of all) {
        expect(peersOf(node), node.id).toEqual(all.map(({ id }) => id).filter((id) => id !== node.id));
        expect(node.core.tip.height).toBe(20);
        expect(endsOf(node)).toEqual([]);
      }
    },
  );

  it('gives a newcomer all peers of its only one at once, however many they are', async () => {
    const { world, add, settle } = serverless();
    const others = Array.from({ length: 7 }, (_, i) => `peer ${i}`);
    for (const id of ['hub', ...others]) add(id);
    await settle();
    for (const id of others) world.connect(id, 'hub');
    await settle(5000);
    const late = add('late');
    await settle();
    world.connect('late', 'hub');
    await settle(2000);
    expect(peersOf(late)).toEqual(['hub', ...others].sort());
  });

  it('a newcomer has met the others within seconds, and keeps them when the one that introduced it leaves', async () => {
    const { world, add, settle } = serverless();
    for (const id of ['hub', 'a', 'b', 'c']) add(id);
    await settle();
    for (const id of ['a', 'b', 'c']) world.connect(id, 'hub');
    await settle(60_000);
    const late = add('late');
    await settle();
    world.connect('late', 'hub');
    await settle(2_000);
    expect(peersOf(late)).toEqual(['a', 'b', 'c', 'hub']);
    world.kill('hub');
    await settle(5_000);
    expect(peersOf(late)).toEqual(['a', 'b', 'c']);
  });

  it('nodes that do not connect by signals are neither asked nor named', async () => {
    const { world, add, settle } = serverless();
    const [hub, plain, other] = [add('hub'), add('plain', { introduces: false }), add('other')];
    await settle();
    world.connect('plain', 'hub');
    world.connect('other', 'hub');
    await settle(120_000);
    expect([peersOf(hub), peersOf(plain), peersOf(other)]).toEqual([['other', 'plain'], ['hub'], ['hub']]);
    expect(plain.introductions.performed).toEqual([]);
  });

  it('a node whose clock is wrong by an hour is introduced once three peers tell it the time', async () => {
    const { world, add, settle } = serverless();
    for (const id of ['a', 'b', 'c', 'd']) add(id);
    const wrong = add('wrong', { clockSkewS: -3_600 });
    await settle();
    for (const id of ['b', 'c', 'd', 'wrong']) world.connect(id, 'a');
    await settle(60_000);
    // Its offers are taken, and what others send it is too late or too early for it.
    expect(peersOf(wrong)).toEqual(['a']);
    for (const id of ['b', 'c']) world.connect('wrong', id);
    await settle(120_000);
    expect(peersOf(wrong)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a relay that', () => {
  it.each<[what: string, change: (signal: RelaySignal) => RelaySignal]>([
    ['payload', (signal) => ({ ...signal, payload: Uint8Array.of(1, 99) })],
    ['sender', (signal) => ({ ...signal, sender: nodeKeyOfSeed(bytesOf('relay')).publicKey })],
    ['time', (signal) => ({ ...signal, time: signal.time + 1 })],
    ['nonce', (signal) => ({ ...signal, nonce: new Uint8Array(16) })],
  ])('PEER_SIGNAL_FALSE: alters the %s is found out, and nothing comes of the signal', async (_, change) => {
    const { world, add, settle } = serverless();
    const [a, b] = [add('a'), add('b')];
    await settle();
    const { signals } = relayBetween(world, a, b, (signal, there) => there.say(change(signal)));
    await settle(5_000);
    expect(signals.length).toBe(1);
    expect(endsOf(b)).toEqual(['PEER_SIGNAL_FALSE']);
    expect([b.introductions.performed, peersOf(b)]).toEqual([[], []]);
  });

  it('alters nothing brings two together', async () => {
    const { world, add, settle } = serverless();
    const [a, b] = [add('a'), add('b')];
    await settle();
    relayBetween(world, a, b, (signal, there) => there.say(signal));
    await settle(5_000);
    expect([peersOf(a)[0], peersOf(b)[0]]).toEqual(['b', 'a']);
  });

  it('drops every signal, and says that it did not, keeps nobody apart who has another way', async () => {
    const { world, add, settle } = serverless();
    const [a, b] = [add('a'), add('b')];
    await settle();
    const { signals } = relayBetween(world, a, b, () => undefined);
    await settle(5_000);
    expect([signals.length, peersOf(a).includes('b')]).toEqual([1, false]);
    add('honest');
    await settle();
    world.connect('a', 'honest');
    world.connect('b', 'honest');
    await settle(300_000);
    expect(peersOf(a)).toContain('b');
  });

  it('PEER_FLOOD: floods a node with signals of invented senders costs it a few signatures and is disconnected', async () => {
    const { world, add, settle } = serverless();
    const [a, b] = [add('a'), add('b')];
    await settle();
    const { toSecond } = relayBetween(world, a, b, () => undefined);
    await settle();
    const before = b.verifiedSignatures;
    for (let i = 0; i < 10 * SIGNALS_PER_MINUTE_MAX; i++) {
      const sender = nodeKeyOfSeed(bytesOf(`invented ${i}`));
      toSecond.say(signalOf(sender, keyOf(b), world.wallTime, { nonce: bytesOf(`${i}`).slice(0, 16) }));
      if (i % 10 === 9) await settle(20);
    }
    await settle();
    expect(endsOf(b)).toEqual(['PEER_FLOOD']);
    expect(b.verifiedSignatures - before).toBeLessThanOrEqual(SIGNALS_PER_MINUTE_MAX + 10);
    expect(b.verifiedSignatures - before).toBeGreaterThan(0);
  });

  it('PEER_FLOOD: is flooded by a peer passes on a few, and disconnects it', async () => {
    const { world, add, settle } = serverless();
    const [relay, b] = [add('relay'), add('b')];
    await settle();
    world.connect('relay', 'b');
    const key = nodeKeyOfSeed(bytesOf('flooder'));
    const flooder = stranger(world, relay, key);
    await settle();
    const before = relay.verifiedSignatures;
    for (let i = 1; i <= 2 * SIGNALS_PER_MINUTE_MAX; i++) {
      const nonce = bytesOf(`${i}`).slice(0, 16);
      flooder.say({ ...signalOf(key, keyOf(b), world.wallTime, { nonce }), requestId: i });
      await settle(10);
    }
    await settle();
    expect([endsOf(relay), endsOf(b)]).toEqual([['PEER_FLOOD'], []]);
    expect(b.introductions.of('signalReceived').length).toBeLessThanOrEqual(SIGNALS_PER_PAIR_MAX + 1);
    expect(relay.verifiedSignatures - before).toBeLessThanOrEqual(SIGNALS_PER_PAIR_MAX + 1);
  });
});

/** A signal as its sender makes it. */
function signalOf(
  from: NodeKey,
  recipient: Uint8Array,
  wallTime: number,
  { nonce = new Uint8Array(16) }: { readonly nonce?: Uint8Array } = {},
): RelaySignal {
  const text = {
    sender: from.publicKey,
    recipient,
    time: Math.floor(wallTime),
    nonce,
    payload: Uint8Array.of(3),
  };
  const signature = from.sign(signedSignal(visionSim.networkId, text));
  return { type: 'relaySignal', requestId: 0, ...text, signature };
}

describe('a recorded signal', () => {
  /** A signal of `a` for `b`, which has taken it, and the relay that has recorded it. */
  async function record() {
    const { world, add, settle } = serverless();
    const [a, b] = [add('a'), add('b')];
    await settle();
    const { signals, toSecond } = relayBetween(world, a, b, (each, there) => there.say(each));
    await settle(2_000);
    const [signal] = signals;
    if (signal === undefined) throw new Error('there is one');
    const taken = (): number => b.introductions.of('signalReceived').length;
    expect(taken()).toBe(1);
    const recorded = { ...signal, requestId: 0 };
    return { world, add, settle, a, b, toSecond, recorded, taken };
  }

  it('is taken once, at once or later', async () => {
    const { settle, b, toSecond, recorded, taken } = await record();
    for (const ms of [0, 1_000, SIGNAL_TIME_S * 500, SIGNAL_TIME_S * 1_000, SIGNAL_TIME_S * 2_000]) {
      await settle(ms);
      toSecond.say(recorded);
      await settle();
      expect(taken()).toBe(1);
    }
    // Whoever brings it may be honest, and the clock may be wrong.
    expect([endsOf(b), toSecond.rejectedWith]).toEqual([[], undefined]);
  });

  it('PEER_SIGNAL_FALSE: is of no use with another recipient', async () => {
    const { world, add, settle, recorded } = await record();
    const c = add('c');
    await settle();
    const key = nodeKeyOfSeed(bytesOf('thief'));
    for (const signal of [recorded, { ...recorded, recipient: keyOf(c) }]) {
      const thief = stranger(world, c, key);
      await settle();
      thief.say(signal);
      await settle();
      expect(thief.rejectedWith).toBe('PEER_SIGNAL_FALSE');
    }
    expect(c.introductions.performed).toEqual([]);
  });

  it('PEER_SIGNAL_FALSE: is of no use on another network, not even with the same recipient', async () => {
    const { world, settle, recorded } = await record();
    const family = resolveNetwork('vision-devnet');
    const twin = world.add('twin', { family, identity: 'b', introduces: true });
    await settle();
    expect(bytesToHex(keyOf(twin))).toBe(bytesToHex(recorded.recipient));
    const thief = stranger(world, twin, nodeKeyOfSeed(bytesOf('thief')));
    await settle();
    thief.say(recorded);
    await settle();
    expect([thief.rejectedWith, twin.introductions.performed]).toEqual(['PEER_SIGNAL_FALSE', []]);
  });

  it('PEER_SIGNAL_FALSE: is passed on for nobody but its sender', async () => {
    const { world, settle, a, recorded } = await record();
    // `a` is a peer of `b`, so it would pass the signal on to it.
    const thief = stranger(world, a, nodeKeyOfSeed(bytesOf('thief')));
    const other = signalOf(nodeKeyOfSeed(bytesOf('c')), recorded.recipient, world.wallTime);
    await settle();
    thief.say({ ...other, requestId: 1 });
    await settle();
    expect(thief.rejectedWith).toBe('PEER_SIGNAL_FALSE');
  });
});

describe('a signaling server that names only nodes of its own', () => {
  /** A page that such a server has introduced to some nodes, which name each other and pass nothing on. */
  async function eclipse(sybils: number) {
    const { world, add, settle } = serverless();
    const honest = ['h0', 'h1', 'h2', 'h3', 'h4'].map((id) => add(id));
    await settle();
    for (const node of honest.slice(1)) world.connect(node.id, 'h0');
    submit(honest[0] as SimNode);
    await settle(60_000);
    const page = add('page');
    await settle();
    const keys = Array.from({ length: 32 }, (_, i) => nodeKeyOfSeed(bytesOf(`sybil ${i}`)));
    for (const [i, key] of keys.slice(0, sybils).entries())
      stranger(world, page, key, (message, self) => {
        if (message.type === 'getPeers') {
          const named = keys.slice(i + 1, i + 1 + message.count).map(({ publicKey }) => publicKey);
          self.say({ type: 'peers', requestId: message.requestId, keys: named });
        }
        if (message.type === 'relaySignal' && message.requestId !== 0)
          self.say({ type: 'signalResult', requestId: message.requestId, outcome: 'relayed' });
      });
    await settle(300_000);
    const honestPeers = (): string[] => peersOf(page).filter((id) => id.startsWith('h'));
    return { world, settle, page, honestPeers };
  }

  it('keeps a page to these, until one honest peer is there: that brings the others', async () => {
    const { world, settle, page, honestPeers } = await eclipse(5);
    // Nothing but its own nodes is there to ask, and so nothing else can be found.
    expect([peersOf(page).length, honestPeers(), page.core.tip.height]).toEqual([5, [], 0]);
    world.connect('page', 'h0');
    await settle(10_000);
    expect([honestPeers().length >= 3, page.core.tip.height]).toEqual([true, 20]);
    world.kill('h0');
    await settle(60_000);
    expect(honestPeers().length).toBeGreaterThanOrEqual(2);
  });

  it('can take every place that a page wants filled; then others that want peers come by one honest peer', async () => {
    const { world, settle, page, honestPeers } = await eclipse(8);
    expect([peersOf(page).length, page.core.tip.height]).toEqual([8, 0]);
    const asked = page.introductions.of('introducible').length;
    world.connect('page', 'h0');
    await settle(60_000);
    expect([honestPeers(), page.core.tip.height]).toEqual([['h0', 'h1', 'h2', 'h3', 'h4'], 20]);
    // The page itself has asked nobody: it wants no more peers.
    expect(page.introductions.of('introducible').length).toBe(asked);
  });
});
