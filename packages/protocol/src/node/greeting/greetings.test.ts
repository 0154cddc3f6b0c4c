import { describe, expect, it } from 'vitest';
import { nodeKeyOfSeed } from '../../../../../packages/gateway/src/node-key.js';
import { VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { defined } from '../../assert.js';
import { bytesToHex } from '../../bytes/hex.js';
import type { ChannelEnds } from '../../io/event.js';
import { SignaturePort } from '../../io/signature-port.js';
import { Outbox } from '../../peer/outbox.js';
import { Peer } from '../../peer/peer.js';
import { PeerSet } from '../../peer/peer-set.js';
import { decodeMessage } from '../../wire/codec.js';
import { type Hello, PROTOCOL_VERSION, signedHello } from '../../wire/messages/hello.js';
import { type GreetingOptions, Greetings } from './greetings.js';

const NOON = 1_800_000_000;
const chain = new VisionChain();
chain.mine({ count: 3 });
const bytes = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const channel: ChannelEnds = { localFingerprint: bytes(1), remoteFingerprint: bytes(2) };
/** Two keys, of which the first is the lesser one. */
const [lesser, greater] = [nodeKeyOfSeed(bytes(1)), nodeKeyOfSeed(bytes(2))].sort((a, b) =>
  bytesToHex(a.publicKey) < bytesToHex(b.publicKey) ? -1 : 1,
) as [ReturnType<typeof nodeKeyOfSeed>, ReturnType<typeof nodeKeyOfSeed>];

const plainHello: Hello = {
  type: 'hello',
  version: PROTOCOL_VERSION,
  minVersion: PROTOCOL_VERSION,
  networkId: visionSim.networkId,
  height: 7,
  chainwork: 9n,
  services: 0,
  requires: 0,
  userAgent: 'test',
  time: 0,
  identity: undefined,
};

function setUp(options: Partial<GreetingOptions> = {}) {
  const peers = new PeerSet();
  const outbox = new Outbox();
  const signatures = new SignaturePort(outbox);
  const told: string[] = [];
  const greetings = new Greetings(
    chain.tree,
    peers,
    outbox,
    signatures,
    {
      ready: ({ id }) => told.push(`${id} is ready`),
      punish: (peer, code, detail) => {
        told.push([peer.id, code, ...(detail === undefined ? [] : [detail])].join(': '));
        peers.delete(peer.id);
      },
      isDiscouraged: () => false,
      error: (code, detail) => told.push(`error ${code} "${detail}"`),
    },
    {
      version: PROTOCOL_VERSION,
      minVersion: PROTOCOL_VERSION,
      services: 1,
      requires: 0,
      known: 0b1011,
      userAgent: 'test',
      identity: undefined,
      gateways: undefined,
      secret: new Uint8Array(16),
      ...options,
    },
  );
  /** What was sent since the last call; signatures that are asked for are good. */
  const sent = () => {
    const messages: string[] = [];
    const hellos: Hello[] = [];
    for (let effects = outbox.take(); effects.length > 0; effects = outbox.take())
      for (const effect of effects) {
        if (effect.type === 'sign') signatures.signed(effect.job, greater.sign(effect.message));
        if (effect.type === 'verifySignatures') signatures.verified(effect.job, Uint8Array.of(1));
        if (effect.type !== 'send') continue;
        const decoded = decodeMessage(effect.bytes.subarray(4));
        if (!decoded.ok) throw new Error(decoded.code);
        messages.push(decoded.message.type);
        if (decoded.message.type === 'hello') hellos.push(decoded.message);
      }
    return { messages, hellos };
  };
  const add = (id: string, now = 0): Peer => {
    const peer = new Peer(id, 1000, undefined, now);
    peers.add(peer);
    greetings.add(peer, channel);
    return peer;
  };
  const time = { now: 0, wallTime: NOON };
  /** A peer greets with a key, as one whose channel is this one. */
  const greet = (peer: Peer, key: typeof lesser): void => {
    greetings.begin(peer, NOON);
    sent();
    greetings.challenge(
      peer,
      {
        type: 'challenge',
        version: PROTOCOL_VERSION,
        minVersion: PROTOCOL_VERSION,
        nonce: new Uint8Array(32),
      },
      NOON,
    );
    sent();
    const ends = {
      localFingerprint: channel.remoteFingerprint,
      remoteFingerprint: channel.localFingerprint,
    };
    // Every signature that has the right form is good here.
    const signature = key.sign(signedHello(plainHello, ends, new Uint8Array(32)));
    greetings.hello(peer, { ...plainHello, identity: { key: key.publicKey, ...ends, signature } }, time);
    sent();
  };
  return { greetings, add, sent, told, time, greet };
}

describe('a hello', () => {
  it('without a key is said at once, with what the node is and its time', () => {
    const { greetings, add, sent } = setUp();
    const peer = add('p');
    greetings.begin(peer, NOON + 0.9);
    const { messages, hellos } = sent();
    expect(messages).toEqual(['hello']);
    expect(hellos[0]).toMatchObject({ height: 3, services: 1, time: NOON, identity: undefined });
    expect(peer.greetedWith).toEqual(chain.tree.hash(chain.tree.tip));
  });

  it('tells by how much a clock is ahead, where it tells the time', () => {
    const { greetings, add, told, time } = setUp();
    const offsets = [NOON + 90, NOON - 5, 0].map((said, i) => {
      const peer = add(`p${i}`);
      expect(greetings.hello(peer, { ...plainHello, time: said }, time)).toBeUndefined();
      return peer.clockAheadS;
    });
    expect(offsets).toEqual([90, -5, undefined]);
    expect(told).toEqual(['p0 is ready', 'p1 is ready', 'p2 is ready']);
  });

  it('settles on the lower version of both, and each may be too old for the other', () => {
    const { greetings, add, told, time } = setUp({ version: 6, minVersion: 4 });
    const spoken = [
      [5, 3],
      [9, 6],
      [4, 4],
    ].map(([version = 0, minVersion = 0], i) => {
      const peer = add(`p${i}`);
      greetings.hello(peer, { ...plainHello, version, minVersion }, time);
      return peer.version;
    });
    expect(spoken).toEqual([5, 6, 4]);
    told.length = 0;
    greetings.hello(add('old'), { ...plainHello, version: 3, minVersion: 1 }, time);
    greetings.hello(add('new'), { ...plainHello, version: 9, minVersion: 7 }, time);
    expect(told).toEqual([
      'old: PEER_WRONG_VERSION: this node speaks 4 to 6, the peer 1 to 3',
      'new: PEER_WRONG_VERSION: this node speaks 4 to 6, the peer 7 to 9',
    ]);
  });

  it('PEER_FEATURE_REQUIRED: names each service that is required and not known', () => {
    const { greetings, add, told, time } = setUp();
    greetings.hello(add('p'), { ...plainHello, requires: 0b1011 }, time);
    greetings.hello(add('q'), { ...plainHello, requires: 0b1110100 }, time);
    greetings.hello(add('r'), { ...plainHello, requires: 4 }, time);
    expect(told).toEqual([
      'p is ready',
      `q: PEER_FEATURE_REQUIRED: it requires the services ${0b1110100}`,
      'r: PEER_FEATURE_REQUIRED: it requires the services 4',
    ]);
  });
});

describe('a node with a key', () => {
  it('answers a challenge that came before it could: the frame may be gone by then', () => {
    const { greetings, add, sent } = setUp({ identity: greater.publicKey });
    const peer = add('p');
    const nonce = bytes(9);
    const { version, minVersion } = plainHello;
    greetings.challenge(peer, { type: 'challenge', version, minVersion, nonce }, NOON);
    nonce.fill(0xee);
    greetings.begin(peer, NOON);
    const { hellos } = sent();
    const hello = defined(hellos[0], 'it is said');
    const { localFingerprint, remoteFingerprint, signature } = defined(hello.identity, 'with its key');
    const message = signedHello(hello, { localFingerprint, remoteFingerprint }, bytes(9));
    expect(signature).toEqual(greater.sign(message));
  });

  it('takes a peer for a gateway only if its key is one of those that it was told, any of them', () => {
    const { add, greet } = setUp({
      identity: greater.publicKey,
      gateways: [bytes(3), lesser.publicKey],
    });
    const [known, other] = [add('known'), add('other')];
    greet(known, lesser);
    greet(other, nodeKeyOfSeed(bytes(5)));
    expect([known.mayBeGateway, other.mayBeGateway]).toEqual([true, false]);
  });

  it('has no detail to tell where nobody can sign or verify, nor where nobody is named', () => {
    const { greetings, add, told, time } = setUp({ identity: greater.publicKey });
    const peer = add('p');
    greetings.begin(peer, NOON);
    const key = lesser.publicKey;
    peer.isChallenged = true;
    const signature = lesser.sign(bytes(1));
    const identity = { key, localFingerprint: bytes(8), remoteFingerprint: bytes(1), signature };
    peer.greetedWith = bytes(0);
    greetings.hello(peer, { ...plainHello, identity }, time);
    greetings.signatures.verified(1, Uint8Array.of(1));
    expect(told).toEqual(['error SIGNAL_TAMPERED ""', 'p: SIGNAL_TAMPERED']);
    told.length = 0;
    const next = add('next');
    greetings.begin(next, NOON);
    next.isChallenged = true;
    greetings.hello(next, { ...plainHello, identity }, time);
    greetings.signatures.verified(2, undefined);
    expect(told).toEqual(['error SIGNATURES_UNAVAILABLE ""']);
  });
});

describe('PEER_DUPLICATE: of two connections to one key', () => {
  it('the node with the lesser key ends the new one if anything came by the old one since that was opened', () => {
    const { add, greet, told } = setUp({ identity: lesser.publicKey });
    const old = add('old', 100);
    greet(old, greater);
    old.lastBytesAt = 501;
    greet(add('new', 500), greater);
    expect(told).toEqual(['old is ready', 'new: PEER_DUPLICATE']);
  });

  it('and else the old one', () => {
    const { add, greet, told } = setUp({ identity: lesser.publicKey });
    const old = add('old', 100);
    greet(old, greater);
    old.lastBytesAt = 500;
    greet(add('new', 500), greater);
    expect(told).toEqual(['old is ready', 'old: PEER_DUPLICATE', 'new is ready']);
  });

  it('the node with the greater key leaves that to the other one, and ends the oldest of three', () => {
    const { add, greet, told } = setUp({ identity: greater.publicKey });
    for (const id of ['a', 'b', 'c']) greet(add(id), lesser);
    expect(told).toEqual(['a is ready', 'b is ready', 'a: PEER_DUPLICATE', 'c is ready']);
  });

  it('is never said of peers with other keys', () => {
    const { add, greet, told } = setUp({ identity: lesser.publicKey });
    greet(add('a'), greater);
    greet(add('b'), nodeKeyOfSeed(bytes(5)));
    expect(told).toEqual(['a is ready', 'b is ready']);
    greet(add('itself'), lesser);
    expect(told.at(-1)).toBe('itself: PEER_DUPLICATE');
  });
});
