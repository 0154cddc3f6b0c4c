/** Compact blocks, places and transactions of blocks: hostile bytes are refused, or are what an encoder of ours would have written. */
import { type BlockTransaction, bytesToHex, type ChainFamily } from '@vision-light/protocol';
import { compactBlockOf, prefill, Rebuild } from '../../packages/protocol/src/compact/rebuild.js';
import type { KnownBlock } from './bitcoin-blocks.js';
import type { FuzzTarget } from './fuzz-target.js';

/** The first byte says which of the three the rest is. */
export function compactTarget(family: ChainFamily, { context, body }: KnownBlock): FuzzTarget {
  const hashes = new Uint8Array(32).fill(4);
  const head = family.compactHead({ count: 1, records: context.record, hashes }, new Uint8Array(8).fill(9));
  const transactions = family.splitBody(body) ?? [];
  const block = compactBlockOf(head, transactions);
  const items = transactions.map(({ bytes }) => bytes);
  const whole = prefill(block, items.map((bytes, index) => ({ index, bytes })).slice(1, 3));
  const expectEqual = (a: Uint8Array, b: Uint8Array): void => {
    if (Buffer.compare(a, b) !== 0) throw new Error(`${bytesToHex(a)} is not ${bytesToHex(b)}`);
  };
  const known = {
    size: transactions.length,
    each: (visit: (transaction: BlockTransaction) => void) => {
      for (const transaction of transactions) visit(transaction);
    },
  };
  return {
    name: `compact blocks of ${family.name}`,
    weight: 2,
    samples: [
      Uint8Array.of(0, ...family.encodeCompact(block)),
      Uint8Array.of(0, ...family.encodeCompact(whole)),
      Uint8Array.of(1, ...family.encodePlaces({ hash: hashes, items: [0, 1, 5, 300] })),
      Uint8Array.of(2, ...family.encodeTransactions({ hash: hashes, items })),
      Uint8Array.of(2, ...family.encodeTransactions({ hash: hashes, items: [] })),
    ],
    check(input) {
      const bytes = input.subarray(1);
      if (input[0] === 0) {
        const read = family.decodeCompact(bytes, context.height);
        if (read === undefined) return;
        expectEqual(family.encodeCompact(read), bytes);
        const total = read.shortIds.length / 6 + read.prefilled.length;
        if (read.prefilled.some(({ index }) => index >= total))
          throw new Error('a place outside of the block');
        const rebuild = Rebuild.of(read, known);
        if (rebuild !== undefined && rebuild.transactions.length !== total)
          throw new Error(`${rebuild.transactions.length} places of ${total}`);
        const rebuilt = rebuild?.missing.length === 0 ? rebuild.body(family) : undefined;
        const again = rebuilt && family.splitBody(rebuilt.body);
        for (const [i, { id, relayId }] of (rebuilt?.transactions ?? []).entries()) {
          if (again?.[i] === undefined) throw new Error('a body of other transactions');
          expectEqual(id, again[i].id);
          expectEqual(relayId, again[i].relayId);
        }
      } else if (input[0] === 1) {
        const places = family.decodePlaces(bytes);
        if (places === undefined) return;
        expectEqual(family.encodePlaces(places), bytes);
        if (places.items.some((place, i) => i > 0 && place <= (places.items[i - 1] as number)))
          throw new Error('places that do not ascend');
      } else {
        const read = family.decodeTransactions(bytes);
        if (read !== undefined) expectEqual(family.encodeTransactions(read), bytes);
      }
    },
  };
}
