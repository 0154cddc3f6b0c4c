/** Nodes with keys: who they prove to be, and to whom a man in the middle, a repeated hello or a false one is of no use. */
import {
  bytesToHex,
  type Hello,
  MemoryStore,
  type Message,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
} from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeKeyOfSeed } from '../../packages/gateway/src/node-key.js';
import { HELD_MESSAGES_MAX } from '../../packages/protocol/src/limits.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { bytesOf, type SimNode, type SimNodeOptions, World } from './world.js';

const chain = new VisionChain();
chain.mine({ count: 20 });
const key = nodeKeyOfSeed(bytesOf('stranger'));
const channel = {
  localFingerprint: bytesOf('end of the node'),
  remoteFingerprint: bytesOf('end of the stranger'),
  introducer: 'http://signal.example/',
};

let world: World;
let node: SimNode;
let store: MemoryStore;

const add = (id: string, options: Partial<SimNodeOptions> = {}): SimNode =>
  world.add(id, { family: visionSim, identity: id, ...options });

const hexOf = ({ key: own }: SimNode): string => bytesToHex(own?.publicKey ?? new Uint8Array(0));

/** What a node said of the end of its connections. */
const endsOf = (at: SimNode): unknown[] =>
  at.noticed('peer').flatMap(({ change }) => (change.kind === 'disconnected' ? [change.code] : []));

async function settle(ms = 1000): Promise<void> {
  await world.run(world.now + ms);
}

/** A stranger that the node has challenged. */
async function meet(id = 'stranger', answer = answerPings): Promise<Stranger> {
  const stranger = new Stranger(world, id, node, answer, channel);
  await settle(100);
  return stranger;
}

beforeEach(async () => {
  world = new World(genesisTime + 1_000_000);
  store = new MemoryStore();
  node = add('node', { store });
  await settle();
});

describe('two nodes with keys', () => {
  it('know each other by them, and sync', async () => {
    const other = add('other');
    await settle();
    const batch = chain.tree.batch(1, 20);
    other.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await settle();
    world.connect('node', 'other');
    await settle();
    expect(node.core.peers()).toMatchObject([{ id: 'other', key: hexOf(other) }]);
    expect(other.core.peers()).toMatchObject([{ id: 'node', key: hexOf(node) }]);
    expect(node.core.tip.height).toBe(20);
  });

  it('SIGNAL_TAMPERED: find a man in the middle, both of them, name who introduced them, and take no data', async () => {
    const other = add('other');
    await settle();
    const batch = chain.tree.batch(1, 20);
    other.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
    await settle();
    world.connect('node', 'other', true);
    await settle();
    for (const each of [node, other]) {
      expect(each.noticed('error')).toEqual([
        { type: 'error', code: 'SIGNAL_TAMPERED', detail: 'http://signal.example/' },
      ]);
      expect(endsOf(each)).toEqual(['SIGNAL_TAMPERED']);
      expect(each.core.peers()).toEqual([]);
    }
    expect(node.core.tip.height).toBe(0);
    world.connect('node', 'other');
    await settle();
    expect(node.core.tip.height).toBe(20);
  });

  it('meet again at once after one has come back and the other has not noticed that it was gone', async () => {
    // Whichever of the two keys is the lesser one.
    for (const id of ['a', 'b', 'c', 'd']) {
      const first = add(`${id}.1`, { identity: id });
      await settle();
      world.connect('node', `${id}.1`);
      await settle();
      // The page is gone without a word; only its channel is left.
      first.leave('node');
      first.isRunning = false;
      first.driver.stop();
      add(`${id}.2`, { identity: id });
      await settle();
      world.connect('node', `${id}.2`);
      await settle();
      expect(node.core.peers().map((peer) => peer.id)).toContain(`${id}.2`);
    }
    await settle(60_000);
    expect(node.core.peers().map((peer) => peer.id)).toEqual(['a.2', 'b.2', 'c.2', 'd.2']);
  });

  it('PEER_DUPLICATE: keep one of two connections, the same on both sides', async () => {
    for (const id of ['a', 'b', 'c', 'd']) {
      const first = add(`${id}.1`, { identity: id });
      const second = new Stranger(world, `${id} again`, node, answerPings, channel);
      await settle();
      world.connect('node', `${id}.1`);
      await settle();
      second.prove(nodeKeyOfSeed(bytesOf(id)));
      await settle(60_000);
      const third = new Stranger(world, `${id} once more`, node, answerPings, channel);
      await settle(100);
      third.prove(nodeKeyOfSeed(bytesOf(id)));
      await settle(100);
      const isDecider = hexOf(node) < hexOf(first);
      const left = node.core.peers().filter((peer) => peer.id.startsWith(id));
      expect(left.length, id).toBe(isDecider ? 1 : 2);
    }
  });
});

describe('a peer', () => {
  it('that proves its key is ready, and has this node proven to it', async () => {
    const stranger = await meet();
    stranger.prove(key);
    await settle();
    expect(node.core.peers()).toMatchObject([{ id: 'stranger', key: bytesToHex(key.publicKey) }]);
    expect(stranger.heard('hello')[0]?.identity).toMatchObject({
      key: node.key?.publicKey,
      localFingerprint: channel.localFingerprint,
      remoteFingerprint: channel.remoteFingerprint,
    });
  });

  it.each<[what: string, code: string, act: (stranger: Stranger) => void]>([
    [
      'that has no key',
      'PEER_IDENTITY_FALSE',
      (stranger) => {
        stranger.challenge();
        stranger.hello();
      },
    ],
    ['that does not ask for ours', 'PEER_OUT_OF_TURN', (stranger) => stranger.hello()],
    [
      'that asks twice',
      'PEER_OUT_OF_TURN',
      (stranger) => {
        stranger.challenge();
        stranger.challenge();
      },
    ],
    [
      'that says something else than it has signed',
      'PEER_IDENTITY_FALSE',
      (stranger) => {
        const say = stranger.say.bind(stranger);
        stranger.say = (...messages) =>
          say(...messages.map((each) => (each.type === 'hello' ? { ...each, services: 1 } : each)));
        stranger.prove(key);
      },
    ],
    [
      'that states other ends than it has signed',
      'PEER_IDENTITY_FALSE',
      (stranger) => {
        const say = stranger.say.bind(stranger);
        const swap = (hello: Hello): Hello => ({
          ...hello,
          identity: hello.identity && { ...hello.identity, localFingerprint: bytesOf('the middle') },
        });
        stranger.say = (...messages) =>
          say(...messages.map((each) => (each.type === 'hello' ? swap(each) : each)));
        stranger.prove(key);
      },
    ],
    [
      'that is on another network',
      'PEER_WRONG_NETWORK',
      (stranger) => stranger.prove(key, { networkId: bytesOf('x') }),
    ],
    [
      'that says hello twice',
      'PEER_OUT_OF_TURN',
      (stranger) => {
        stranger.prove(key);
        stranger.hello();
      },
    ],
    ['that is this node itself', 'PEER_DUPLICATE', (stranger) => node.key && stranger.prove(node.key)],
  ])('%s is refused: %s', async (_what, code, act) => {
    const stranger = await meet();
    act(stranger);
    await settle();
    expect(stranger.rejectedWith).toBe(code);
    expect(node.core.peers()).toEqual([]);
  });

  it('cannot repeat a hello: neither its own in another channel, nor that of a node that it has met', async () => {
    const first = await meet('first');
    first.prove(key);
    await settle();
    const said: Hello[] = [];
    const victim = add('victim');
    await settle();
    const spy = new Stranger(world, 'spy', victim, answerPings, channel);
    await settle(100);
    spy.challenge(first.heard('challenge')[0]?.nonce);
    await settle(100);
    said.push(...spy.heard('hello'));
    expect(said.length).toBe(1);
    for (const hello of said) {
      // The nonce is that of an earlier channel, the ends are those of this one.
      const again = await meet('again');
      again.challenge();
      const ends = {
        localFingerprint: channel.remoteFingerprint,
        remoteFingerprint: channel.localFingerprint,
      };
      again.say({ ...hello, identity: hello.identity && { ...hello.identity, ...ends } });
      const whole = await meet('whole');
      whole.challenge();
      whole.say(hello);
      await settle();
      expect([again, whole].map(({ rejectedWith }) => rejectedWith)).toEqual([
        'PEER_IDENTITY_FALSE',
        'PEER_IDENTITY_FALSE',
      ]);
    }
    expect(node.core.peers().map(({ id }) => id)).toEqual(['first']);
  });

  it('is not answered before our own hello is signed', async () => {
    const stranger = await meet();
    const { perform } = node.driver.platform;
    let sign = (): void => {};
    node.driver.platform.perform = (effect) => {
      if (effect.type === 'sign') sign = () => perform(effect);
      else perform(effect);
    };
    stranger.prove(key);
    stranger.say({ type: 'ping', requestId: 7 });
    await settle();
    expect(stranger.received.map(({ type }) => type)).toEqual(['challenge']);
    expect(node.core.peers()).toEqual([]);
    sign();
    await settle();
    expect(stranger.received.slice(0, 2).map(({ type }) => type)).toEqual(['challenge', 'hello']);
    expect(stranger.heard('pong').map(({ requestId }) => requestId)).toEqual([7]);
  });

  it('SIGNAL_TAMPERED: is refused only after our own hello, by which it finds out as well', async () => {
    const stranger = await meet();
    const { perform } = node.driver.platform;
    let sign = (): void => {};
    node.driver.platform.perform = (effect) => {
      if (effect.type === 'sign') sign = () => perform(effect);
      else perform(effect);
    };
    const { channel: real } = stranger;
    Object.assign(stranger, { channel: { ...real, localFingerprint: bytesOf('the middle') } });
    stranger.prove(key);
    await settle();
    expect(stranger.received.map(({ type }) => type)).toEqual(['challenge']);
    sign();
    await settle();
    expect(stranger.received.map(({ type }) => type)).toEqual(['challenge', 'hello', 'reject']);
    expect(stranger.rejectedWith).toBe('SIGNAL_TAMPERED');
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['SIGNAL_TAMPERED']);
  });

  it('may go on before this node has verified its hello, within bounds', async () => {
    const ask = (requestId: number): Message => ({
      type: 'getHeaders',
      requestId,
      locator: [],
      stop: undefined,
      skip: 0,
      max: 1,
    });
    const eager = await meet('eager');
    eager.prove(key);
    for (let i = 1; i <= HELD_MESSAGES_MAX; i++) eager.say(ask(i));
    await settle();
    expect(eager.heard('headers').map(({ requestId }) => requestId)).toEqual(
      Array.from({ length: HELD_MESSAGES_MAX }, (_, i) => i + 1),
    );
    const greedy = await meet('greedy');
    greedy.prove(nodeKeyOfSeed(bytesOf('greedy')));
    for (let i = 0; i <= HELD_MESSAGES_MAX; i++) greedy.say(ask(i));
    await settle();
    expect(greedy.rejectedWith).toBe('PEER_FLOOD');
    const heavy = await meet('heavy');
    heavy.prove(nodeKeyOfSeed(bytesOf('heavy')));
    const payload = new Uint8Array(65_536);
    heavy.say({ type: 'headers', requestId: 1, parent: bytesOf('x'), count: 1, payload });
    await settle();
    expect(heavy.rejectedWith).toBe('PEER_FLOOD');
  });

  it('counts as a gateway only if its key is one of those that the node was told, where it was told any', async () => {
    node = add('picky', { gateways: [key.publicKey] });
    await settle();
    const known = await meet('known');
    known.prove(key, { services: 1 });
    const other = await meet('other');
    other.prove(nodeKeyOfSeed(bytesOf('other')), { services: 1 });
    await settle();
    expect(node.core.peers().map(({ id, kind }) => [id, kind])).toEqual([
      ['known', 'gateway'],
      ['other', 'browser'],
    ]);
  });
});

describe('a discouraged peer', () => {
  /** Bytes that no version writes. */
  const misbehave = (stranger: Stranger): void => stranger.sayRaw(Uint8Array.of(3, 0, 0, 0, 2, 0x80, 0));

  it('PEER_DISCOURAGED: is refused by whatever name it comes back, over a reload, and forgiven after a day', async () => {
    const first = await meet('first');
    first.prove(key);
    misbehave(first);
    await settle();
    expect(first.rejectedWith).toBe('WIRE_MALFORMED');
    for (const id of ['first', 'another name']) {
      const again = await meet(id);
      again.prove(key);
      await settle();
      expect(again.rejectedWith).toBe('PEER_DISCOURAGED');
    }
    world.kill('node');
    node = add('node', { store });
    await settle();
    const later = await meet('later');
    later.prove(key);
    await settle();
    expect(later.rejectedWith).toBe('PEER_DISCOURAGED');
    // Another key is another peer.
    const other = await meet('other');
    other.prove(nodeKeyOfSeed(bytesOf('other')));
    await settle();
    expect(node.core.peers().map(({ id }) => id)).toEqual(['other']);
    await settle(24 * 3_600_000);
    const forgiven = await meet('forgiven');
    forgiven.prove(key);
    await settle();
    expect(forgiven.rejectedWith).toBeUndefined();
    expect(node.core.peers().map(({ id }) => id)).toContain('forgiven');
  });

  it('is none that breaks a rule before it has proven who it is: nobody can blame somebody else', async () => {
    const victim = nodeKeyOfSeed(bytesOf('victim'));
    const liar = await meet('liar');
    const say = liar.say.bind(liar);
    liar.say = (...messages) =>
      say(...messages.map((each) => (each.type === 'hello' ? { ...each, services: 1 } : each)));
    liar.prove(victim);
    misbehave(liar);
    await settle();
    expect(liar.rejectedWith).toBe('PEER_IDENTITY_FALSE');
    const honest = await meet('honest');
    honest.prove(victim);
    await settle();
    expect(node.core.peers().map(({ id }) => id)).toEqual(['honest']);
  });

  it('that only left a rule for a slow line is no such peer', async () => {
    const eager = await meet('eager');
    eager.prove(key);
    await settle();
    eager.say({ type: 'pong', requestId: 1_000_000 });
    await settle();
    expect(eager.rejectedWith).toBe('PEER_UNSOLICITED');
    const again = await meet('again');
    again.prove(key);
    await settle();
    expect(node.core.peers().map(({ id }) => id)).toEqual(['again']);
  });
});

describe('a node that cannot sign or verify', () => {
  it('SIGNATURES_UNAVAILABLE: says so, and greets nobody', async () => {
    const stranger = await meet();
    stranger.challenge();
    const perform = node.driver.platform.perform;
    node.driver.platform.perform = (effect) => {
      if (effect.type === 'sign') node.driver.push({ type: 'signed', job: effect.job });
      else perform(effect);
    };
    await settle();
    expect(node.noticed('error').map(({ code }) => code)).toEqual(['SIGNATURES_UNAVAILABLE']);
    expect(stranger.heard('hello')).toEqual([]);
    node.driver.platform.perform = (effect) => {
      if (effect.type === 'verifySignatures')
        node.driver.push({ type: 'signaturesVerified', job: effect.job });
      else perform(effect);
    };
    const proven = await meet('proven');
    proven.prove(key);
    await settle();
    expect(node.noticed('error').map(({ code }) => code)).toEqual([
      'SIGNATURES_UNAVAILABLE',
      'SIGNATURES_UNAVAILABLE',
    ]);
    expect(node.core.peers()).toEqual([]);
  });
});

describe('versions', () => {
  it.each([
    [PROTOCOL_VERSION + 4, PROTOCOL_VERSION, true],
    [PROTOCOL_VERSION + 4, PROTOCOL_VERSION + 1, false],
    [PROTOCOL_VERSION, 1, true],
  ])('a peer that speaks %i down to %i: served %s', async (version, minVersion, isServed) => {
    const stranger = await meet();
    stranger.prove(key, { version, minVersion });
    await settle();
    expect(node.core.peers().length).toBe(isServed ? 1 : 0);
    if (isServed) return;
    expect(stranger.rejectedWith).toBe('PEER_WRONG_VERSION');
    expect(node.noticed('peer').at(-1)?.change).toMatchObject({
      code: 'PEER_WRONG_VERSION',
      detail: `this node speaks ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION}, the peer ${minVersion} to ${version}`,
    });
  });
});
