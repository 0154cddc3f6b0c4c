/**
 * How two nodes meet: which versions they speak, what each offers and requires, and that each has the key that it names.
 *
 * Each sends a challenge first, and answers the other's with a hello. Its signature is over the network, the fingerprints
 * of both certificates of the channel as the signer sees them, and the nonce of the challenge. So a hello is of use in one
 * channel and once. Who is between the two, because a signaling server has put its own fingerprints into their offers,
 * can pass a hello on, but it then states other fingerprints than this side sees; any other change breaks the signature.
 *
 * A peer is ready when its signature is verified. What it sends meanwhile is held: it may have verified ours before.
 *
 * A node without a key neither signs nor demands a signature: only tests have such nodes. Nor is there anything to prove
 * between a node and the translator in its own process that speaks for a full node.
 *
 * Memory: of each peer a few fixed fields, and HELD_BYTES_MAX of messages.
 */
import { defined } from '../../assert.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import { bytesToHex } from '../../bytes/hex.js';
import { SecretStream } from '../../bytes/secret-stream.js';
import { sha256 } from '../../bytes/sha256.js';
import type { ChannelEnds, EventTime } from '../../io/event.js';
import type { SignaturePort } from '../../io/signature-port.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerFault } from '../../peer/peer-fault.js';
import type { PeerSet } from '../../peer/peer-set.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { Challenge } from '../../wire/messages/challenge.js';
import {
  type Hello,
  hasService,
  type Identity,
  SERVICE_LIVE,
  signedHello,
} from '../../wire/messages/hello.js';

/** What a node says of itself. */
export interface GreetingOptions {
  readonly version: number;
  readonly minVersion: number;
  /** Bit set of what it offers. */
  readonly services: number;
  /** Bit set of what it can do nothing without. */
  readonly requires: number;
  /** Bit set of what it knows, offered or not. */
  readonly known: number;
  readonly userAgent: string;
  /** Its public key; undefined for a node that neither signs nor demands a signature. */
  readonly identity: Uint8Array | undefined;
  /** The keys of the only peers that count as gateways; undefined if any may. */
  readonly gateways: readonly Uint8Array[] | undefined;
  /** 16 random bytes. */
  readonly secret: Uint8Array;
}

/** What the greetings tell the node around them. */
export interface GreetingListener {
  /** A peer has said hello, and has proven who it is. */
  ready(peer: Peer): void;
  /** Says why, and disconnects. `detail` is what is known beyond the code. */
  punish(peer: Peer, code: PeerFault, detail?: string): void;
  /** Whether a peer with this key has done what no honest one does, within a day. */
  isDiscouraged(key: Uint8Array): boolean;
  /** Something went wrong that the application should know. */
  error(code: string, detail: string): void;
}

/** What is known of a channel whose peer is not ready yet. */
interface Greeting {
  readonly channel: ChannelEnds;
  /** Of our challenge, once that is sent. */
  nonce: Uint8Array | undefined;
  /** Of its challenge, until that is answered. */
  theirs: Uint8Array | undefined;
  /** Its hello, once that is verified, while ours is not signed yet. */
  verified: Hello | undefined;
  /** What our hello says that this side offers: it is signed, and may be another when it is sent. */
  services: number;
}

/** A channel that nothing encrypts has no certificates. */
const openChannel: ChannelEnds = {
  localFingerprint: new Uint8Array(32),
  remoteFingerprint: new Uint8Array(32),
};

/** All greetings of a node; see the head of this file. */
export class Greetings {
  readonly #greetings = new Map<Peer, Greeting>();
  readonly #nonces: SecretStream;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly signatures: SignaturePort,
    readonly listener: GreetingListener,
    readonly options: GreetingOptions,
  ) {
    // A stream of its own: what a peer sees of nonces tells nothing of what else the secret is for.
    this.#nonces = new SecretStream(sha256(options.secret));
  }

  /** The channel of a peer is open. */
  add(peer: Peer, channel: ChannelEnds = openChannel): void {
    this.#greetings.set(peer, {
      channel,
      nonce: undefined,
      theirs: undefined,
      verified: undefined,
      services: 0,
    });
  }

  /** Greets a peer: from now on this node can answer it. */
  begin(peer: Peer, wallTime: number): void {
    const { version, minVersion } = this.options;
    const greeting = this.#greetings.get(peer);
    if (greeting === undefined) return;
    const { services } = this.options;
    greeting.services = services + (this.peers.isLive ? SERVICE_LIVE : 0);
    if (!this.#hasKeys(peer)) {
      this.#sayHello(peer, greeting.services, undefined, wallTime);
      return;
    }
    const nonce = this.#nonces.nextBytes();
    greeting.nonce = nonce;
    this.outbox.send(peer, { type: 'challenge', version, minVersion, nonce });
    this.#answer(peer, greeting, wallTime);
  }

  /** Forgets a peer. */
  end(peer: Peer): void {
    this.#greetings.delete(peer);
  }

  challenge(peer: Peer, challenge: Challenge, wallTime: number): PeerFault | 'quiet' | undefined {
    peer.isChallenged = true;
    if (!this.#speak(challenge)) return this.#wrongVersion(peer, challenge);
    const greeting = this.#greetings.get(peer);
    if (greeting === undefined) return 'quiet';
    greeting.theirs = challenge.nonce.slice();
    this.#answer(peer, greeting, wallTime);
    return 'quiet';
  }

  /** Signs and says hello, if this node can answer already and the other side's challenge has come. */
  #answer(peer: Peer, greeting: Greeting, wallTime: number): void {
    const { channel, nonce, theirs, services } = greeting;
    const { identity: key } = this.options;
    if (key === undefined || nonce === undefined || theirs === undefined) return;
    const { localFingerprint, remoteFingerprint } = channel;
    const message = signedHello(
      { ...this.#plainHello, services },
      { localFingerprint, remoteFingerprint },
      theirs,
    );
    this.signatures.sign(message, (signature) => {
      if (this.peers.get(peer.id) !== peer) return;
      if (signature === undefined) {
        this.listener.error('SIGNATURES_UNAVAILABLE', '');
        return;
      }
      this.#sayHello(peer, services, { key, localFingerprint, remoteFingerprint, signature }, wallTime);
      if (greeting.verified !== undefined) this.#judge(peer, greeting, greeting.verified, wallTime);
    });
  }

  hello(peer: Peer, hello: Hello, { wallTime }: EventTime): PeerFault | undefined {
    const { tree, options } = this;
    if (!areEqual(hello.networkId, tree.family.networkId)) return 'PEER_WRONG_NETWORK';
    if (!this.#speak(hello)) return this.#wrongVersion(peer, hello);
    const unknown = bitsOutside(hello.requires, options.known);
    if (unknown > 0) {
      this.listener.punish(peer, 'PEER_FEATURE_REQUIRED', `it requires the services ${unknown}`);
      return undefined;
    }
    const kept = copyOf(hello, tree.family.networkId);
    const greeting = this.#greetings.get(peer);
    if (!this.#hasKeys(peer)) {
      this.#accept(peer, { ...kept, identity: undefined }, wallTime);
      return undefined;
    }
    const { identity } = kept;
    if (!peer.isChallenged) return 'PEER_OUT_OF_TURN';
    if (identity === undefined || greeting?.nonce === undefined) return 'PEER_IDENTITY_FALSE';
    if (this.listener.isDiscouraged(identity.key)) return 'PEER_DISCOURAGED';
    peer.held = [];
    const { key: publicKey, signature } = identity;
    const message = signedHello(kept, identity, greeting.nonce);
    this.signatures.verify([{ publicKey, message, signature }], (valid) => {
      if (this.peers.get(peer.id) !== peer) return;
      if (valid === undefined) {
        this.listener.error('SIGNATURES_UNAVAILABLE', '');
        return;
      }
      if (valid[0] !== 1) this.listener.punish(peer, 'PEER_IDENTITY_FALSE');
      // Nothing is sent before our hello: who is refused for whoever sits between us finds it out by that, too.
      else if (peer.greetedWith === undefined) greeting.verified = kept;
      else this.#judge(peer, greeting, kept, wallTime);
    });
    return undefined;
  }

  /** Accepts or refuses a peer that has the key that it names. */
  #judge(peer: Peer, { channel }: Greeting, hello: Hello, wallTime: number): void {
    const fault = this.#findFault(peer, defined(hello.identity, 'its signature is verified'), channel);
    if (fault === undefined) this.#accept(peer, hello, wallTime);
    else this.listener.punish(peer, fault);
  }

  #findFault(peer: Peer, { key, ...signed }: Identity, channel: ChannelEnds): PeerFault | undefined {
    const isOurChannel =
      areEqual(signed.localFingerprint, channel.remoteFingerprint) &&
      areEqual(signed.remoteFingerprint, channel.localFingerprint);
    if (!isOurChannel) {
      this.listener.error('SIGNAL_TAMPERED', channel.introducer ?? '');
      return 'SIGNAL_TAMPERED';
    }
    const own = this.options.identity;
    if (own === undefined || areEqual(key, own)) return 'PEER_DUPLICATE';
    return this.#endOthers(peer, key, own);
  }

  /**
   * The same two nodes may have two connections: by two signaling servers, or because one was opened anew and the other
   * has not noticed that the first is gone. The node with the lesser key says which one ends, so that the two never end
   * one each: the new one if the old one lives, that is, if anything came by it since the new one was opened. The other
   * node waits for that, and ends the oldest if there is a third.
   */
  #endOthers(peer: Peer, key: Uint8Array, own: Uint8Array): PeerFault | undefined {
    const others = this.peers.ready.filter(({ hello }) => areEqual(hello?.identity?.key ?? own, key));
    const [oldest] = others;
    if (oldest === undefined) return undefined;
    if (bytesToHex(own) < bytesToHex(key)) {
      if (oldest.lastBytesAt > peer.openedAt) return 'PEER_DUPLICATE';
      for (const other of others) this.listener.punish(other, 'PEER_DUPLICATE');
    } else if (others.length > 1) this.listener.punish(oldest, 'PEER_DUPLICATE');
    return undefined;
  }

  #accept(peer: Peer, hello: Hello, wallTime: number): void {
    const { version, gateways } = this.options;
    const key = hello.identity?.key;
    this.#greetings.delete(peer);
    peer.hello = hello;
    peer.version = Math.min(version, hello.version);
    peer.height = hello.height;
    peer.claimedChainwork = hello.chainwork;
    peer.mayBeGateway =
      gateways === undefined || (key !== undefined && gateways.some((each) => areEqual(each, key)));
    if (hello.time > 0) peer.clockAheadS = hello.time - wallTime;
    this.peers.greeted();
    this.listener.ready(peer);
  }

  /** Whether both sides have keys, and prove it. */
  #hasKeys(peer: Peer): boolean {
    return this.options.identity !== undefined && !peer.isBridged;
  }

  /** The lower version of both is spoken, if both still speak it. */
  #speak({ version, minVersion }: Pick<Hello, 'version' | 'minVersion'>): boolean {
    return version >= this.options.minVersion && this.options.version >= minVersion;
  }

  #wrongVersion(peer: Peer, theirs: Pick<Hello, 'version' | 'minVersion'>): undefined {
    const { version, minVersion } = this.options;
    const detail = `this node speaks ${minVersion} to ${version}, the peer ${theirs.minVersion} to ${theirs.version}`;
    this.listener.punish(peer, 'PEER_WRONG_VERSION', detail);
  }

  get #plainHello(): Omit<Hello, 'type' | 'identity' | 'time' | 'services'> {
    const { tree, options } = this;
    return {
      version: options.version,
      minVersion: options.minVersion,
      networkId: tree.family.networkId,
      height: tree.tipHeight,
      chainwork: tree.chainwork(tree.tip),
      requires: options.requires,
      userAgent: options.userAgent,
    };
  }

  #sayHello(peer: Peer, services: number, identity: Identity | undefined, wallTime: number): void {
    const { tree } = this;
    peer.toldServices = services;
    peer.greetedWith = tree.hash(tree.tip).slice();
    const time = Math.max(0, Math.floor(wallTime));
    this.outbox.send(peer, { type: 'hello', ...this.#plainHello, services, time, identity });
  }
}

/** Views point into the received frame, which must not be kept alive for them. */
function copyOf(hello: Hello, networkId: Uint8Array): Hello {
  const { identity } = hello;
  if (identity === undefined) return { ...hello, networkId };
  const { key, localFingerprint, remoteFingerprint, signature } = identity;
  return {
    ...hello,
    networkId,
    identity: {
      key: key.slice(),
      localFingerprint: localFingerprint.slice(),
      remoteFingerprint: remoteFingerprint.slice(),
      signature: signature.slice(),
    },
  };
}

/** The bits of a set that another one lacks. */
function bitsOutside(set: number, other: number): number {
  let outside = 0;
  for (let bit = 1; bit <= set; bit *= 2) if (hasService(set, bit) && !hasService(other, bit)) outside += bit;
  return outside;
}
