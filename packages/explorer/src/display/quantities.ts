/** Numbers, sizes, times and hashes as text for people, in English as the whole page. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** From here on a sum of work is shown as a power of two: nobody reads so many digits. Arbitrary. */
const CHAINWORK_DIGITS_MAX = 10n ** 12n;

/** A count with thousands separators. */
export function formatCount(value: number | bigint): string {
  return grouped.format(value);
}

/** Headers a second: one decimal below ten. */
export function formatRate(perSecond: number): string {
  return perSecond > 0 && perSecond < 10 ? oneDigit.format(perSecond) : grouped.format(perSecond);
}

/** A size: bytes below a kilobyte, then one decimal. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return countNoun(bytes, 'byte');
  return bytes < 1_000_000
    ? `${oneDigit.format(bytes / 1000)} kB`
    : `${oneDigit.format(bytes / 1_000_000)} MB`;
}

/** A sum of work: in full while it is short, as a power of two beyond. */
export function formatChainwork(work: bigint): string {
  if (work < CHAINWORK_DIGITS_MAX) return grouped.format(work);
  // A double holds the leading 53 bits. The bits after them only add to the exponent.
  const shift = Math.max(0, work.toString(2).length - 53);
  const log2 = Math.log2(Number(work >> BigInt(shift))) + shift;
  return `2^${log2.toFixed(2)}`;
}

/** The two ends of a hash: people compare these. */
export function shortenHash(hash: string): string {
  return hash.length > 20 ? `${hash.slice(0, 8)}…${hash.slice(-8)}` : hash;
}

/** Steps in which ages below a minute are shown, in seconds: a page of ages that change each second is drawn each second. */
export const AGE_STEP_S = 10;

/**
 * How long ago something was, in the largest unit that fits; below a minute in steps of AGE_STEP_S.
 *
 * @param seconds  negative if it lies ahead of this clock
 */
export function formatAge(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < -1) return `${formatSpan(-whole)} ahead of this clock`;
  if (whole < AGE_STEP_S) return 'just now';
  return `${formatSpan(whole < 60 ? whole - (whole % AGE_STEP_S) : whole)} ago`;
}

/** Units of time in seconds, the largest first. */
const timeUnits: readonly (readonly [seconds: number, format: (count: number) => string])[] = [
  [365.25 * 86_400, (count) => countNoun(count, 'year')],
  [86_400, (count) => countNoun(count, 'day')],
  [3_600, (count) => `${count} h`],
  [60, (count) => `${count} min`],
];

/** A length of time, in the largest unit that fits. */
export function formatSpan(seconds: number): string {
  for (const [length, format] of timeUnits) {
    if (seconds >= length) return format(Math.floor(seconds / length));
  }
  return seconds < 10 && !Number.isInteger(seconds)
    ? `${oneDigit.format(seconds)} s`
    : `${Math.round(seconds)} s`;
}

/** A Unix time as `2026-11-23 03:24:07 UTC`. Times outside the calendar are shown as they are. */
export function formatTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `1 browser`, `2 browsers`. */
export function countNoun(count: number, noun: string): string {
  return `${grouped.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
