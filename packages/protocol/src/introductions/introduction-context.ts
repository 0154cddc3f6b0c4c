/** What the parts of introductions take of the node around them, and how they find a peer by its key. */
import { areEqual } from '../bytes/compare-bytes.js';
import type { ChainFamily } from '../chain/chain-family.js';
import type { Introduction } from '../io/introduction.js';
import type { SignaturePort } from '../io/signature-port.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import type { Offence } from '../peer/verdicts.js';
import { SERVICE_INTRODUCES } from '../wire/messages/hello.js';
import type { NamedKeys } from './named-keys.js';

/** What a node that introduces peers has. */
export interface IntroductionContext {
  readonly family: ChainFamily;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly ledger: RequestLedger;
  readonly signatures: SignaturePort;
  readonly random: () => number;
  /** Says why, and disconnects. */
  readonly punish: (peer: Peer, code: Offence) => void;
  /** Whether a node with this key has done what no honest one does, within a day. */
  readonly isDiscouraged: (key: Uint8Array, wallTime: number) => boolean;
  /** Monotonic ms of the step that is being taken. */
  readonly now: () => number;
}

/** What the rooms of introductions share. */
export interface IntroducingNode extends IntroductionContext {
  /** The key of this node. */
  readonly own: Uint8Array;
  readonly named: NamedKeys;
  readonly tell: (introduction: Introduction) => void;
}

/** An answer to a question about introductions comes at once or not at all: nothing that a peer sends meanwhile puts it off. */
export function introductionRequest(name: string, longestMs: number): RequestKind {
  return { name, longestMs, graceUntil: () => Number.NEGATIVE_INFINITY };
}

/** The key that a peer has proven to have. */
export function keyOf({ hello }: Peer): Uint8Array | undefined {
  return hello?.identity?.key;
}

/** Whether a peer can be introduced, and introduces others. An older one takes none of these messages. */
export function isIntroducer(peer: Peer): boolean {
  return peer.serves(SERVICE_INTRODUCES) && keyOf(peer) !== undefined;
}

/** The peers that can be introduced. */
export function introducers(peers: PeerSet): readonly Peer[] {
  return peers.ready.filter(isIntroducer);
}

/** The peer with a key, if it can be introduced. Of two connections to it the newer one: the older may be dead. */
export function findIntroducer(peers: PeerSet, key: Uint8Array): Peer | undefined {
  return peers.ready.findLast((peer) => isIntroducer(peer) && hasKey(peer, key));
}

/** Whether this is the key of a peer. */
export function hasKey(peer: Peer, key: Uint8Array): boolean {
  const own = keyOf(peer);
  return own !== undefined && areEqual(own, key);
}

/** At most `count` of a list, each as likely as any other. */
export function sample<T>(list: readonly T[], count: number, random: () => number): T[] {
  const left = [...list];
  const drawn: T[] = [];
  while (drawn.length < count && left.length > 0)
    drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  return drawn;
}
