import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from './bytes/byte-writer.js';
import type { ChainFamily } from './chain/chain-family.js';
import { networks, resolveNetwork } from './families/networks.js';
import { encodeRecord } from './families/vision/header/record.js';
import * as limits from './limits.js';
import { faultSentences } from './node/fault-sentences.js';
import { locatorHeights } from './tree/locator.js';

const families = networks.map((name) => resolveNetwork(name));
const MiB = 2 ** 20;

/** Bytes of a batch of headers, each as unlike the one before as its fields allow. */
function largestBatch(family: ChainFamily, count: number): number {
  const { recordBytes } = family;
  const records = new Uint8Array(count * recordBytes);
  for (let i = 0; i < count; i++) {
    const odd = i % 2 === 1;
    const filled = new Uint8Array(32).fill(odd ? 1 : 2);
    const record =
      family.family === 'bitcoin'
        ? new Uint8Array(80).fill(odd ? 0xff : 0x7f)
        : (encodeRecord(
            {
              parent: filled,
              number: 0n,
              timestamp: odd ? 2n ** 51n : 0n,
              difficulty: odd ? 2n ** 64n - 1n : 0n,
              nonce: 2n ** 64n - 1n,
              txRoot: filled,
              digest: filled,
              miner: new Uint8Array(recordBytes - 132).fill(odd ? 65 : 66),
            },
            recordBytes - 132,
          ) as Uint8Array);
    records.set(record, i * recordBytes);
  }
  const writer = new ByteWriter();
  family.encodeBatch(writer, { count, records, hashes: new Uint8Array(count * 32) });
  return writer.length;
}

/** Most bytes that one peer can make a node hold, by what holds them. */
function bytesOfPeer(family: ChainFamily): Record<string, number> {
  const messageAndFrame = (message: number): number => 4 + message + limits.FRAME_BYTES_MAX;
  const headersMessage = limits.HEADERS_PAYLOAD_BYTES_MAX + 64;
  return {
    // Memory for a message grows by doubling.
    partialMessage: 2 * messageAndFrame(Math.min(family.messageBytesMax, limits.BODY_BYTES_MAX + 64)),
    batchesWaiting: limits.HEADER_REQUESTS_IN_FLIGHT_MAX * 2 * messageAndFrame(headersMessage),
    batchInWork: limits.HEADERS_PER_MESSAGE_MAX * (family.recordBytes + 32 + 8),
    deferredRequests: limits.DEFERRED_REQUESTS_MAX * (limits.LOCATOR_HASHES_MAX + 1) * 64,
    deferredBlockRequests: limits.DEFERRED_BLOCK_REQUESTS_MAX * limits.BLOCK_HASHES_MAX * 128,
    lateAnswers: limits.LATE_ANSWERS_MAX * 192,
    unsent: limits.UNSENT_BYTES_MAX + messageAndFrame(headersMessage),
    heldHeaders: limits.HELD_HEADERS_PER_PEER_MAX * (family.recordBytes + 32 + 200),
    // An announcement is in two maps and perhaps a heap; what it announces may be announced by nobody else.
    announcements: limits.TX_ANNOUNCEMENTS_PER_PEER_MAX * 600,
    requestedTransactions: limits.TX_REQUESTED_MAX * 128,
    servedTransactions: limits.TX_SERVED_MAX * 128,
    toldTransactions: limits.MEMPOOL_TRANSACTIONS_MAX * 64,
    namedKeys: limits.NAMED_KEYS_PER_PEER_MAX * 256,
    // Both sides of each pair of peers have a bucket.
    relayedPairs: limits.PEERS_MAX * 256,
  };
}

/** Most bytes of bodies, and of branches that show their work, for all peers together, by what holds them. */
function bytesOfBodies({ bodyBytesMax }: ChainFamily): Record<string, number> {
  return {
    inFlight: limits.BODY_BYTES_WORST_MAX,
    orphans: limits.ORPHAN_BYTES_MAX,
    reads: limits.BODY_READS_MAX * bodyBytesMax,
    readLast: bodyBytesMax,
    seen: (limits.SEEN_BLOCKS_MAX + limits.SEEN_HEADERS_MAX) * 128,
    wanted: limits.WANTED_BLOCKS_MAX * 512,
    spares: limits.SPARE_BYTES_MAX,
    // What came, and what is kept to be sent; the body whose transactions are served, and an entry for each transaction.
    compactBlocks: 2 * limits.COMPACT_REBUILDS_MAX * (limits.COMPACT_BLOCK_BYTES_MAX + 20_000 * 64),
    compactServed: bodyBytesMax + 20_000 * 256,
    // And what the second pass over one branch lets go at once, until it is verified.
    presyncs: (limits.PRESYNCS_MAX + 1) * limits.PRESYNC_BYTES_MAX,
  };
}

/** Most bytes of transactions and signals, by what holds them: a page's. Each one that is kept is an object with several names. */
function bytesOfTransactions(): Record<string, number> {
  const object = 1_200;
  return {
    mempool: limits.MEMPOOL_BYTES_MAX + limits.MEMPOOL_TRANSACTIONS_MAX * object,
    names: limits.MEMPOOL_NAMES_MAX * 200,
    // The smallest of Bitcoin has 60 bytes, and what a light node reads of it takes ten times as much.
    included: limits.TX_INCLUDED_BYTES_MAX * 11,
    dropped: limits.TX_DROPPED_BYTES_MAX + limits.TX_DROPPED_MAX * object,
    accounts: limits.TX_ACCOUNTS_MAX * 256,
    rejects: limits.TX_REJECTS_MAX * 128,
    // A signed text is up to four times as long as the transaction.
    signatures: limits.SIGNATURES_WAITING_BYTES_MAX * 5 + limits.SIGNATURES_WAITING_MAX * object,
    own: limits.OWN_TRANSACTIONS_BYTES_MAX * 2,
    // Fields and text of each, twice; the names of those that were taken.
    signals:
      (limits.SIGNALS_VERIFYING_MAX + limits.SIGNALS_SENDING_MAX) * 4 * limits.SIGNAL_BYTES_MAX +
      limits.SIGNALS_SEEN_MAX * 256 +
      limits.INTRODUCED_LATELY_MAX * 256,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('limits', () => {
  it('add up to the worst case that limits.ts states', () => {
    const peers = families.map((family) => limits.PEERS_MAX * sum(Object.values(bytesOfPeer(family))));
    const submissions = families.map(
      (family) =>
        limits.SUBMISSION_SOURCES_MAX *
        limits.SUBMISSIONS_MAX *
        limits.HEADERS_PER_MESSAGE_MAX *
        (family.recordBytes + 32),
    );
    const bodies = families.map((family) => sum(Object.values(bytesOfBodies(family))));
    const transactions = sum(Object.values(bytesOfTransactions()));
    const worst = Math.max(
      ...peers.map((bytes, i) => bytes + (submissions[i] as number) + (bodies[i] as number) + transactions),
    );
    const text = readFileSync(new URL('./limits.ts', import.meta.url), 'utf8').replaceAll(/\n \*/g, '');
    const stated = Number(/at most (\d+) MiB for (\d+) peers/.exec(text)?.[1]);
    const statedPeers = Number(/at most (\d+) MiB for (\d+) peers/.exec(text)?.[2]);
    expect(statedPeers).toBe(limits.PEERS_MAX);
    expect(worst / MiB).toBeLessThanOrEqual(stated);
    expect(worst / MiB).toBeGreaterThan(stated * 0.9);
  });

  it('let a peer be sent the largest body without being taken for one that reads nothing', () => {
    for (const { bodyBytesMax, name } of families) {
      const unsent = limits.BODY_SEND_BUFFER_BYTES_MAX + bodyBytesMax + 128;
      expect(unsent, name).toBeLessThanOrEqual(limits.UNSENT_BYTES_MAX);
    }
  });

  it('let a request wait for a body that is coming for less than its asker waits', () => {
    expect(limits.COMING_BODY_WAIT_MS).toBeLessThan(limits.REQUEST_TIMEOUT_MIN_MS);
  });

  it('let bodies be asked for within the rate of messages', () => {
    expect(1000 / limits.BLOCK_REQUEST_INTERVAL_MS).toBeLessThanOrEqual(limits.MESSAGES_PER_SECOND_MAX / 2);
  });

  it('leave room for the largest answer there can be, and not for much more', () => {
    for (const family of families) {
      const bytes = largestBatch(family, limits.HEADERS_PER_MESSAGE_MAX);
      expect(bytes, family.name).toBeLessThanOrEqual(limits.HEADERS_PAYLOAD_BYTES_MAX);
      expect(limits.HEADERS_PAYLOAD_BYTES_MAX + 64).toBeLessThanOrEqual(family.messageBytesMax);
      expect(family.encodedHeaderBytesMin * limits.HEADERS_PER_MESSAGE_MAX).toBeLessThanOrEqual(bytes);
    }
    const largest = Math.max(
      ...families.map((family) => largestBatch(family, limits.HEADERS_PER_MESSAGE_MAX)),
    );
    expect(limits.HEADERS_PAYLOAD_BYTES_MAX).toBeLessThan(1.25 * largest);
  });

  it('let every body through, and none that its network cannot have', () => {
    const largest = Math.max(...families.map((family) => family.bodyBytesMax));
    expect(largest).toBeLessThanOrEqual(limits.BODY_BYTES_MAX);
    expect(limits.BODY_BYTES_MAX).toBeLessThan(1.01 * largest);
    for (const family of families)
      expect(family.bodyBytesMax + 64, family.name).toBeLessThanOrEqual(family.messageBytesMax);
    expect(64 + 32 * limits.BLOCK_HASHES_MAX).toBeLessThanOrEqual(limits.SMALL_MESSAGE_BYTES_MAX);
  });

  it('fit together', () => {
    const ascending: [string, ...number[]][] = [
      ['frames', limits.FRAME_BYTES_MIN, limits.FRAME_BYTES_MAX, limits.HEADERS_PAYLOAD_BYTES_MAX],
      [
        'a window of answers fits into the send buffer',
        limits.HEADER_REQUESTS_IN_FLIGHT_MAX * limits.HEADERS_PAYLOAD_BYTES_MAX,
        limits.SEND_BUFFER_BYTES_MAX,
      ],
      [
        'one more answer is no reason to part',
        limits.SEND_BUFFER_BYTES_MAX + limits.HEADERS_PAYLOAD_BYTES_MAX + 64 * 1024,
        limits.UNSENT_BYTES_MAX,
      ],
      [
        'a window of requests may wait',
        limits.HEADER_REQUESTS_IN_FLIGHT_MAX,
        limits.DEFERRED_REQUESTS_MAX,
        limits.LATE_ANSWERS_MAX,
      ],
      [
        'locators of the longest chain',
        locatorHeights(limits.TREE_HEADERS_MAX).length + 1,
        limits.LOCATOR_HASHES_MAX,
      ],
      ['a reorg of 10,000 headers', 10_000, limits.SIDE_HEADERS_MAX, limits.TREE_HEADERS_MAX / 8],
      ['held headers', limits.HELD_HEADERS_PER_PEER_MAX, limits.HELD_HEADERS_MAX, limits.SIDE_HEADERS_MAX],
      [
        'time-outs',
        limits.REQUEST_TIMEOUT_MIN_MS,
        limits.REQUEST_TIMEOUT_MAX_MS,
        limits.PING_INTERVAL_MS,
        limits.LEADER_SLICE_MS,
        limits.MESSAGE_TIMEOUT_MS,
      ],
      [
        'a pause is longer than what leads to it takes at least',
        limits.FAILURES_BEFORE_PAUSE * limits.REQUEST_TIMEOUT_MIN_MS,
        limits.PAUSE_MS,
      ],
      [
        'late wakes',
        limits.STATUS_INTERVAL_MS,
        limits.STORE_DELAY_MS,
        limits.OVERSLEPT_MS,
        limits.PING_INTERVAL_MS,
      ],
      ['searches', limits.PEER_SEARCH_INTERVAL_MS, limits.PEER_SEARCH_INTERVAL_MAX_MS],
      ['peers', limits.PEERS_TARGET, limits.PEERS_MAX],
      [
        'messages',
        limits.HEADER_REQUESTS_IN_FLIGHT_MAX * 10,
        limits.MESSAGES_PER_SECOND_MAX,
        limits.MESSAGES_BURST_MAX,
      ],
      [
        'samples',
        limits.REVERIFY_LAST + limits.REVERIFY_RUNS * limits.REVERIFY_RUN_HEADERS,
        limits.HEADERS_PER_MESSAGE_MAX,
      ],
      [
        'windows, and a request that asks for a whole one',
        limits.WINDOW_MIN,
        limits.WINDOW_START,
        limits.WINDOW_MAX,
        limits.BLOCK_HASHES_MAX,
        limits.LATE_ANSWERS_MAX,
        limits.WANTED_BLOCKS_MAX,
      ],
      [
        'bodies of the largest kind',
        limits.WINDOW_MIN * limits.BODY_BYTES_MAX,
        limits.BODY_BYTES_IN_FLIGHT_MAX,
      ],
      ['storage', limits.STORE_DELAY_MS, limits.STORE_RETRY_MS],
      [
        'codes',
        Math.max(...Object.keys(faultSentences).map((code) => code.length)),
        limits.REJECT_CODE_BYTES_MAX,
      ],
    ];
    for (const [what, ...values] of ascending)
      expect(values, what).toEqual([...values].sort((a, b) => a - b));
  });
});
