import type { Phase, TrustLevel, TrustReason } from '../index.js';

/** What the element says. An application in another language replaces them by the property `texts`. */
export interface StatusTexts {
  /** The name of the group, for screen readers; the network's name follows it. */
  readonly label: string;
  /** Names of the rows. */
  readonly height: string;
  /** Label of the number of peers. */
  readonly peers: string;
  /** Label of the time since the tip's header. */
  readonly age: string;
  /** Label of what the answer rests on. */
  readonly trust: string;
  /** What the node does. */
  readonly phases: Readonly<Record<Phase | 'starting' | 'failed', string>>;
  /** How far the node's answers can be relied on. */
  readonly levels: Readonly<Record<TrustLevel, string>>;
  /** What opens the list of reasons why trust is not full. */
  readonly why: string;
  /** Sentences for reasons. For those without one there is the library's, in English. */
  readonly reasons?: Readonly<Partial<Record<TrustReason, string>>>;
}

/** English. */
export const defaultTexts: StatusTexts = {
  label: 'Light node',
  height: 'Height',
  peers: 'Peers',
  age: 'Newest block',
  trust: 'Trust',
  phases: {
    starting: 'Starting',
    connecting: 'Looking for peers',
    syncing: 'Catching up',
    synced: 'Up to date with its peers',
    stalled: 'Stalled',
    closed: 'Closed',
    failed: 'Not running',
  },
  levels: { full: 'Full', degraded: 'Degraded', none: 'None' },
  why: 'Why',
};

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/**
 * How long ago a block was made, in the words of a language. Steps of ten seconds below a minute, so that it changes seldom.
 *
 * @param seconds  between the block's time and now; a block may be some seconds ahead
 */
export function ageText(seconds: number, language: string | undefined): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'always', style: 'short' });
  for (const [unit, length] of units) {
    if (seconds >= length) return format.format(-Math.floor(seconds / length), unit);
  }
  return format.format(-Math.max(0, Math.floor(seconds / 10) * 10), 'second');
}
