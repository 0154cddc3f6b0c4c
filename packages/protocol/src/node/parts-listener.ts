/** What the parts of a node ask of the node around them. */
import type { SegmentEntries } from '../headers/storage/chain-records.js';
import type { EventTime } from '../io/event.js';

/** What the parts ask of the node around them. */
export interface PartsListener {
  /** Monotonic ms of the step that is being taken. */
  now(): number;
  /** When the step that is being taken happens. */
  time(): EventTime;
  /** Something went wrong that the application should know. */
  error(code: string, detail?: string): void;
  /** A stored segment is damaged; of all that is stored these are left. */
  damaged(left: SegmentEntries): void;
  /** The chain begins elsewhere: see `Checkpoints`. */
  restart(): void;
}
