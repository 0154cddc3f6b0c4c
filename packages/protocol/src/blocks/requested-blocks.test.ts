import { beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import type { BodyContext } from '../chain/block-body.js';
import type { Effect } from '../io/effect.js';
import type { BlockResult } from '../io/notice.js';
import type { StorageResult } from '../io/storage.js';
import { StoragePort } from '../io/storage-port.js';
import { BLOCK_DEMAND_TIMEOUT_MS, BLOCK_DEMANDS_MAX, FOLLOWED_BLOCKS, WANTED_BLOCKS_MAX } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { RequestLedger } from '../peer/request-ledger.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { BlockDownload } from './block-download.js';
import { BlockRequests } from './block-requests.js';
import { BodyChecker } from './body-checker.js';
import { FollowedBlocks } from './followed-blocks.js';
import { RequestedBlocks } from './requested-blocks.js';
import { StoredBlocks } from './stored-blocks.js';

const hashOf = (index: number): Uint8Array => {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint16(0, index);
  return hash;
};
const indexOf = (hash: Uint8Array): number => new DataView(hash.buffer, hash.byteOffset).getUint16(0);

const TIP = 100;
/** The only block whose header implies its body. */
const EMPTY = 50;
const goodBody = Uint8Array.of(1);
const wrongBody = Uint8Array.of(0);
const impliedBody = Uint8Array.of(2);

type StorageEffect = Extract<Effect, { type: 'storage' }>;

let outbox: Outbox;
let storage: StoragePort;
let requests: BlockRequests;
let stored: StoredBlocks;
let download: BlockDownload;
let blocks: RequestedBlocks;
/** Headers that are in the tree; the slot of a header is its index plus 1000, its height is its index. */
let known: Set<number>;
let reads: StorageEffect[];

beforeEach(() => {
  known = new Set(Array.from({ length: TIP + 1 }, (_, index) => index));
  reads = [];
  const tree = {
    tipHeight: TIP,
    baseHeight: 0,
    find: (hash: Uint8Array) => (known.has(indexOf(hash)) ? indexOf(hash) + 1000 : undefined),
    height: (slot: number) => slot - 1000,
    record: () => undefined,
    parentRecord: () => undefined,
    family: {
      checkBody: ([first]: Uint8Array) =>
        first === 1 ? { kind: 'ok' } : { kind: 'rejected', code: 'BODY_ROOT_MISMATCH', detail: '' },
      impliedBody: ({ height }: BodyContext) => (height === EMPTY ? impliedBody : undefined),
    },
  } as unknown as HeaderTree;
  outbox = new Outbox();
  storage = new StoragePort(outbox);
  requests = new BlockRequests(outbox);
  const ignore = (): void => undefined;
  stored = new StoredBlocks(storage, { stored: ignore, storeFailed: ignore, written: ignore });
  download = new BlockDownload(1000, new RequestLedger());
  const followed = new FollowedBlocks(tree, FOLLOWED_BLOCKS);
  blocks = new RequestedBlocks(requests, stored, download, followed, new BodyChecker(tree));
});

/** What the application was answered since the last call: ticket and result. */
function answers(): [number, BlockResult][] {
  const found: [number, BlockResult][] = [];
  for (const effect of outbox.take()) {
    if (effect.type === 'storage') reads.push(effect);
    if (effect.type === 'emit' && effect.notice.type === 'block')
      found.push([effect.notice.ticket, effect.notice.result]);
  }
  return found;
}

/** The store answers what it was asked for first. */
function storeSays(result: StorageResult): void {
  const { request } = defined(reads.shift(), 'a test answers what was asked');
  storage.answered({ type: 'storageAnswered', request, result }, 0);
}

/** The store holds the body of this block. */
function keep(index: number): void {
  stored.list();
  answers();
  storeSays({ kind: 'list', keys: [hashOf(index)] });
}

/** The store gives a body, or says that there is none. */
function storeGives(index: number, body: Uint8Array | undefined): void {
  const records = body === undefined ? [] : [{ table: 'bodies' as const, key: hashOf(index), value: body }];
  storeSays({ kind: 'read', records });
}

/** Bodies that are to be fetched from peers. */
const wanted = (): number[] => download.hashes().map(indexOf);
const refused = (code: string): BlockResult => ({ ok: false, code }) as BlockResult;

describe('RequestedBlocks', () => {
  it('says at once that there is no such header', () => {
    blocks.request(hashOf(TIP + 1), 7, 0);
    expect(answers()).toEqual([[7, refused('BLOCK_UNKNOWN')]]);
    expect([requests.has(hashOf(TIP + 1)), wanted(), reads]).toEqual([false, [], []]);
  });

  it('fetches what is not here, and answers when it has come', () => {
    blocks.request(hashOf(80), 7, 0);
    expect([answers(), reads, wanted()]).toEqual([[], [], [80]]);
    requests.fulfil(hashOf(80), 80, goodBody);
    expect(answers()).toEqual([[7, { ok: true, height: 80, body: goodBody }]]);
  });

  it('fetches once what is asked for twice, and what is fetched anyway', () => {
    download.want(hashOf(80));
    blocks.request(hashOf(80), 7, 0);
    blocks.request(hashOf(80), 8, 0);
    expect([answers(), wanted(), requests.has(hashOf(80))]).toEqual([[], [80], true]);
  });

  it.each([
    ['an archive', 'old', TIP - FOLLOWED_BLOCKS, 'archive'],
    ['any peer', 'among the newest', TIP - FOLLOWED_BLOCKS + 1, 'plain'],
  ])('asks %s for what is %s', (_who, _what, index, peerId) => {
    for (const id of ['plain', 'archive']) {
      download.ledger.peerReady({
        id,
        lastBytesAt: 0,
        partialSince: undefined,
        partialBytes: 0,
      });
      download.addPeer(id, id === 'archive');
    }
    blocks.request(hashOf(index), 7, 0);
    expect(download.poll(0)).toMatchObject([{ peerId, hashes: [hashOf(index)] }]);
  });

  it('is busy while too many bodies are fetched', () => {
    for (let index = 1; index < WANTED_BLOCKS_MAX; index++) download.want(hashOf(1000 + index));
    blocks.request(hashOf(80), 7, 0);
    expect([answers(), wanted().includes(80)]).toEqual([[], true]);
    blocks.request(hashOf(81), 8, 0);
    expect(answers()).toEqual([[8, refused('BLOCK_BUSY')]]);
    expect([requests.has(hashOf(81)), wanted().includes(81)]).toEqual([false, false]);
  });

  it('is busy while too many are asked for, and does nothing more', () => {
    for (let ticket = 0; ticket < BLOCK_DEMANDS_MAX; ticket++) requests.add(hashOf(1), ticket, 0);
    for (const index of [80, EMPTY]) blocks.request(hashOf(index), index, 0);
    expect(answers()).toEqual([
      [80, refused('BLOCK_BUSY')],
      [EMPTY, refused('BLOCK_BUSY')],
    ]);
    expect(wanted()).toEqual([]);
  });

  it('answers at once with a body that the header implies, even if one is stored', () => {
    keep(EMPTY);
    blocks.request(hashOf(EMPTY), 7, 0);
    expect(answers()).toEqual([[7, { ok: true, height: EMPTY, body: impliedBody }]]);
    expect([reads, wanted(), requests.has(hashOf(EMPTY))]).toEqual([[], [], false]);
  });

  it('reads what is stored, and fetches nothing', () => {
    keep(80);
    blocks.request(hashOf(80), 7, 0);
    expect([answers(), reads.length]).toEqual([[], 1]);
    storeGives(80, goodBody);
    expect(answers()).toEqual([[7, { ok: true, height: 80, body: goodBody }]]);
    expect([wanted(), stored.has(hashOf(80))]).toEqual([[], true]);
  });

  it.each([
    ['is damaged in the store', wrongBody],
    ['the store has lost', undefined],
  ])('fetches anew what %s', (_what, body) => {
    keep(80);
    blocks.request(hashOf(80), 7, 0);
    answers();
    storeGives(80, body);
    expect([answers(), wanted(), stored.has(hashOf(80))]).toEqual([[], [80], false]);
    expect(requests.has(hashOf(80))).toBe(true);
  });

  it('fetches nothing anew that nobody waits for any more', () => {
    keep(80);
    blocks.request(hashOf(80), 7, 0);
    answers();
    requests.expire(BLOCK_DEMAND_TIMEOUT_MS);
    expect(answers()).toEqual([[7, refused('BLOCK_UNAVAILABLE')]]);
    storeGives(80, wrongBody);
    expect([answers(), wanted(), stored.has(hashOf(80))]).toEqual([[], [], false]);
  });

  it.each([
    ['fits', goodBody],
    ['does not fit', wrongBody],
  ])(
    'says that there is no such header if the tree dropped it meanwhile, of a body that %s',
    (_what, body) => {
      keep(80);
      blocks.request(hashOf(80), 7, 0);
      answers();
      known.delete(80);
      storeGives(80, body);
      expect(answers()).toEqual([[7, refused('BLOCK_UNKNOWN')]]);
      expect([wanted(), stored.has(hashOf(80))]).toEqual([[], true]);
    },
  );

  it('keeps a copy of the hash while the store is asked', () => {
    keep(80);
    const hash = hashOf(80);
    blocks.request(hash, 7, 0);
    answers();
    hash.fill(9);
    storeGives(80, goodBody);
    expect(answers()).toEqual([[7, { ok: true, height: 80, body: goodBody }]]);
  });
});
