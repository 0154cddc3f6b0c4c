/**
 * Block bodies: which are wanted, from whom they come, whether they are good, and where they go.
 *
 * A body is wanted because it is one of the newest (`followed-blocks.ts`), because the application asked for it
 * (`block-requests.ts`), or because a peer announced its block: then it is asked of that peer together with the header,
 * and waits in the orphan pool if it comes before the header is verified (`announced-blocks.ts`). Nobody sees a body
 * before it was held to its header's commitment; one that does not fit is its sender's fault, and another one is asked.
 *
 * Memory: what `block-download.ts`, `stored-blocks.ts`, `announced-blocks.ts` and `orphan-pool.ts` state. A body counts
 * against the download's credit from its request until the store has taken it, so a slow disk slows the download down
 * and fills nothing.
 */
import { defined } from '../assert.js';
import type { BodyFault } from '../chain/body-fault.js';
import type { CheckedBody } from '../chain/checked-body.js';
import type { BlockTransaction } from '../chain/transaction-rules.js';
import type { EventTime } from '../io/event.js';
import type { StorageFailure, StoreFault } from '../io/storage.js';
import type { StoragePort } from '../io/storage-port.js';
import { FOLLOWED_BLOCKS, SEEN_BLOCKS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import { SeenFilter } from '../peer/seen-filter.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { InsertedHeader } from '../tree/insert-result.js';
import type { Announce } from '../wire/messages/announce.js';
import type { Blocks, GetBlocks, NotFound } from '../wire/messages/blocks.js';
import { AnnouncedBlocks } from './announced-blocks.js';
import { BlockDownload } from './block-download.js';
import { BlockFollower } from './block-follower.js';
import { BlockRequests } from './block-requests.js';
import { BlockRetries } from './block-retries.js';
import { BlockServer, type BodySource } from './block-server.js';
import type { BlockSyncListener } from './block-sync-listener.js';
import { BodyChecker } from './body-checker.js';
import { FollowedBlocks } from './followed-blocks.js';
import type { Orphan, OrphanPool } from './orphan-pool.js';
import { RequestedBlocks } from './requested-blocks.js';
import { StoredBlocks } from './stored-blocks.js';

/** Everything about block bodies; see the head of this file. */
export class BlockSync implements BodySource, Part<GetBlocks | Blocks | NotFound> {
  readonly name = 'blockSync';
  readonly download: BlockDownload;
  readonly server: BlockServer;
  readonly requested: RequestedBlocks;
  /** What is kept, to look at. */
  readonly stored: StoredBlocks;
  readonly #followed: FollowedBlocks;
  readonly follower: BlockFollower;
  readonly #requests: BlockRequests;
  readonly #checker: BodyChecker;
  /** Bodies that were verified, kept or not. */
  readonly #seen = new SeenFilter(SEEN_BLOCKS_MAX);
  readonly #announced: AnnouncedBlocks;
  readonly #retries = new BlockRetries();
  /** A peer said that it does not have something, or left: some bodies may be with nobody. */
  #mayBeMissing = false;
  /** Why the store did not take the last bodies. */
  #fault: StoreFault | undefined;

  /** @param followed  how many of the newest bodies are kept: 0 for none, Infinity for all */
  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    storage: StoragePort,
    readonly ledger: RequestLedger,
    followed: number,
    readonly listener: BlockSyncListener,
  ) {
    this.#announced = new AnnouncedBlocks(tree, outbox.counters);
    this.download = new BlockDownload(tree.family.bodyBytesMax, ledger);
    this.stored = new StoredBlocks(storage, {
      stored: () => this.#storeAnswered(),
      storeFailed: (failure) => this.#storeAnswered(failure),
      written: (hash) => this.download.settle(hash, true),
    });
    this.#followed = new FollowedBlocks(tree, followed);
    this.#requests = new BlockRequests(outbox);
    this.#checker = new BodyChecker(tree);
    this.follower = new BlockFollower(this.#followed, this.stored, this.download, this.#checker, {
      wasRefused: (hash) => this.#fault !== undefined && this.#seen.has(hash),
      dropped: (hash) => this.#unwant(hash),
      isSyncing: () => listener.isSyncing(),
      waitsForBlocks: () => listener.waitsForBlocks(),
    });
    this.requested = new RequestedBlocks(
      this.#requests,
      this.stored,
      this.download,
      this.#followed,
      this.#checker,
    );
    const { requested } = this;
    const forwarded = listener.forwarded?.({ kept: this, requested, peers, listener });
    this.server = new BlockServer(forwarded ?? this, outbox);
  }

  /** Bodies that came before their headers, to look at. */
  get orphans(): OrphanPool {
    return this.#announced.orphans;
  }

  whereabouts(hash: Uint8Array): 'here' | 'coming' | 'unknown' {
    const slot = this.tree.find(hash);
    if (slot === undefined) return 'unknown';
    if (this.stored.has(hash) || this.#checker.implied(slot) !== undefined) return 'here';
    // Only of a new block: what is not here of the others may be nowhere, and then everyone would wait for everyone.
    const isNew = slot === this.tree.tip && this.follower.isFollowing;
    return isNew && this.download.isWanted(hash) ? 'coming' : 'unknown';
  }

  read(hash: Uint8Array, reader: (body: Uint8Array | undefined) => void): void {
    const slot = this.tree.find(hash);
    const implied = slot === undefined ? undefined : this.#checker.implied(slot);
    if (implied === undefined) this.stored.read(hash, reader);
    else reader(implied);
  }

  /** Asks the store which bodies it holds. */
  start(): void {
    this.stored.list();
  }

  /** The tree begins anew; bodies that are kept stay, for their headers come again. */
  chainReplaced(): void {
    this.follower.restart();
  }

  /** What is not there any more is fetched again, and what was refused before is tried again. */
  storeEmptied(): void {
    this.#fault = undefined;
    this.stored.list();
    this.#followed.restart();
  }

  peerReady(peer: Peer): void {
    this.download.addPeer(peer.id, peer.isArchive);
    if (peer.isArchive) this.#followed.restart();
  }

  /** What a peer brought that broke a rule is in doubt. */
  peerGone(peer: Peer, code: string | undefined): void {
    this.download.removePeer(peer.id);
    this.server.forget(peer);
    this.#mayBeMissing = true;
    if (code !== undefined) this.#announced.distrust(peer.id);
  }

  /**
   * A peer speaks of a block that is not known here. It is asked for it at once, if it may be one to keep.
   *
   * @returns whether there may be something to ask it for
   */
  announced(peer: Peer, message: Announce, now: number): boolean {
    const { height, hash } = message;
    const { tipHeight } = this.tree;
    const isNear = height > tipHeight - FOLLOWED_BLOCKS && height <= tipHeight + FOLLOWED_BLOCKS;
    if (!this.follower.isFollowing || !this.stored.isListed || !isNear || this.orphans.has(hash))
      return false;
    const state = this.download.offer(hash, peer.id);
    if (state !== undefined || !this.#announced.mayAdd(peer.id)) return state === 'queued';
    if (!this.download.want(hash, { offeredBy: peer.id })) return false;
    this.#announced.add(peer.id, message, now);
    return true;
  }

  /** A header is in the tree. */
  inserted(result: InsertedHeader): void {
    if (result.kind === 'duplicate') return;
    if (result.kind === 'reorganised') {
      const { ancestor, disconnected } = result.reorg;
      this.#followed.reorganised(this.tree.height(ancestor));
      for (const slot of disconnected) this.#unwant(this.tree.hash(slot));
    }
    if (this.#announced.isIdle) return;
    const hash = this.tree.hash(result.slot);
    const { isComing, adopted } = this.#announced.verified(hash);
    if (isComing) this.download.retry(hash);
    for (const orphan of adopted) this.#adopt(orphan);
  }

  /** Headers from a height up to the tip are in the tree, on top of what was the tip. */
  appended(firstHeight: number): void {
    for (let height = firstHeight; height <= this.tree.tipHeight && !this.#announced.isIdle; height++)
      this.inserted({ kind: 'extended', slot: defined(this.tree.at(height), 'up to the tip all are there') });
  }

  /** A body that was not requested, of a header in the tree; see `BodyChecker.check`. @returns what is wrong with it, if anything */
  submitted(hash: Uint8Array, body: Uint8Array, known?: readonly BlockTransaction[]): BodyFault | undefined {
    const slot = this.tree.find(hash);
    if (slot === undefined || this.#checker.implied(slot) !== undefined) return undefined;
    const checked = this.#checker.check(slot, body, known);
    if (typeof checked === 'string') return checked;
    this.download.cancel(hash);
    this.#accept(slot, checked);
    return undefined;
  }

  receive(peer: Peer, message: GetBlocks | Blocks | NotFound, { now }: EventTime): Reception {
    switch (message.type) {
      case 'getBlocks':
        return this.server.request(peer, message, now) ?? (this.isServing(peer) ? undefined : 'quiet');
      case 'blocks':
        return this.#blocks(peer, message, now);
      case 'notFound':
        return this.#notFound(peer, message, now);
    }
  }

  isServing(peer: Peer): boolean {
    return this.server.isServing(peer);
  }

  #blocks(peer: Peer, { requestId, hash, body }: Blocks, now: number): PeerFault | BodyFault | undefined {
    const arrival = this.download.received(peer.id, requestId, hash, body.length, now);
    if (arrival === 'unsolicited') return 'PEER_UNSOLICITED';
    if (arrival === 'duplicate') {
      this.outbox.counters.count('vision_p2p_dupes_dropped_total');
      return undefined;
    }
    const slot = this.tree.find(hash);
    if (slot === undefined) {
      this.#announced.arrived(peer.id, hash, body, now);
      this.download.settle(hash, true);
      return undefined;
    }
    const checked = this.#checker.check(slot, body);
    if (typeof checked !== 'string') {
      this.#accept(slot, checked, true);
      return undefined;
    }
    this.download.settle(hash, false);
    this.#mayBeMissing = true;
    return checked;
  }

  #notFound(peer: Peer, { requestId, hashes }: NotFound, now: number): PeerFault | undefined {
    for (const hash of hashes)
      if (!this.download.notFound(peer.id, requestId, hash, now)) return 'PEER_UNSOLICITED';
    this.#mayBeMissing = true;
    return undefined;
  }

  /** True when the store has taken all bodies that are to be kept. */
  get isSettled(): boolean {
    return this.stored.unwritten === 0;
  }

  /** Hands the store what there is for it, and does nothing else. */
  flush(): void {
    this.stored.advance();
  }

  advance({ now }: EventTime): void {
    if (this.stored.isListed && !this.listener.isFar()) {
      this.follower.prune();
      this.follower.follow();
    }
    for (const hash of this.#announced.sweep(now)) this.#unwant(hash);
    for (const hash of this.#requests.expire(now)) this.#unwant(hash);
    this.#lookForMissing(now);
    this.#request(now);
    this.server.advance(now);
    this.stored.advance();
    const { counters } = this.outbox;
    counters.set('vision_p2p_inflight_blocks', this.download.inFlight);
    counters.set('vision_p2p_orphans', this.orphans.size);
  }

  nextWake({ now }: EventTime): number | undefined {
    const canFollow = this.stored.isListed && this.follower.hasMore && !this.listener.isFar();
    let wake = earliest(canFollow ? now : undefined, this.download.nextWake(now));
    wake = earliest(wake, this.server.nextWake());
    wake = earliest(wake, this.#requests.nextWake());
    wake = earliest(wake, this.#retries.nextWake());
    return earliest(wake, this.#announced.nextWake());
  }

  // What is wanted

  /** Nobody waits for it but perhaps the application. */
  #unwant(hash: Uint8Array): void {
    if (this.#requests.has(hash)) return;
    this.download.cancel(hash);
    this.#announced.forget(hash);
    this.#retries.delete(hash);
  }

  /** Bodies that every peer was asked for in vain: the application is told, the rest is tried again after a while. */
  #lookForMissing(now: number): void {
    for (const hash of this.#retries.takeDue(now)) this.download.retry(hash);
    // Alone, nothing can be said of it: the next peer may have what the last one took with it.
    if (!this.#mayBeMissing || !this.download.hasSources) return;
    this.#mayBeMissing = false;
    for (const hash of this.download.unavailable()) {
      this.#requests.refuse(hash, 'BLOCK_UNAVAILABLE');
      const slot = this.tree.find(hash);
      const isWorthWaiting =
        slot !== undefined && this.#followed.includes(slot) && !this.#followed.isOld(slot);
      if (isWorthWaiting) this.#retries.add(hash, now);
      else this.#unwant(hash);
    }
  }

  #request(now: number): void {
    if (this.download.pending === 0) return;
    for (const { peerId, requestId, hashes } of this.download.poll(now)) {
      const peer = defined(this.peers.get(peerId), 'a peer that is asked for bodies is connected');
      this.outbox.send(peer, { type: 'getBlocks', requestId, hashes });
    }
    for (const peerId of this.download.takeUnresponsive()) {
      const peer = this.peers.get(peerId);
      if (peer !== undefined) this.listener.punish(peer, 'PEER_UNRESPONSIVE');
    }
  }

  /** What could not be written is not kept, and is fetched again only once the store takes something. */
  #storeAnswered(failure?: StorageFailure): void {
    if (failure === undefined && this.#fault !== undefined) this.#followed.restart();
    this.#fault = failure?.code;
    this.listener.storeAnswered(failure);
  }

  /** A body is the one of its header. @param isView  of a message, which is gone after this step */
  #accept(slot: number, checked: CheckedBody, isView = false): void {
    const hash = this.tree.hash(slot);
    this.listener.accepted(slot, checked);
    this.#seen.add(hash);
    this.#retries.delete(hash);
    this.#requests.fulfil(hash, this.tree.height(slot), checked.bytes);
    // What a header implies is never fetched from the store.
    const isToKeep =
      this.#followed.includes(slot) && !this.stored.has(hash) && this.#checker.implied(slot) === undefined;
    if (isToKeep) this.stored.put(hash, isView ? checked.bytes.slice() : checked.bytes);
    else this.download.settle(hash, true);
  }

  #adopt({ hash, body, peerId }: Orphan): void {
    const fault = this.submitted(hash, body);
    const sender = this.peers.get(peerId);
    if (fault !== undefined && sender !== undefined) this.listener.punish(sender, fault);
  }
}
