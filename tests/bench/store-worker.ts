/** Runs in a worker of Chromium: packs headers into chunks and writes them, as a node does while it syncs. */
import { ByteWriter, CHUNK_HEADERS, resolveNetwork } from '@vision-light/protocol';
import { IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';

/** As many to a transaction as the node writes. */
const CHUNKS_PER_WRITE = 5;

interface Order {
  readonly headers: Uint8Array;
  readonly rounds: number;
}

self.onmessage = async ({ data }: MessageEvent<Order>) => {
  const rates: number[] = [];
  for (let round = 0; round < data.rounds; round++) rates.push(await writeOnce(data.headers, round));
  self.postMessage(rates);
};

/** @returns headers a second, packing included */
async function writeOnce(headers: Uint8Array, round: number): Promise<number> {
  const family = resolveNetwork('bitcoin-mainnet');
  const store = new IndexedDbStore(round.toString(16).padStart(64, '0'));
  await store.load();
  const { recordBytes } = family;
  const count = Math.floor(headers.length / recordBytes / CHUNK_HEADERS) * CHUNK_HEADERS;
  const startedAt = performance.now();
  for (let from = 0; from < count; from += CHUNK_HEADERS * CHUNKS_PER_WRITE) {
    const put = [];
    for (let at = from; at < Math.min(count, from + CHUNK_HEADERS * CHUNKS_PER_WRITE); at += CHUNK_HEADERS) {
      const writer = new ByteWriter(CHUNK_HEADERS * family.encodedHeaderBytesMin);
      const records = headers.subarray(at * recordBytes, (at + CHUNK_HEADERS) * recordBytes);
      family.encodeBatch(writer, { count: CHUNK_HEADERS, records, hashes: new Uint8Array(0) });
      put.push({ index: at / CHUNK_HEADERS, bytes: writer.bytes() });
    }
    await store.write({ removeFrom: undefined, put, tip: new Uint8Array(41) });
  }
  const rate = (count * 1000) / (performance.now() - startedAt);
  const { chunks } = await store.load();
  if (chunks.length !== count / CHUNK_HEADERS) throw new Error(`${chunks.length} chunks were read back`);
  await store.close();
  return rate;
}
