/**
 * What is kept of a watch between two visits, as JSON: how far it has looked, some headers by which a reorganisation
 * meanwhile is found, and what it has found. Memory: WATCHES_KEPT_MAX records, of which the one that was written least lately
 * makes room. What is kept is of this origin, and is not trusted beyond its form: what it says of the chain is held to the
 * chain.
 */
import { type NamedCoin, WATCHES_KEPT_MAX } from '@vision-light/protocol';
import type { WatchRecord } from '../boundary/messages.js';
import type { Filtered, TxPlace } from './watch-events.js';

/** A height, and the hash of the header that was there. */
export type TrailMark = readonly [height: number, hash: string];

/** See the head of this file. */
export interface KeptWatch {
  readonly version: 2;
  /** Unix milliseconds. */
  readonly at: number;
  readonly from: number;
  /** The next height to look at. */
  readonly next: number;
  readonly missing: number;
  readonly filtered: Filtered;
  readonly trail: readonly TrailMark[];
  /** Transactions of the newest blocks, by id. */
  readonly places: readonly (readonly [txid: string, place: TxPlace])[];
  readonly coins: readonly NamedCoin[];
}

/** @returns undefined if the text is none */
export function readKeptWatch(text: string): KeptWatch | undefined {
  try {
    const kept: Partial<KeptWatch> = JSON.parse(text);
    const isGood =
      kept.version === 2 &&
      [kept.at, kept.from, kept.next, kept.missing].every(Number.isSafeInteger) &&
      isFiltered(kept.filtered) &&
      isListOf(kept.trail, ([height, hash]) => Number.isSafeInteger(height) && typeof hash === 'string') &&
      isListOf(kept.places, ([txid, place]) => typeof txid === 'string' && isPlace(place)) &&
      isListOf(kept.coins, ([coin, name]) => typeof coin === 'string' && typeof name === 'string');
    return isGood ? (kept as KeptWatch) : undefined;
  } catch {
    return undefined;
  }
}

const isListOf = (list: unknown, isItem: (item: readonly unknown[]) => boolean): boolean =>
  Array.isArray(list) && list.every((item) => Array.isArray(item) && item.length === 2 && isItem(item));

function isPlace(value: unknown): boolean {
  const { height, block, position }: Partial<TxPlace> = value ?? {};
  return Number.isSafeInteger(height) && typeof block === 'string' && Number.isSafeInteger(position);
}

function isFiltered(value: unknown): boolean {
  const { blocks, peers, open }: Partial<Filtered> = value ?? {};
  return [blocks, peers, open].every(Number.isSafeInteger);
}

/** The records to remove so that one more fits: those that are none, and the oldest. */
export function recordsToRemove(records: readonly WatchRecord[], name: string): WatchRecord[] {
  const others = records.filter(([each]) => each !== name);
  const ages = others.map(([each, text]) => [each, readKeptWatch(text ?? '')?.at ?? 0] as const);
  return ages
    .toSorted(([, a], [, b]) => b - a)
    .slice(WATCHES_KEPT_MAX - 1)
    .map(([each]) => [each, undefined]);
}
