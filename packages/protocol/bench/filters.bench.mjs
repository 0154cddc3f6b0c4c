/**
 * Four weeks of Bitcoin's compact filters matched against the scripts of a wallet, in Node on one core: as plain TypeScript,
 * from bytes to an answer. Real filters look like chance, so these are made of it, always the same.
 */
import { ByteWriter, matchesAny, readFilter } from '@vision-light/protocol';
import { writeCompactSize } from '../dist/families/bitcoin/block/transaction-rules.js';
import { FilterValues, valueLimit } from '../dist/families/bitcoin/filter/filter-values.js';
import { encodeAscending } from '../dist/families/bitcoin/filter/golomb-rice.js';

const FILTERS = 4032;
/** About 20 kB. */
const ITEMS = 7600;
const SCRIPTS = 100;
/** Every so many blocks pay to one of the scripts. */
const PAYMENT_EVERY = 1000;
const ROUNDS = 5;

/** Bytes of P2WPKH, P2PKH, P2SH, and of P2WSH or P2TR. */
const scriptBytes = [22, 25, 23, 34];

let state = 1;
/** From 0 to 2^32 − 1. */
function chance() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state >>> 0;
}

const bytesOf = (length) => Uint8Array.from({ length }, () => chance() >>> 24);

/** Ascending numbers as evenly spread as hashes: the steps between such are exponential. */
function evenlySpread(count, limit) {
  const steps = Float64Array.from({ length: count + 1 }, () => -Math.log((chance() + 1) / 2 ** 32));
  const total = steps.reduce((sum, step) => sum + step, 0);
  let sum = 0;
  return steps.subarray(0, count).map((step) => {
    sum += step;
    return Math.floor((sum / total) * limit);
  });
}

/** @param paid  a script that is among its items, if there is one */
function makeBlock(paid) {
  const hash = bytesOf(32);
  const values = evenlySpread(ITEMS, valueLimit(ITEMS));
  if (paid !== undefined) values[0] = new FilterValues(hash, ITEMS).valueOf(paid);
  const writer = new ByteWriter();
  writeCompactSize(writer, ITEMS);
  encodeAscending(writer, values.sort());
  return { hash, filter: writer.bytes() };
}

/** How many blocks match. */
function matchAll(blocks, scripts) {
  let matches = 0;
  for (const { hash, filter } of blocks) {
    const read = readFilter(filter);
    if (typeof read === 'string') throw new Error(`a filter is refused: ${read}`);
    if (matchesAny(read, hash, scripts)) matches++;
  }
  return matches;
}

/** @returns rows for people and figures for machines */
export function benchFilters() {
  const scripts = Array.from({ length: SCRIPTS }, (_, i) => bytesOf(scriptBytes[i % scriptBytes.length]));
  const blocks = Array.from({ length: FILTERS }, (_, i) =>
    makeBlock(i % PAYMENT_EVERY === 0 ? scripts.at(-1) : undefined),
  );
  const payments = Math.ceil(FILTERS / PAYMENT_EVERY);
  const seconds = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    const matches = matchAll(blocks, scripts);
    // One in two runs of so many blocks has a match of chance.
    if (matches < payments || matches > payments + 5) throw new Error(`${matches} of the blocks match`);
    return (performance.now() - startedAt) / 1000;
  });
  const median = seconds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  const megabytes = blocks.reduce((sum, { filter }) => sum + filter.length, 0) / 1e6;
  const value = Math.round(median * 1000) / 1000;
  return {
    rows: [
      {
        what: `${FILTERS.toLocaleString('en-US')} compact filters against ${SCRIPTS} scripts`,
        value,
        unit: 's',
        target: '≤ 2',
        note: `${ITEMS.toLocaleString('en-US')} items each, ${megabytes.toFixed(0)} MB`,
      },
    ],
    figures: { filterMatchS: value },
  };
}
