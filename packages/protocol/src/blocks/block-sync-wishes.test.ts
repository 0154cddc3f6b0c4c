/** When a body begins and ceases to be wanted; what becomes of one that comes is in `block-sync.test.ts`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { hashOf, type StraightChain, treeOf } from '../../../../tests/straight-chain.js';
import { defined } from '../assert.js';
import { StoragePort } from '../io/storage-port.js';
import {
  ANNOUNCED_BLOCKS_PER_PEER_MAX,
  BLOCK_DEMAND_TIMEOUT_MS,
  FAILURES_BEFORE_PAUSE,
  FOLLOWED_BLOCKS,
  PAUSE_MS,
  REQUEST_TIMEOUT_MIN_MS,
} from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { type Hello, SERVICE_ARCHIVE } from '../wire/messages/hello.js';
import { bodyRequests } from './block-download.js';
import { BlockSync } from './block-sync.js';

const TIP = 100;

let chain: StraightChain;
let peers: PeerSet;
let ledger: RequestLedger;
let punished: string[];

beforeEach(() => {
  chain = { tipHeight: TIP, baseHeight: 0, tip: TIP };
  peers = new PeerSet();
  ledger = new RequestLedger();
  punished = [];
});

/** A node that keeps so many bodies and holds none. A body is wrong if it begins with 0. */
function syncOf(count: number): BlockSync {
  const tree = treeOf(chain, {
    bodyBytesMax: 1000,
    checkBody: ([first]) =>
      first === 0 ? { kind: 'rejected', code: 'BODY_MALFORMED', detail: '' } : { kind: 'ok' },
    impliedBody: () => undefined,
  });
  const outbox = new Outbox();
  const storage = new StoragePort(outbox);
  const sync = new BlockSync(tree, peers, outbox, storage, ledger, count, {
    punish: ({ id }, code) => punished.push(`${id} ${code}`),
    accepted: () => undefined,
    storeAnswered: () => undefined,
    now: () => 0,
    isSyncing: () => false,
    waitsForBlocks: () => false,
    isFar: () => false,
  });
  sync.start();
  storage.answered({ type: 'storageAnswered', request: 1, result: { kind: 'list', keys: [] } }, 0);
  return sync;
}

function join(sync: BlockSync, id: string, services = 0): Peer {
  const peer = new Peer(id, 4 * 1024 * 1024, undefined, 0);
  peer.hello = { services } as Hello;
  peers.add(peer);
  ledger.peerReady(peer);
  sync.peerReady(peer);
  return peer;
}

function announce(sync: BlockSync, peer: Peer, index: number, now = 0): boolean {
  const message = { type: 'announce', height: TIP + 1, hash: hashOf(index), prev: hashOf(TIP) } as const;
  return sync.announced(peer, message, now);
}

const advance = (sync: BlockSync, now: number): void => sync.advance({ now, wallTime: 0 });
const isWanted = (sync: BlockSync, index: number): boolean => sync.download.isWanted(hashOf(index));

describe('a body is wanted', () => {
  it('of the past as soon as there is an archive', () => {
    const sync = syncOf(FOLLOWED_BLOCKS + 1);
    join(sync, 'a');
    advance(sync, 0);
    expect([sync.download.pending, isWanted(sync, TIP - FOLLOWED_BLOCKS)]).toEqual([FOLLOWED_BLOCKS, false]);
    join(sync, 'archive', SERVICE_ARCHIVE);
    advance(sync, 10);
    expect(isWanted(sync, TIP - FOLLOWED_BLOCKS)).toBe(true);
  });

  it('of a few that a peer announces, and of another while the first waits to be asked for', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    for (let i = 1; i <= ANNOUNCED_BLOCKS_PER_PEER_MAX; i++) expect(announce(sync, peer, TIP + i)).toBe(true);
    expect(announce(sync, peer, TIP + 50)).toBe(false);
    // Whoever speaks of the same block may be asked for it while nobody is.
    const other = join(sync, 'b');
    expect(announce(sync, other, TIP + 1)).toBe(true);
    advance(sync, 0);
    expect(announce(sync, other, TIP + 1)).toBe(false);
  });
});

describe('a body is not wanted any more', () => {
  it('when its block was announced long ago and no header came', () => {
    const sync = syncOf(1);
    announce(sync, join(sync, 'a'), TIP + 1, 0);
    advance(sync, BLOCK_DEMAND_TIMEOUT_MS - 1);
    expect(isWanted(sync, TIP + 1)).toBe(true);
    advance(sync, BLOCK_DEMAND_TIMEOUT_MS);
    expect(isWanted(sync, TIP + 1)).toBe(false);
  });

  it('when the application has waited for it long enough', () => {
    const sync = syncOf(0);
    sync.requested.request(hashOf(50), 7, 0);
    expect(sync.nextWake({ now: 0, wallTime: 0 })).toBe(BLOCK_DEMAND_TIMEOUT_MS);
    advance(sync, BLOCK_DEMAND_TIMEOUT_MS - 1);
    expect(isWanted(sync, 50)).toBe(true);
    advance(sync, BLOCK_DEMAND_TIMEOUT_MS);
    expect(isWanted(sync, 50)).toBe(false);
  });

  it('when the last peer that might have it sent a wrong one', () => {
    const sync = syncOf(0);
    const peer = join(sync, 'a');
    sync.requested.request(hashOf(50), 7, 0);
    advance(sync, 0);
    const { requestId } = defined(ledger.awaited('a', bodyRequests)[0], 'it is asked for');
    const message = { type: 'blocks', requestId, hash: hashOf(50), body: Uint8Array.of(0) } as const;
    expect(sync.receive(peer, message, { now: 1, wallTime: 0 })).toBe('BODY_MALFORMED');
    advance(sync, 20);
    expect(isWanted(sync, 50)).toBe(false);
  });

  it('when its header left the best chain, unless the application waits for it', () => {
    const sync = syncOf(3);
    advance(sync, 0);
    sync.requested.request(hashOf(TIP), 7, 0);
    const reorg = { ancestor: TIP - 2, disconnected: [TIP - 1, TIP], connected: [] };
    sync.inserted({ kind: 'reorganised', slot: TIP, reorg });
    expect([TIP - 2, TIP - 1, TIP].map((index) => isWanted(sync, index))).toEqual([true, false, true]);
    // Above the ancestor all heights are looked at again.
    advance(sync, 10);
    expect(isWanted(sync, TIP - 1)).toBe(true);
  });
});

describe('what came', () => {
  it('is kept in bytes of its own, since the message is gone after the step', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    advance(sync, 0);
    const { requestId } = defined(ledger.awaited('a', bodyRequests)[0], 'the tip is asked for');
    const body = Uint8Array.of(1, 2);
    sync.receive(peer, { type: 'blocks', requestId, hash: hashOf(TIP), body }, { now: 1, wallTime: 0 });
    body.fill(9);
    let kept: Uint8Array | undefined;
    sync.read(hashOf(TIP), (read) => {
      kept = read;
    });
    expect(kept).toEqual(Uint8Array.of(1, 2));
  });

  it('is not looked for among the announced when its header was here before', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    announce(sync, peer, TIP + 1);
    advance(sync, 0);
    const { requestId } = defined(ledger.awaited('a', bodyRequests).at(-1), 'what it announced is asked for');
    const body = Uint8Array.of(1);
    sync.receive(peer, { type: 'blocks', requestId, hash: hashOf(TIP + 1), body }, { now: 1, wallTime: 0 });
    chain.tip = ++chain.tipHeight;
    sync.inserted({ kind: 'duplicate', slot: TIP + 1 });
    expect(sync.orphans.size).toBe(1);
    sync.appended(TIP + 1);
    expect([sync.orphans.size, sync.stored.size]).toEqual([0, 1]);
  });
});

describe('a peer that never answers', () => {
  it('is punished once it was paused twice', () => {
    const sync = syncOf(1);
    join(sync, 'a');
    const end = 2 * (FAILURES_BEFORE_PAUSE * REQUEST_TIMEOUT_MIN_MS + PAUSE_MS);
    for (let now = 0; now <= end; now += REQUEST_TIMEOUT_MIN_MS) advance(sync, now);
    expect(punished).toEqual([]);
    // The last peer is never paused, so there has to be another one.
    join(sync, 'b');
    for (let now = end; now <= 3 * end; now += REQUEST_TIMEOUT_MIN_MS) advance(sync, now);
    expect(punished[0]).toMatch(/^[ab] PEER_UNRESPONSIVE$/);
  });
});
