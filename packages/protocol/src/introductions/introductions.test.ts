import { describe, expect, it } from 'vitest';
import { type NodeKey, nodeKeyOfSeed } from '../../../../packages/gateway/src/node-key.js';
import { verifySignatures } from '../../../../packages/gateway/src/verify-signatures.js';
import { bytesToHex } from '../bytes/hex.js';
import { resolveNetwork } from '../families/networks.js';
import type { Introduction } from '../io/introduction.js';
import { SignaturePort } from '../io/signature-port.js';
import {
  GET_PEERS_INTERVAL_MS,
  INTRODUCED_AGAIN_MS,
  INTRODUCED_KEYS_MAX,
  INTRODUCERS_ASKED,
  INTRODUCTION_TIMEOUT_MS,
  NAMED_KEYS_PER_PEER_MAX,
  SIGNAL_BYTES_MAX,
  SIGNAL_ROUTES_MAX,
  SIGNAL_TIME_S,
  SIGNALS_PER_PAIR_MAX,
  SIGNALS_PER_RECIPIENT_MAX,
  SIGNALS_PER_ROUTE_MAX,
  SIGNALS_SENDING_MAX,
  SIGNALS_VERIFYING_MAX,
  SIGNALS_VERIFYING_PER_PEER_MAX,
} from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { decodeMessage } from '../wire/codec.js';
import type { Message } from '../wire/message.js';
import { PROTOCOL_VERSION, SERVICE_INTRODUCES } from '../wire/messages/hello.js';
import { type RelaySignal, signedSignal } from '../wire/messages/introductions.js';
import { Introductions } from './introductions.js';

const NOON = 1_800_000_000;
const family = resolveNetwork('vision-devnet');
const keyOf = (name: string): NodeKey => {
  const seed = new Uint8Array(32);
  seed.set(new TextEncoder().encode(name));
  return nodeKeyOfSeed(seed);
};
const own = keyOf('this node');
const payload = new TextEncoder().encode('an offer');

interface SignalChanges extends Partial<Omit<RelaySignal, 'type'>> {
  readonly networkId?: Uint8Array;
}

let nonces = 0;
/** A signal as its sender makes it. */
function signalOf(
  from: NodeKey,
  to: Uint8Array,
  { networkId = family.networkId, ...changes }: SignalChanges = {},
): RelaySignal {
  const nonce = new Uint8Array(16);
  new DataView(nonce.buffer).setUint32(0, ++nonces);
  const text = { sender: from.publicKey, recipient: to, time: NOON, nonce, payload, ...changes };
  const signature = from.sign(signedSignal(networkId, text));
  return { type: 'relaySignal', requestId: 0, signature, ...text };
}

function setUp(
  options: { readonly wanted?: number; readonly takesPart?: boolean; readonly isHeld?: boolean } = {},
) {
  const peers = new PeerSet();
  const outbox = new Outbox();
  const ledger = new RequestLedger();
  const signatures = new SignaturePort(outbox);
  const punished: string[] = [];
  const discouraged = new Set<string>();
  const told: Introduction[] = [];
  const said: { readonly to: string; readonly message: Message }[] = [];
  const state = {
    wanted: options.wanted ?? 8,
    now: 0,
    wallTime: NOON,
    drawn: 0,
    canVerify: true,
    canSign: true,
  };
  const part = new Introductions(
    {
      family,
      peers,
      outbox,
      ledger,
      signatures,
      random: () => (state.drawn++ % 7) / 7,
      punish: (peer, code) => {
        punished.push(`${peer.id}: ${code}`);
        leave(peer);
      },
      isDiscouraged: (key) => discouraged.has(bytesToHex(key)),
      now: () => state.now,
    },
    options.takesPart === false ? undefined : own.publicKey,
    () => state.wanted,
    new Uint8Array(16),
  );
  const held: (() => void)[] = [];
  /** Performs what the platform is asked to do, until nothing is left. */
  const perform = (): void => {
    for (let effects = outbox.take(); effects.length > 0; effects = outbox.take())
      for (const effect of effects) {
        if (effect.type === 'introduction') told.push(effect.introduction);
        if (effect.type === 'sign')
          signatures.signed(effect.job, state.canSign ? own.sign(effect.message) : undefined);
        if (effect.type === 'verifySignatures') {
          const { job, checks } = effect;
          const answer = (): void =>
            signatures.verified(job, state.canVerify ? verifySignatures(checks) : undefined);
          if (options.isHeld === true) held.push(answer);
          else answer();
        }
        if (effect.type !== 'send') continue;
        const decoded = decodeMessage(effect.bytes.subarray(4));
        if (!decoded.ok) throw new Error(decoded.code);
        said.push({ to: effect.peer, message: decoded.message });
      }
  };
  const leave = (peer: Peer): void => {
    peers.delete(peer.id);
    ledger.peerGone(peer);
    part.peerGone(peer);
    perform();
  };
  const join = (
    id: string,
    {
      key = keyOf(id),
      services = SERVICE_INTRODUCES,
      clockAheadS,
    }: { key?: NodeKey; services?: number; clockAheadS?: number } = {},
  ): Peer => {
    const peer = new Peer(id, 100_000, undefined, 0);
    const none = new Uint8Array(32);
    peer.hello = {
      type: 'hello',
      version: PROTOCOL_VERSION,
      minVersion: PROTOCOL_VERSION,
      networkId: family.networkId,
      height: 0,
      chainwork: 0n,
      services,
      requires: 0,
      userAgent: '',
      time: 0,
      identity: {
        key: key.publicKey,
        localFingerprint: none,
        remoteFingerprint: none,
        signature: new Uint8Array(64),
      },
    };
    peer.clockAheadS = clockAheadS;
    peers.add(peer);
    ledger.peerReady(peer);
    part.peerReady(peer);
    perform();
    return peer;
  };
  const time = () => ({ now: state.now, wallTime: state.wallTime });
  /** A message comes. @returns the fault, if it is one */
  const receive = (peer: Peer, message: Parameters<Introductions['receive']>[1]): string | undefined => {
    const reception = part.receive(peer, message, time());
    perform();
    return reception === 'quiet' ? undefined : reception;
  };
  const advance = (ms: number): void => {
    state.now += ms;
    state.wallTime += ms / 1000;
    part.advance(time());
    perform();
  };
  /** What was said since the last call. */
  const heard = <T extends Message['type']>(
    type: T,
  ): { to: string; message: Extract<Message, { type: T }> }[] => {
    const found = said.filter(({ message }) => message.type === type);
    for (const each of found) said.splice(said.indexOf(each), 1);
    return found as { to: string; message: Extract<Message, { type: T }> }[];
  };
  /** A peer answers what it was asked last. */
  const name = (peer: Peer, ...keys: NodeKey[]): string | undefined => {
    const asked = heard('getPeers').findLast(({ to }) => to === peer.id);
    if (asked === undefined) throw new Error(`${peer.id} was not asked`);
    const { requestId } = asked.message;
    return receive(peer, { type: 'peers', requestId, keys: keys.map(({ publicKey }) => publicKey) });
  };
  const send = (to: Uint8Array, bytes = payload): void => {
    part.send({ kind: 'sendSignal', to, payload: bytes }, time());
    perform();
  };
  /** A peer says what became of a signal. */
  const result = (peer: Peer, { requestId }: RelaySignal, outcome: 'relayed' | 'unknown' | 'busy') =>
    receive(peer, { type: 'signalResult', requestId, outcome });
  const release = (): void => {
    for (const answer of held.splice(0)) answer();
    perform();
  };
  const refusals = (): string[] => told.flatMap((each) => (each.kind === 'signalRefused' ? [each.code] : []));
  const introduced = (): string[][] =>
    told.flatMap((each) => (each.kind === 'introducible' ? [each.keys.map(bytesToHex)] : []));
  const received = (): string[] =>
    told.flatMap((each) => (each.kind === 'signalReceived' ? [bytesToHex(each.from)] : []));
  return {
    ...{
      part,
      peers,
      state,
      told,
      punished,
      discouraged,
      join,
      leave,
      receive,
      advance,
      heard,
      name,
      send,
      result,
    },
    ...{ release, refusals, introduced, received, time, perform },
  };
}

const hex = ({ publicKey }: NodeKey): string => bytesToHex(publicKey);

describe('whom a node knows', () => {
  it('is asked of a peer that introduces others, once it is ready and while more are wanted', () => {
    const { join, heard, state } = setUp({ wanted: 3 });
    join('a');
    join('older', { services: 0 });
    expect(heard('getPeers')).toMatchObject([{ to: 'a', message: { count: 6 } }]);
    state.wanted = 20;
    join('b');
    expect(heard('getPeers')).toMatchObject([{ to: 'b', message: { count: INTRODUCED_KEYS_MAX } }]);
    state.wanted = 0;
    join('c');
    expect(heard('getPeers')).toEqual([]);
  });

  it('is asked of a few peers at each search, and of one not too often', () => {
    const { part, join, heard, advance, state, perform } = setUp({ wanted: 0 });
    for (const id of ['a', 'b', 'c', 'd', 'e']) join(id);
    state.wanted = 1;
    const search = (): string[] => {
      part.search(state.now);
      perform();
      return heard('getPeers').map(({ to }) => to);
    };
    const [first, second, third] = [search(), search(), search()];
    expect([first.length, second.length, third.length]).toEqual([INTRODUCERS_ASKED, INTRODUCERS_ASKED, 1]);
    expect([...first, ...second, ...third].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
    advance(GET_PEERS_INTERVAL_MS - 1);
    expect(search()).toEqual([]);
    advance(1);
    expect(search().length).toBe(INTRODUCERS_ASKED);
  });

  it('is answered with a sample of its other peers that can be introduced, each once', () => {
    const { join, receive, heard } = setUp({ wanted: 0 });
    const asker = join('asker');
    join('asker again', { key: keyOf('asker') });
    join('older', { services: 0 });
    for (const id of ['a', 'b', 'c']) join(id);
    join('a again', { key: keyOf('a') });
    const ask = (count: number): string[] => {
      receive(asker, { type: 'getPeers', requestId: 5, count });
      const [answer] = heard('peers');
      expect(answer).toMatchObject({ to: 'asker', message: { requestId: 5 } });
      return answer?.message.keys.map(bytesToHex) ?? [];
    };
    expect(ask(16).sort()).toEqual([keyOf('a'), keyOf('b'), keyOf('c')].map(hex).sort());
    expect(new Set(Array.from({ length: 20 }, () => ask(2)).map((keys) => keys.join())).size).toBeGreaterThan(
      2,
    );
    expect(ask(2).length).toBe(2);
  });

  it('is said by nobody that takes no part', () => {
    const { join, receive, heard, part, state, perform } = setUp({ takesPart: false });
    const [asker, other] = [join('asker'), join('other')];
    receive(asker, { type: 'getPeers', requestId: 5, count: 3 });
    expect(heard('peers')).toMatchObject([{ to: 'asker', message: { keys: [] } }]);
    receive(asker, { ...signalOf(keyOf('asker'), keyOf('other').publicKey), requestId: 6 });
    expect(heard('signalResult')).toMatchObject([
      { to: 'asker', message: { requestId: 6, outcome: 'unknown' } },
    ]);
    part.search(state.now);
    perform();
    expect(heard('getPeers')).toEqual([]);
    expect(receive(other, { type: 'signalResult', requestId: 1, outcome: 'relayed' })).toBe(
      'PEER_UNSOLICITED',
    );
  });

  it('is connected to, as many as are wanted, but no peers, none that is refused, and none again at once', () => {
    const { join, name, introduced, discouraged, state, advance, part, perform, told } = setUp({ wanted: 2 });
    const a = join('a');
    expect(name(a, keyOf('x'), keyOf('y'), keyOf('z'))).toBeUndefined();
    expect(introduced()).toEqual([[hex(keyOf('x')), hex(keyOf('y'))]]);
    expect(told[0]).toMatchObject({ via: keyOf('a').publicKey });
    const b = join('b');
    discouraged.add(hex(keyOf('bad')));
    name(b, keyOf('a'), keyOf('x'), keyOf('bad'), keyOf('z'));
    expect(introduced()[1]).toEqual([hex(keyOf('z'))]);
    advance(INTRODUCED_AGAIN_MS - 1);
    part.search(state.now);
    perform();
    name(a, keyOf('x'));
    expect(introduced().length).toBe(2);
    advance(GET_PEERS_INTERVAL_MS);
    part.search(state.now);
    perform();
    name(a, keyOf('x'));
    expect(introduced()[2]).toEqual([hex(keyOf('x'))]);
  });

  it('PEER_KEYS_FALSE: is neither the asker nor the answerer, nobody twice, and no more than were asked for', () => {
    const { join, name, introduced } = setUp({ wanted: 1 });
    const say = (id: string, ...keys: NodeKey[]): string | undefined => name(join(id), ...keys);
    expect(say('a', own)).toBe('PEER_KEYS_FALSE');
    expect(say('b', keyOf('b'))).toBe('PEER_KEYS_FALSE');
    expect(say('c', keyOf('x'), keyOf('x'))).toBe('PEER_KEYS_FALSE');
    expect(say('d', keyOf('x'), keyOf('y'), keyOf('z'))).toBe('PEER_KEYS_FALSE');
    expect(introduced()).toEqual([]);
    expect(say('e', keyOf('x'), keyOf('y'))).toBeUndefined();
    expect(say('f')).toBeUndefined();
  });

  it('PEER_UNSOLICITED: is said by nobody who was not asked, and too late does no harm', () => {
    const { join, receive, heard, advance, introduced } = setUp();
    const a = join('a');
    const keys = [keyOf('x').publicKey];
    expect(receive(a, { type: 'peers', requestId: 77, keys })).toBe('PEER_UNSOLICITED');
    const requestId = heard('getPeers')[0]?.message.requestId ?? 0;
    advance(INTRODUCTION_TIMEOUT_MS);
    expect(receive(a, { type: 'peers', requestId, keys })).toBeUndefined();
    expect(introduced()).toEqual([]);
    expect(receive(a, { type: 'peers', requestId, keys })).toBe('PEER_UNSOLICITED');
  });

  it('is remembered up to a number of keys for each peer', () => {
    const { join, part, state, advance, name, perform } = setUp();
    const a = join('a');
    for (let i = 0; i < NAMED_KEYS_PER_PEER_MAX; i += INTRODUCED_KEYS_MAX) {
      name(a, ...Array.from({ length: INTRODUCED_KEYS_MAX }, (_, j) => keyOf(`x${i + j}`)));
      advance(GET_PEERS_INTERVAL_MS);
      part.search(state.now);
      perform();
    }
    expect(part.named.routesTo(keyOf('x0').publicKey)).toEqual([a]);
    name(a, keyOf('one more'));
    expect(part.named.countOf(a)).toBe(NAMED_KEYS_PER_PEER_MAX);
    expect(part.named.routesTo(keyOf('x0').publicKey)).toEqual([]);
    expect(part.named.routesTo(keyOf('x1').publicKey)).toEqual([a]);
  });
});

describe('a relay', () => {
  const [sender, recipient] = [keyOf('sender'), keyOf('recipient')];
  const meet = (options: Parameters<typeof setUp>[0] = {}) => {
    const node = setUp({ wanted: 0, ...options });
    const from = node.join('sender');
    const to = node.join('recipient');
    const pass = (signal: RelaySignal, peer = from): string | undefined =>
      node.receive(peer, { ...signal, requestId: 9 });
    const outcomes = (): string[] => node.heard('signalResult').map(({ message }) => message.outcome);
    return { ...node, from, to, pass, outcomes };
  };

  it('passes on what its sender has signed, as it came', () => {
    const { pass, heard } = meet();
    const signal = signalOf(sender, recipient.publicKey);
    expect(pass(signal)).toBeUndefined();
    expect(heard('relaySignal')).toEqual([{ to: 'recipient', message: signal }]);
    expect(heard('signalResult')).toMatchObject([
      { to: 'sender', message: { requestId: 9, outcome: 'relayed' } },
    ]);
  });

  it('does not judge the time, since its own clock may be wrong', () => {
    const { pass, outcomes } = meet();
    pass(signalOf(sender, recipient.publicKey, { time: 1 }));
    expect(outcomes()).toEqual(['relayed']);
  });

  it('PEER_SIGNAL_FALSE: takes none of another sender, nor to the sender itself, and does not verify it', () => {
    const { pass, heard, join, punished } = meet({ isHeld: true });
    expect(pass(signalOf(keyOf('other'), recipient.publicKey))).toBe('PEER_SIGNAL_FALSE');
    expect(pass(signalOf(sender, sender.publicKey))).toBe('PEER_SIGNAL_FALSE');
    expect(pass(signalOf(sender, recipient.publicKey), join('thief'))).toBe('PEER_SIGNAL_FALSE');
    expect([heard('relaySignal'), heard('signalResult'), punished]).toEqual([[], [], []]);
  });

  it.each<[what: string, change: (signal: RelaySignal) => RelaySignal]>([
    ['payload', (signal) => ({ ...signal, payload: new Uint8Array(3) })],
    ['time', (signal) => ({ ...signal, time: signal.time + 1 })],
    ['nonce', (signal) => ({ ...signal, nonce: new Uint8Array(16) })],
    ['signature', (signal) => ({ ...signal, signature: new Uint8Array(64) })],
    ['network', () => signalOf(sender, recipient.publicKey, { networkId: new Uint8Array(32) })],
    [
      'recipient',
      (signal) => ({ ...signalOf(sender, keyOf('another').publicKey), recipient: signal.recipient }),
    ],
  ])('PEER_SIGNAL_FALSE: passes on none whose signature is of another %s', (_, change) => {
    const { pass, heard, punished } = meet();
    pass(change(signalOf(sender, recipient.publicKey)));
    expect(punished).toEqual(['sender: PEER_SIGNAL_FALSE']);
    expect([heard('relaySignal'), heard('signalResult')]).toEqual([[], []]);
  });

  it('says that it does not know a recipient: no peer, an older one, or one that has left meanwhile', () => {
    const { pass, outcomes, heard, join, leave, to, release } = meet({ isHeld: true });
    join('older', { services: 0 });
    pass(signalOf(sender, keyOf('nobody').publicKey));
    pass(signalOf(sender, keyOf('older').publicKey));
    pass(signalOf(sender, recipient.publicKey));
    leave(to);
    release();
    expect(outcomes()).toEqual(['unknown', 'unknown', 'unknown']);
    expect(heard('relaySignal')).toEqual([]);
  });

  it('PEER_SIGNAL_FALSE: passes nothing on that was passed on to it', () => {
    const { receive, from, heard } = meet();
    expect(receive(from, signalOf(sender, recipient.publicKey))).toBe('PEER_SIGNAL_FALSE');
    expect(heard('relaySignal')).toEqual([]);
  });

  it('passes on so many of a pair in a minute, and then again', () => {
    const { pass, outcomes, advance } = meet();
    const passAll = (): number => {
      for (let i = 0; i < 2 * SIGNALS_PER_PAIR_MAX; i++) pass(signalOf(sender, recipient.publicKey));
      const all = outcomes();
      expect(all.length).toBe(2 * SIGNALS_PER_PAIR_MAX);
      return all.filter((outcome) => outcome === 'relayed').length;
    };
    expect(passAll()).toBe(SIGNALS_PER_PAIR_MAX);
    advance(60_000);
    expect(passAll()).toBe(SIGNALS_PER_PAIR_MAX);
  });

  it('passes on so many to one recipient in a minute, whoever sends them', () => {
    const { pass, outcomes, join } = meet();
    const needed = SIGNALS_PER_RECIPIENT_MAX / SIGNALS_PER_PAIR_MAX;
    for (let i = 0; i <= needed; i++) {
      const other = join(`sender ${i}`);
      for (let j = 0; j < SIGNALS_PER_PAIR_MAX; j++)
        pass(signalOf(keyOf(`sender ${i}`), recipient.publicKey), other);
    }
    const all = outcomes();
    expect(all.filter((outcome) => outcome === 'relayed').length).toBe(SIGNALS_PER_RECIPIENT_MAX);
    expect(all.filter((outcome) => outcome === 'busy').length).toBe(SIGNALS_PER_PAIR_MAX);
  });

  it('verifies a few at a time of one peer, a few more of all, and says that it is busy', () => {
    const { pass, outcomes, join, part, release } = meet({ isHeld: true });
    const senders = SIGNALS_VERIFYING_MAX / SIGNALS_VERIFYING_PER_PEER_MAX;
    for (let i = 0; i <= senders; i++) {
      const other = join(`sender ${i}`);
      for (let j = 0; j <= SIGNALS_VERIFYING_PER_PEER_MAX; j++)
        pass(signalOf(keyOf(`sender ${i}`), recipient.publicKey), other);
      if (i < senders) expect(part.checks?.size).toBe((i + 1) * SIGNALS_VERIFYING_PER_PEER_MAX);
    }
    expect(part.checks?.size).toBe(SIGNALS_VERIFYING_MAX);
    const refused = senders + SIGNALS_VERIFYING_PER_PEER_MAX + 1;
    expect(outcomes()).toEqual(Array.from({ length: refused }, () => 'busy'));
    release();
    expect(part.checks?.size).toBe(0);
    expect(outcomes()).toEqual(Array.from({ length: SIGNALS_VERIFYING_MAX }, () => 'relayed'));
  });

  it('is busy where signatures cannot be verified', () => {
    const { pass, outcomes, heard, state, punished } = meet();
    state.canVerify = false;
    pass(signalOf(sender, recipient.publicKey));
    expect([outcomes(), heard('relaySignal'), punished]).toEqual([['busy'], [], []]);
  });
});

describe('a recipient', () => {
  const sender = keyOf('sender');
  const meet = (options: Parameters<typeof setUp>[0] = {}) => {
    const node = setUp({ wanted: 0, ...options });
    return { ...node, relay: node.join('relay') };
  };
  const toUs = (changes: SignalChanges = {}): RelaySignal => signalOf(sender, own.publicKey, changes);

  it('takes what was signed for it, and can answer by the peer that has brought it', () => {
    const { receive, relay, told, send, heard } = meet();
    expect(receive(relay, toUs())).toBeUndefined();
    expect(told).toEqual([
      { kind: 'signalReceived', via: keyOf('relay').publicKey, from: sender.publicKey, payload },
    ]);
    send(sender.publicKey);
    expect(heard('relaySignal')).toMatchObject([
      { to: 'relay', message: { sender: own.publicKey, recipient: sender.publicKey } },
    ]);
  });

  it('takes a signal of a peer itself, and says so', () => {
    const { receive, join, received, heard } = meet();
    expect(receive(join('sender'), { ...toUs(), requestId: 4 })).toBeUndefined();
    expect(received()).toEqual([hex(sender)]);
    expect(heard('signalResult')).toMatchObject([{ to: 'sender', message: { requestId: 4 } }]);
  });

  it('takes a signal once, by whichever peers it comes, and blames none of them', () => {
    const { receive, relay, join, received, release, punished, part } = meet({ isHeld: true });
    const other = join('other relay');
    const signal = toUs();
    receive(relay, signal);
    receive(other, signal);
    release();
    receive(relay, signal);
    // Nothing is verified for what is known.
    expect(part.checks?.size).toBe(0);
    expect([received(), punished]).toEqual([[hex(sender)], []]);
    receive(relay, toUs());
    release();
    expect(received().length).toBe(2);
  });

  it.each([
    [-SIGNAL_TIME_S - 1, 0],
    [-SIGNAL_TIME_S, 1],
    [SIGNAL_TIME_S, 1],
    [SIGNAL_TIME_S + 1, 0],
  ])('takes one that was signed %d s from now %d times, and blames nobody', (offset, count) => {
    const { receive, relay, received, punished } = meet();
    expect(receive(relay, toUs({ time: NOON + offset }))).toBeUndefined();
    expect([received().length, punished]).toEqual([count, []]);
  });

  it('goes by the clock of most of its peers, too, if there are enough of them', () => {
    const { receive, relay, received, join } = meet();
    join('b', { clockAheadS: 500 });
    receive(relay, toUs({ time: NOON + 500 }));
    expect(received()).toEqual([]);
    join('c', { clockAheadS: 500 });
    receive(relay, toUs({ time: NOON + 500 }));
    receive(relay, toUs());
    receive(relay, toUs({ time: NOON + 500 + SIGNAL_TIME_S + 1 }));
    expect(received().length).toBe(2);
  });

  it('takes none again that it has forgotten, also if its clock goes back', () => {
    const { receive, relay, received, state } = meet();
    const signal = toUs();
    receive(relay, signal);
    state.wallTime = NOON + SIGNAL_TIME_S + 1;
    receive(relay, toUs({ time: state.wallTime }));
    state.wallTime = NOON;
    receive(relay, signal);
    receive(relay, toUs({ time: NOON }));
    expect(received().length).toBe(2);
    receive(relay, toUs({ time: NOON + 1 }));
    expect(received().length).toBe(3);
  });

  it('PEER_SIGNAL_FALSE: blames whoever passes on what its sender has not signed for this node', () => {
    for (const signal of [
      { ...toUs(), payload: new Uint8Array(3) },
      { ...signalOf(sender, keyOf('other').publicKey), recipient: own.publicKey },
      toUs({ networkId: new Uint8Array(32) }),
      { ...toUs(), sender: keyOf('other').publicKey },
    ]) {
      const { receive, relay, received, punished } = meet();
      receive(relay, signal);
      expect([received(), punished]).toEqual([[], ['relay: PEER_SIGNAL_FALSE']]);
    }
  });

  it('PEER_SIGNAL_FALSE: and whoever passes on what is for another one, of itself, or of this node', () => {
    const { receive, relay, join, received } = meet();
    expect(receive(relay, signalOf(sender, keyOf('other').publicKey))).toBe('PEER_SIGNAL_FALSE');
    expect(receive(relay, signalOf(keyOf('relay'), own.publicKey))).toBe('PEER_SIGNAL_FALSE');
    expect(receive(relay, signalOf(own, own.publicKey))).toBe('PEER_SIGNAL_FALSE');
    expect(receive(relay, { ...toUs(), requestId: 3 })).toBe('PEER_SIGNAL_FALSE');
    expect(receive(join('mirror'), { ...signalOf(own, own.publicKey), requestId: 3 })).toBe(
      'PEER_SIGNAL_FALSE',
    );
    expect(received()).toEqual([]);
  });

  it('takes none of a node that is refused, nor if signatures cannot be verified', () => {
    const { receive, relay, received, discouraged, state, punished } = meet();
    discouraged.add(hex(sender));
    receive(relay, toUs());
    discouraged.clear();
    state.canVerify = false;
    receive(relay, toUs());
    expect([received(), punished]).toEqual([[], []]);
  });

  it('does not connect by itself to a node that has just signalled', () => {
    const { receive, relay, state, part, perform, name, introduced } = meet();
    receive(relay, toUs());
    state.wanted = 3;
    part.search(state.now);
    perform();
    name(relay, sender, keyOf('x'));
    expect(introduced()).toEqual([[hex(keyOf('x'))]]);
  });
});

describe('a sender', () => {
  const target = keyOf('target');
  /** Some peers that have all named the target. */
  const meet = (...ids: string[]) => {
    const node = setUp({ wanted: 8 });
    const relays = new Map(ids.map((id) => [id, node.join(id)]));
    node.advance(GET_PEERS_INTERVAL_MS);
    node.heard('getPeers');
    for (const relay of relays.values()) {
      // Each is asked anew, so that it can answer.
      while (node.part.named.countOf(relay) === 0) {
        node.part.search(node.state.now);
        node.perform();
        for (const { to, message } of node.heard('getPeers')) {
          const peer = relays.get(to);
          if (peer !== undefined)
            node.receive(peer, { type: 'peers', requestId: message.requestId, keys: [target.publicKey] });
        }
      }
    }
    const relayOf = (id: string): Peer => relays.get(id) as Peer;
    return { ...node, relayOf };
  };

  it('signs what it sends for its recipient, its network and now, and gives it to a peer that knows the recipient', () => {
    const { send, heard, join, result, relayOf, refusals, part } = meet('a');
    join('knows nobody');
    send(target.publicKey);
    const sent = heard('relaySignal');
    expect(sent.map(({ to }) => to)).toEqual(['a']);
    const { message } = sent[0] ?? { message: signalOf(own, own.publicKey) };
    expect(message.time).toBe(NOON + GET_PEERS_INTERVAL_MS / 1000);
    expect(message.requestId).toBeGreaterThan(0);
    const check = {
      publicKey: own.publicKey,
      message: signedSignal(family.networkId, message),
      signature: message.signature,
    };
    expect([...verifySignatures([check])]).toEqual([1]);
    send(target.publicKey);
    expect(heard('relaySignal')[0]?.message.nonce).not.toEqual(message.nonce);
    expect(part.sender?.size).toBe(2);
    result(relayOf('a'), message, 'relayed');
    expect([part.sender?.size, refusals()]).toEqual([1, []]);
  });

  it('SIGNAL_UNROUTABLE: sends nothing to a node that no peer has named', () => {
    const { send, heard, refusals, told } = meet('a');
    send(keyOf('nobody').publicKey);
    expect([heard('relaySignal'), refusals()]).toEqual([[], ['SIGNAL_UNROUTABLE']]);
    expect(told.at(-1)).toMatchObject({ kind: 'signalRefused', to: keyOf('nobody').publicKey });
  });

  it('SIGNAL_TOO_LARGE: sends 1 to SIGNAL_BYTES_MAX bytes', () => {
    const { send, heard, refusals } = meet('a');
    for (const length of [0, 1, SIGNAL_BYTES_MAX, SIGNAL_BYTES_MAX + 1])
      send(target.publicKey, new Uint8Array(length));
    expect(heard('relaySignal').map(({ message }) => message.payload.length)).toEqual([1, SIGNAL_BYTES_MAX]);
    expect(refusals()).toEqual(['SIGNAL_TOO_LARGE', 'SIGNAL_TOO_LARGE']);
  });

  it('SIGNAL_BUSY: has so many on their way at a time', () => {
    const { send, heard, refusals } = meet('a');
    for (let i = 0; i <= SIGNALS_SENDING_MAX; i++) send(target.publicKey);
    expect([heard('relaySignal').length, refusals()]).toEqual([SIGNALS_SENDING_MAX, ['SIGNAL_BUSY']]);
  });

  it('SIGNAL_UNROUTABLE: says so where it cannot sign', () => {
    const { send, refusals, state, part } = meet('a');
    state.canSign = false;
    send(target.publicKey);
    expect([refusals(), part.sender?.size]).toEqual([['SIGNAL_UNROUTABLE'], 0]);
  });

  it.each<[what: string, fail: (node: ReturnType<typeof meet>, relay: Peer, signal: RelaySignal) => void]>([
    [
      'says that it does not know the recipient',
      ({ result }, relay, signal) => result(relay, signal, 'unknown'),
    ],
    ['is busy', ({ result }, relay, signal) => result(relay, signal, 'busy')],
    ['leaves', ({ leave }, relay) => leave(relay)],
    ['does not answer', ({ advance }) => advance(INTRODUCTION_TIMEOUT_MS)],
  ])('tries the same signal by another peer if one %s', (_, fail) => {
    const node = meet('a', 'b');
    node.send(target.publicKey);
    const [first] = node.heard('relaySignal');
    if (first === undefined) throw new Error('it is sent');
    fail(node, node.relayOf(first.to), first.message);
    const [second] = node.heard('relaySignal');
    if (second === undefined) throw new Error('it is sent again');
    expect([first.to, second.to].sort()).toEqual(['a', 'b']);
    expect(second.message).toEqual({ ...first.message, requestId: second.message.requestId });
    fail(node, node.relayOf(second.to), second.message);
    expect([node.heard('relaySignal'), node.refusals()]).toEqual([[], ['SIGNAL_UNROUTABLE']]);
  });

  it('tries a few peers and then says that it reaches nobody', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const { send, heard, result, relayOf, refusals } = meet(...ids);
    send(target.publicKey);
    const tried: string[] = [];
    for (let [sent] = heard('relaySignal'); sent !== undefined; [sent] = heard('relaySignal')) {
      tried.push(sent.to);
      result(relayOf(sent.to), sent.message, 'busy');
    }
    expect([new Set(tried).size, refusals()]).toEqual([SIGNAL_ROUTES_MAX, ['SIGNAL_UNROUTABLE']]);
  });

  it('asks none again that did not know the recipient, or did not answer', () => {
    const { send, heard, result, relayOf, refusals, advance } = meet('a', 'b');
    send(target.publicKey);
    const [first] = heard('relaySignal');
    if (first === undefined) throw new Error('it is sent');
    result(relayOf(first.to), first.message, 'unknown');
    advance(INTRODUCTION_TIMEOUT_MS);
    heard('relaySignal');
    expect(refusals().length).toBe(1);
    send(target.publicKey);
    expect([heard('relaySignal'), refusals().length]).toEqual([[], 2]);
  });

  it('sends no more by one peer in a minute than that may pass on', () => {
    const { send, heard, result, relayOf, refusals, advance } = meet('a');
    for (let i = 0; i <= SIGNALS_PER_ROUTE_MAX; i++) {
      send(target.publicKey);
      for (const { message } of heard('relaySignal')) result(relayOf('a'), message, 'relayed');
    }
    expect(refusals()).toEqual(['SIGNAL_UNROUTABLE']);
    advance(60_000);
    send(target.publicKey);
    expect(heard('relaySignal').length).toBe(1);
  });

  it('stamps what most of its peers take for the time', () => {
    const { send, heard, relayOf, state } = meet('a');
    relayOf('a').clockAheadS = 3_000;
    state.wallTime = NOON + 0.9;
    send(target.publicKey);
    expect(heard('relaySignal')[0]?.message.time).toBe(NOON + 3_000);
  });

  it('PEER_UNSOLICITED: takes no result of what it has not sent by a peer, and one that is late does no harm', () => {
    const { send, heard, result, relayOf, join, advance } = meet('a');
    send(target.publicKey);
    const message = heard('relaySignal')[0]?.message ?? signalOf(own, own.publicKey);
    expect(result(join('b'), message, 'relayed')).toBe('PEER_UNSOLICITED');
    advance(INTRODUCTION_TIMEOUT_MS);
    expect(result(relayOf('a'), message, 'busy')).toBeUndefined();
    expect(result(relayOf('a'), message, 'busy')).toBe('PEER_UNSOLICITED');
  });

  it('wakes at the deadline of what is not answered', () => {
    const { send, part, state } = meet('a');
    expect(part.nextWake()).toBeUndefined();
    send(target.publicKey);
    expect(part.nextWake()).toBe(state.now + INTRODUCTION_TIMEOUT_MS);
  });
});
