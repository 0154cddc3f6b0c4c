/**
 * The part of introductions between two peers, of which one sends hostile messages. Whatever comes, nothing is passed on or
 * taken that its sender has not signed for its recipient, and only once; what is remembered stays within its bounds.
 */
import {
  bytesToHex,
  decodeMessage,
  encodeMessage,
  type Message,
  PROTOCOL_VERSION,
  type RelaySignal,
  SERVICE_INTRODUCES,
  signedSignal,
} from '@vision-light/protocol';
import { type NodeKey, nodeKeyOfSeed } from '../../packages/gateway/src/node-key.js';
import { verifySignatures } from '../../packages/gateway/src/verify-signatures.js';
import { Introductions } from '../../packages/protocol/src/introductions/introductions.js';
import { SignaturePort } from '../../packages/protocol/src/io/signature-port.js';
import { NAMED_KEYS_PER_PEER_MAX } from '../../packages/protocol/src/limits.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { Peer } from '../../packages/protocol/src/peer/peer.js';
import { PeerSet } from '../../packages/protocol/src/peer/peer-set.js';
import { RequestLedger } from '../../packages/protocol/src/peer/request-ledger.js';
import { visionSim } from '../sim/vision-chain.js';
import { bytesOf } from '../sim/world.js';
import type { FuzzTarget } from './fuzz-target.js';

const NOON = 1_800_000_000;
const own = nodeKeyOfSeed(bytesOf('fuzzed node'));
const hostile = nodeKeyOfSeed(bytesOf('hostile peer'));
const honest = nodeKeyOfSeed(bytesOf('honest peer'));
const far = nodeKeyOfSeed(bytesOf('far node'));

function signalOf(from: NodeKey, to: NodeKey, requestId: number): Message {
  const text = {
    sender: from.publicKey,
    recipient: to.publicKey,
    time: NOON,
    nonce: new Uint8Array(16).fill(requestId),
    payload: Uint8Array.of(1, 2, 3),
  };
  const signature = from.sign(signedSignal(visionSim.networkId, text));
  return { type: 'relaySignal', requestId, ...text, signature };
}

function peerOf(id: string, key: NodeKey): Peer {
  const peer = new Peer(id, 100_000, undefined, 0);
  const none = new Uint8Array(32);
  peer.hello = {
    type: 'hello',
    version: PROTOCOL_VERSION,
    minVersion: PROTOCOL_VERSION,
    networkId: visionSim.networkId,
    height: 0,
    chainwork: 0n,
    services: SERVICE_INTRODUCES,
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
  return peer;
}

const isSigned = (signal: RelaySignal): boolean =>
  verifySignatures([
    {
      publicKey: signal.sender,
      message: signedSignal(visionSim.networkId, signal),
      signature: signal.signature,
    },
  ])[0] === 1;

/** One node that has asked both peers whom they know, and waits for a signal of its own to be passed on. */
class Fuzzed {
  readonly peers = new PeerSet();
  readonly outbox = new Outbox();
  readonly signatures = new SignaturePort(this.outbox);
  readonly hostile = peerOf('hostile', hostile);
  readonly taken = new Set<string>();
  readonly part: Introductions;
  #draws = 0;

  constructor() {
    const ledger = new RequestLedger();
    this.part = new Introductions(
      {
        family: visionSim,
        peers: this.peers,
        outbox: this.outbox,
        ledger,
        signatures: this.signatures,
        random: () => (this.#draws++ % 5) / 5,
        punish: (peer) => this.peers.delete(peer.id),
        isDiscouraged: () => false,
        now: () => 0,
      },
      own.publicKey,
      () => 4,
      new Uint8Array(16),
    );
    for (const peer of [this.hostile, peerOf('honest', honest)]) {
      this.peers.add(peer);
      ledger.peerReady(peer);
      this.part.peerReady(peer);
    }
    this.perform(undefined);
    this.hear(encodeMessage({ type: 'peers', requestId: 1, keys: [far.publicKey] }));
    const time = { now: 0, wallTime: NOON };
    this.part.send({ kind: 'sendSignal', to: far.publicKey, payload: Uint8Array.of(1) }, time);
    this.perform(undefined);
  }

  hear(bytes: Uint8Array): void {
    const decoded = decodeMessage(bytes);
    if (!decoded.ok || decoded.row.part !== this.part.name) return;
    const message = decoded.message as Parameters<Introductions['receive']>[1];
    this.part.receive(this.hostile, message, { now: 0, wallTime: NOON });
    this.perform(message);
    if (this.part.named.countOf(this.hostile) > NAMED_KEYS_PER_PEER_MAX) throw new Error('too many keys');
  }

  /** @param cause  what has come */
  perform(cause: Message | undefined): void {
    for (let effects = this.outbox.take(); effects.length > 0; effects = this.outbox.take())
      for (const effect of effects) {
        if (effect.type === 'sign') this.signatures.signed(effect.job, own.sign(effect.message));
        if (effect.type === 'verifySignatures')
          this.signatures.verified(effect.job, verifySignatures(effect.checks));
        if (effect.type === 'send' && effect.peer === 'honest') this.#sent(effect.bytes);
        if (effect.type !== 'introduction' || effect.introduction.kind !== 'signalReceived') continue;
        if (cause?.type !== 'relaySignal' || !isSigned(cause)) throw new Error('taken, and not signed');
        if (bytesToHex(cause.recipient) !== bytesToHex(own.publicKey)) throw new Error('of another node');
        const name = bytesToHex(cause.sender) + bytesToHex(cause.nonce);
        if (this.taken.has(name)) throw new Error('taken twice');
        this.taken.add(name);
      }
  }

  #sent(bytes: Uint8Array): void {
    const decoded = decodeMessage(bytes.subarray(4));
    if (!decoded.ok) throw new Error(`sent ${decoded.code}`);
    const { message } = decoded;
    if (message.type === 'relaySignal' && message.requestId === 0 && !isSigned(message))
      throw new Error('passed on, and not signed');
  }
}

const samples: readonly Message[] = [
  { type: 'getPeers', requestId: 7, count: 16 },
  { type: 'peers', requestId: 1, keys: [far.publicKey, bytesOf('another')] },
  { type: 'signalResult', requestId: 3, outcome: 'unknown' },
  signalOf(hostile, honest, 8),
  signalOf(far, own, 0),
  signalOf(hostile, own, 9),
];

/** Several messages to one node, each with its length before it. */
const joined = (messages: readonly Message[]): Uint8Array =>
  Uint8Array.from(
    messages.flatMap((message) => {
      const bytes = encodeMessage(message);
      return [bytes.length & 0xff, bytes.length >> 8, ...bytes];
    }),
  );

/** Messages to the part of introductions. */
export const introductionsTarget: FuzzTarget = {
  name: 'introductions',
  weight: 1,
  samples: [...samples.map((message) => joined([message])), joined([...samples, ...samples])],
  check(input) {
    const node = new Fuzzed();
    for (let at = 0; at + 2 <= input.length; ) {
      const length = (input[at] ?? 0) + 256 * (input[at + 1] ?? 0);
      node.hear(input.slice(at + 2, at + 2 + length));
      at += 2 + length;
    }
  },
};
