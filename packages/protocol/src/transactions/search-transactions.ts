/**
 * Which of some transactions somebody waits for: by id, or because they pay to or from a name. Costs time in proportion to the
 * transactions; they are taken apart only if somebody waits for a name or a coin. Keeps nothing.
 */
import type { ChainFamily } from '../chain/chain-family.js';

/** A coin, and the name that was paid with it. */
export type NamedCoin = readonly [coin: string, name: string];

/** What somebody waits for. */
export interface WantedTransactions {
  /** As people write them: 64 hex digits. */
  readonly ids: readonly string[];
  /** See `TouchRules.addressName`. */
  readonly names: readonly string[];
  /** Coins that were found before. */
  readonly coins: readonly NamedCoin[];
}

/** A transaction that somebody waits for. */
export interface FoundTransaction {
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly txid: string;
  /** Of the transactions that were looked through, from 0. */
  readonly position: number;
  /** Of the names that were waited for, those that pay; none twice. */
  readonly from: readonly string[];
  /** Of the same names, those that are paid; none twice. */
  readonly to: readonly string[];
  /** Coins that it makes for them. */
  readonly coins: readonly NamedCoin[];
}

/** Those that somebody waits for. @param transactions  in block order, so that a coin is made before it is spent */
export function searchTransactions(
  family: ChainFamily,
  transactions: Iterable<{ readonly id: Uint8Array; readonly bytes: Uint8Array }>,
  { ids, names, coins }: WantedTransactions,
): FoundTransaction[] {
  const wanted = new Set(ids);
  const paid = new Set(names);
  const made = new Map(coins);
  const found: FoundTransaction[] = [];
  let position = -1;
  for (const { id, bytes } of transactions) {
    position++;
    const txid = family.hashToHex(id);
    const from = new Set<string>();
    const to = new Set<string>();
    const news: NamedCoin[] = [];
    if (paid.size > 0) {
      const touches = family.touches(bytes);
      for (const each of touches.from) {
        const name = paid.has(each) ? each : made.get(each);
        if (name !== undefined) from.add(name);
      }
      for (const { name, coin } of touches.to) {
        if (!paid.has(name)) continue;
        to.add(name);
        if (coin === undefined) continue;
        made.set(coin, name);
        news.push([coin, name]);
      }
    }
    if (from.size + to.size > 0 || wanted.has(txid))
      found.push({ txid, position, from: [...from], to: [...to], coins: news });
  }
  return found;
}
