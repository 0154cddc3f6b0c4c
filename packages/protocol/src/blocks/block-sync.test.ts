import { beforeEach, describe, expect, it } from 'vitest';
import { hashOf, heightOf, type StraightChain, treeOf } from '../../../../tests/straight-chain.js';
import { defined } from '../assert.js';
import type { EventTime } from '../io/event.js';
import type { StorageOperation, StorageResult } from '../io/storage.js';
import { StoragePort } from '../io/storage-port.js';
import { FOLLOWED_BLOCKS, MISSING_RETRY_MS } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { decodeMessage } from '../wire/codec.js';
import { MessageAssembler } from '../wire/framing.js';
import type { Announce } from '../wire/messages/announce.js';
import { BlockSync } from './block-sync.js';

/** The body of every block; all others are wrong. */
const good = Uint8Array.of(1);
const wrong = Uint8Array.of(0);
const impliedBody = Uint8Array.of(2);
const TIP = 100;

let chain: StraightChain;
/** Heights whose body follows from the header. */
let implied: Set<number>;
let outbox: Outbox;
let storage: StoragePort;
let ledger: RequestLedger;
let peers: PeerSet;
let isFar: boolean;
/** What the node was told to do: whom to punish for what, and what the store answered. */
let log: string[];
/** Bodies that peers were asked for since they were last looked at, and the id of the last request. */
let asked: [string, number][];
let requestId: number;
let operations: { request: number; operation: StorageOperation }[];
let answers: unknown[];

const timeOf = (now: number): EventTime => ({ now, wallTime: 0 });

beforeEach(() => {
  chain = { tipHeight: TIP, baseHeight: 0, tip: TIP };
  implied = new Set();
  outbox = new Outbox();
  storage = new StoragePort(outbox);
  ledger = new RequestLedger();
  peers = new PeerSet();
  isFar = false;
  log = [];
  asked = [];
  requestId = 0;
  operations = [];
  answers = [];
});

/** A node that keeps so many bodies; its store has said which of them it holds. */
function syncOf(count: number, kept: readonly number[] = []): BlockSync {
  const tree = treeOf(chain, {
    bodyBytesMax: 1000,
    checkBody: ([first]) =>
      first === 1 ? { kind: 'ok' } : { kind: 'rejected', code: 'BODY_ROOT_MISMATCH', detail: '' },
    impliedBody: ({ height }) => (implied.has(height) ? impliedBody : undefined),
  });
  const sync = new BlockSync(tree, peers, outbox, storage, ledger, count, {
    punish: ({ id }, code) => log.push(`${id} ${code}`),
    accepted: () => undefined,
    storeAnswered: (failure) => log.push(failure?.code ?? 'stored'),
    now: () => 0,
    isSyncing: () => false,
    waitsForBlocks: () => false,
    isFar: () => isFar,
  });
  sync.start();
  storeSays({ kind: 'list', keys: kept.map(hashOf) });
  return sync;
}

function join(sync: BlockSync, id: string): Peer {
  const peer = new Peer(id, 4 * 1024 * 1024, undefined, 0);
  peers.add(peer);
  ledger.peerReady(peer);
  sync.peerReady(peer);
  return peer;
}

/** Looks at what the node wants to be done. */
function look(): void {
  for (const effect of outbox.take()) {
    if (effect.type === 'storage') operations.push(effect);
    if (effect.type === 'emit' && effect.notice.type === 'block') answers.push(effect.notice.result);
    if (effect.type !== 'send') continue;
    for (const bytes of new MessageAssembler(8 * 1024 * 1024).push(effect.bytes)) {
      const decoded = decodeMessage(bytes);
      if (!decoded.ok || decoded.message.type !== 'getBlocks') throw new Error('only bodies are asked for');
      requestId = decoded.message.requestId;
      for (const hash of decoded.message.hashes) asked.push([effect.peer, heightOf(hash)]);
    }
  }
}

function storeSays(answer: StorageResult | 'full'): void {
  look();
  const { request } = defined(operations.shift(), 'a test answers what was asked');
  const failure = { code: 'STORE_QUOTA', detail: '' } as const;
  const told = answer === 'full' ? { failure } : { result: answer };
  storage.answered({ type: 'storageAnswered', request, ...told }, 0);
}

/** What peers are asked for in this step. */
function advance(sync: BlockSync, now: number): [string, number][] {
  asked = [];
  sync.advance(timeOf(now));
  look();
  return asked;
}

function bring(sync: BlockSync, peer: Peer, index: number, body: Uint8Array, now = 10): unknown {
  return sync.receive(peer, { type: 'blocks', requestId, hash: hashOf(index), body }, timeOf(now));
}

function announce(index: number): Announce {
  return { type: 'announce', height: index, hash: hashOf(index), prev: hashOf(index - 1) };
}

/** The chain grows by one header. */
function extend(sync: BlockSync): void {
  chain.tip = ++chain.tipHeight;
  sync.inserted({ kind: 'extended', slot: chain.tip });
}

describe('a body that comes', () => {
  it('is kept if it fits, and counts until the store has it', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    expect(advance(sync, 0)).toEqual([['a', TIP]]);
    expect(bring(sync, peer, TIP, good)).toBeUndefined();
    expect([sync.stored.size, sync.isSettled, sync.download.pending]).toEqual([1, false, 1]);
    sync.flush();
    storeSays({ kind: 'write' });
    expect([sync.isSettled, sync.download.pending, log]).toEqual([true, 0, ['stored']]);
  });

  it('is its sender’s fault if it does not fit, and is asked of another', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    join(sync, 'b');
    advance(sync, 0);
    expect(bring(sync, peer, TIP, wrong)).toBe('BODY_ROOT_MISMATCH');
    expect([sync.stored.size, advance(sync, 20)]).toEqual([0, [['b', TIP]]]);
  });

  it('is a fault if nobody asked for it, and is none the second time if two were asked', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    advance(sync, 0);
    expect(bring(sync, peer, TIP - 1, good)).toBe('PEER_UNSOLICITED');
    sync.submitted(hashOf(TIP), good);
    expect(bring(sync, peer, TIP, good)).toBeUndefined();
    expect(outbox.counters.get('vision_p2p_dupes_dropped_total')).toBe(1);
    expect(bring(sync, peer, TIP, good)).toBe('PEER_UNSOLICITED');
  });

  it('is not fetched again if the store did not take it, until the store takes something', () => {
    const sync = syncOf(2);
    const peer = join(sync, 'a');
    advance(sync, 0);
    bring(sync, peer, TIP, good);
    sync.flush();
    storeSays('full');
    expect([log, sync.stored.size]).toEqual([['STORE_QUOTA'], 0]);
    sync.chainReplaced();
    extend(sync);
    expect(advance(sync, 20)).toEqual([['a', TIP + 1]]);
    bring(sync, peer, TIP + 1, good, 30);
    sync.flush();
    storeSays({ kind: 'write' });
    expect(advance(sync, 40)).toEqual([['a', TIP]]);
  });
});

describe('a body that nobody has', () => {
  it('is asked for again after a while if it is to be kept', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    advance(sync, 0);
    const notFound = { type: 'notFound', requestId, hashes: [hashOf(TIP)] } as const;
    expect(sync.receive(peer, notFound, timeOf(10))).toBeUndefined();
    expect(sync.receive(peer, notFound, timeOf(10))).toBe('PEER_UNSOLICITED');
    expect([advance(sync, 20), sync.nextWake(timeOf(20))]).toEqual([[], 20 + MISSING_RETRY_MS]);
    expect(advance(sync, 20 + MISSING_RETRY_MS - 1)).toEqual([]);
    expect(advance(sync, 20 + MISSING_RETRY_MS)).toEqual([['a', TIP]]);
  });

  it('is asked of the next peer after a while if the last one took it along', () => {
    const sync = syncOf(1);
    const peer = join(sync, 'a');
    // As one that a compact block has told of.
    sync.download.want(hashOf(TIP), { offeredBy: 'a' });
    expect(advance(sync, 0)).toEqual([['a', TIP]]);
    ledger.peerGone(peer);
    peers.delete('a');
    sync.peerGone(peer, undefined);
    expect(advance(sync, 10)).toEqual([]);
    join(sync, 'b');
    expect(advance(sync, 20)).toEqual([]);
    expect(advance(sync, 20 + MISSING_RETRY_MS)).toEqual([['b', TIP]]);
  });

  it('is given up if only the application wanted it, which is told', () => {
    const sync = syncOf(0);
    const peer = join(sync, 'a');
    sync.requested.request(hashOf(50), 7, 0);
    expect(advance(sync, 0)).toEqual([['a', 50]]);
    sync.receive(peer, { type: 'notFound', requestId, hashes: [hashOf(50)] }, timeOf(10));
    advance(sync, 20);
    expect([answers, sync.download.pending]).toEqual([[{ ok: false, code: 'BLOCK_UNAVAILABLE' }], 0]);
  });
});

describe('a block that a peer announces', () => {
  it('is asked of it at once if it is near the tip', () => {
    const sync = syncOf(1, [TIP]);
    const peer = join(sync, 'a');
    const isAsked = (index: number): boolean => sync.announced(peer, { ...announce(5000), height: index }, 0);
    expect([isAsked(TIP - FOLLOWED_BLOCKS), isAsked(TIP + FOLLOWED_BLOCKS + 1)]).toEqual([false, false]);
    expect(isAsked(TIP - FOLLOWED_BLOCKS + 1)).toBe(true);
    sync.download.cancel(hashOf(5000));
    expect(isAsked(TIP + FOLLOWED_BLOCKS)).toBe(true);
    expect(advance(sync, 0)).toEqual([['a', 5000]]);
  });

  it('is nothing to a node that keeps none, or does not know yet what it keeps', () => {
    const none = syncOf(0);
    expect(none.announced(join(none, 'a'), announce(TIP + 1), 0)).toBe(false);
    const sync = syncOf(1, [TIP]);
    const peer = join(sync, 'b');
    sync.storeEmptied();
    expect(sync.announced(peer, announce(TIP + 1), 0)).toBe(false);
    storeSays({ kind: 'list', keys: [hashOf(TIP)] });
    expect(sync.announced(peer, announce(TIP + 1), 0)).toBe(true);
  });

  it('waits for its header, and is kept when that is in the tree', () => {
    const sync = syncOf(1, [TIP]);
    const peer = join(sync, 'a');
    sync.announced(peer, announce(TIP + 1), 0);
    expect(advance(sync, 0)).toEqual([['a', TIP + 1]]);
    expect(bring(sync, peer, TIP + 1, good)).toBeUndefined();
    expect([sync.orphans.size, sync.download.pending, sync.stored.size]).toEqual([1, 0, 1]);
    expect(sync.announced(peer, announce(TIP + 1), 10)).toBe(false);
    extend(sync);
    expect([sync.orphans.size, sync.stored.size, log]).toEqual([0, 2, []]);
  });

  it('has its sender punished when its header is there and it does not fit', () => {
    const sync = syncOf(1, [TIP]);
    const peer = join(sync, 'a');
    sync.announced(peer, announce(TIP + 1), 0);
    advance(sync, 0);
    expect(bring(sync, peer, TIP + 1, wrong)).toBeUndefined();
    extend(sync);
    expect([log, sync.orphans.size, sync.stored.size]).toEqual([['a BODY_ROOT_MISMATCH'], 0, 1]);
  });

  it('goes with a sender that broke a rule, not with one that left', () => {
    const sync = syncOf(1, [TIP]);
    for (const [id, index, code, left] of [
      ['a', TIP + 1, undefined, 1],
      ['b', TIP + 2, 'PEER_FLOOD', 1],
    ] as const) {
      const peer = join(sync, id);
      sync.announced(peer, announce(index), 0);
      advance(sync, 0);
      bring(sync, peer, index, good);
      ledger.peerGone(peer);
      sync.peerGone(peer, code);
      peers.delete(id);
      expect(sync.orphans.size).toBe(left);
    }
  });

  it('may be asked of any peer once its header is in the tree', () => {
    const sync = syncOf(1, [TIP]);
    const peer = join(sync, 'a');
    join(sync, 'b');
    sync.announced(peer, announce(TIP + 1), 0);
    advance(sync, 0);
    extend(sync);
    sync.receive(peer, { type: 'notFound', requestId, hashes: [hashOf(TIP + 1)] }, timeOf(10));
    expect(advance(sync, 20)).toEqual([['b', TIP + 1]]);
  });
});

describe('a body of this side', () => {
  it('is kept if it fits its header, which is known, and implies nothing', () => {
    const sync = syncOf(2);
    implied.add(TIP);
    sync.submitted(hashOf(TIP + 1), good);
    sync.submitted(hashOf(TIP), good);
    sync.submitted(hashOf(TIP - 1), wrong);
    expect(sync.stored.size).toBe(0);
    sync.submitted(hashOf(TIP - 1), good);
    expect(sync.stored.size).toBe(1);
    sync.submitted(hashOf(TIP - 2), good);
    expect(sync.stored.size).toBe(1);
  });
});

describe('what others may ask this node for', () => {
  it('is here if it is kept or implied, and coming only if it is the tip and wanted', () => {
    const sync = syncOf(3, [TIP - 2]);
    implied.add(TIP - 3);
    join(sync, 'a');
    expect(sync.whereabouts(hashOf(TIP))).toBe('unknown');
    advance(sync, 0);
    const where = [1, 0, -1, -2, -3].map((above) => sync.whereabouts(hashOf(TIP + above)));
    expect(where).toEqual(['unknown', 'coming', 'unknown', 'here', 'here']);
  });

  it('is not coming to a node that keeps none', () => {
    const sync = syncOf(0);
    sync.requested.request(hashOf(TIP), 7, 0);
    expect([sync.download.isWanted(hashOf(TIP)), sync.whereabouts(hashOf(TIP))]).toEqual([true, 'unknown']);
  });

  it('is read from the header if that implies it, else from what is kept', () => {
    const sync = syncOf(2);
    implied.add(TIP);
    sync.submitted(hashOf(TIP - 1), good);
    const read: unknown[] = [];
    for (const index of [TIP, TIP - 1, TIP + 1]) sync.read(hashOf(index), (body) => read.push(body));
    expect(read).toEqual([impliedBody, good, undefined]);
  });
});

describe('a node far behind', () => {
  it('wants no bodies before its headers are there', () => {
    const sync = syncOf(1);
    join(sync, 'a');
    isFar = true;
    expect([advance(sync, 0), sync.nextWake(timeOf(0))]).toEqual([[], undefined]);
    isFar = false;
    expect(sync.nextWake(timeOf(5))).toBe(5);
    expect(advance(sync, 5)).toEqual([['a', TIP]]);
  });
});
