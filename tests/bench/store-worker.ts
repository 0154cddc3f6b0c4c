/**
 * Runs in a worker of Chromium: packs headers into segments and writes them, as a node does while it syncs, and writes and
 * reads block bodies.
 */
import { ByteWriter, HEADERS_PER_MESSAGE_MAX, resolveNetwork } from '@vision-light/protocol';
import { IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { xxh32 } from '../../packages/protocol/src/bytes/xxh32.js';
import { packBatches } from '../../packages/protocol/src/headers/storage/batch-list.js';
import { encodeTable } from '../../packages/protocol/src/headers/storage/chain-records.js';
import { chainLayout, SEGMENT_HEADERS } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { listBodies, loadChain, readBody, writeBodies, writeChain } from '../store-access.js';

/** Fewer rounds than for headers: each takes long. */
const BODY_ROUNDS = 3;
const BODIES = 16;
const BODY_BYTES = 1_000_000;

interface Order {
  readonly headers: Uint8Array;
  readonly rounds: number;
}

/** Samples, one a round. */
interface Rates {
  /** Headers a second, packing included. */
  readonly headers: number[];
  /** Bodies a second. */
  readonly bodiesWritten: number[];
  readonly bodiesRead: number[];
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  const rates: Rates = { headers: [], bodiesWritten: [], bodiesRead: [] };
  for (let round = 0; round < data.rounds; round++) rates.headers.push(await writeOnce(data.headers, round));
  const store = new IndexedDbStore('b'.padStart(64, '0'));
  for (let round = 0; round < BODY_ROUNDS; round++) {
    const { written, read } = await writeAndReadBodies(store);
    rates.bodiesWritten.push(written);
    rates.bodiesRead.push(read);
  }
  await store.close();
  self.postMessage(rates);
};

/** One body a write, one after the other; each round leaves nothing. */
async function writeAndReadBodies(store: IndexedDbStore): Promise<{ written: number; read: number }> {
  const bodies = Array.from({ length: BODIES }, (_, i) => {
    const body = new Uint8Array(BODY_BYTES);
    // Bytes that cannot be compressed, as a body's; the browser gives 65,536 at a time.
    for (let at = 0; at < BODY_BYTES; at += 65_536) crypto.getRandomValues(body.subarray(at, at + 65_536));
    return { hash: new Uint8Array(32).fill(i), body };
  });
  await listBodies(store);
  const startedAt = performance.now();
  for (const body of bodies) await writeBodies(store, { put: [body], remove: [] });
  const writtenAt = performance.now();
  for (const { hash } of bodies) {
    const body = await readBody(store, hash);
    if (body?.length !== BODY_BYTES) throw new Error(`${body?.length} bytes were read back`);
  }
  const readAt = performance.now();
  await writeBodies(store, { put: [], remove: bodies.map(({ hash }) => hash) });
  return { written: (BODIES * 1000) / (writtenAt - startedAt), read: (BODIES * 1000) / (readAt - writtenAt) };
}

/** @returns headers a second, packing included */
async function writeOnce(headers: Uint8Array, round: number): Promise<number> {
  const family = resolveNetwork('bitcoin-mainnet');
  const store = new IndexedDbStore(round.toString(16).padStart(64, '0'));
  await loadChain(store);
  const { recordBytes } = family;
  const headerCount = Math.floor(headers.length / recordBytes / SEGMENT_HEADERS) * SEGMENT_HEADERS;
  const parent = new Uint8Array(32);
  const startedAt = performance.now();
  for (let index = 0; index < headerCount / SEGMENT_HEADERS; index++) {
    const batches = Array.from({ length: SEGMENT_HEADERS / HEADERS_PER_MESSAGE_MAX }, (_, i) => {
      const from = index * SEGMENT_HEADERS + i * HEADERS_PER_MESSAGE_MAX;
      const records = headers.subarray(from * recordBytes, (from + HEADERS_PER_MESSAGE_MAX) * recordBytes);
      const writer = new ByteWriter(HEADERS_PER_MESSAGE_MAX * (family.encodedHeaderBytesMin + 1));
      family.encodeBatch(writer, { count: HEADERS_PER_MESSAGE_MAX, records, hashes: new Uint8Array(0) });
      return { parent, count: HEADERS_PER_MESSAGE_MAX, payload: writer.view() };
    });
    const bytes = packBatches(batches);
    const entry = { lastHash: parent, chainwork: 1n, digest: xxh32(bytes) };
    const table = encodeTable(chainLayout(0), [entry]);
    await writeChain(store, { segments: [{ index, bytes }], table, tip: new Uint8Array(41) });
  }
  const rate = (headerCount * 1000) / (performance.now() - startedAt);
  const { segments } = await loadChain(store);
  if (segments.length !== headerCount / SEGMENT_HEADERS)
    throw new Error(`${segments.length} segments were read back`);
  await store.close();
  return rate;
}
