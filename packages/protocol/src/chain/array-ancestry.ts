import { defined } from '../assert.js';
import { readU32 } from '../bytes/integers.js';
import type { Ancestry } from './chain-family.js';

/**
 * A branch as a plain list of records: for files of headers, for tests, and for headers that no tree holds yet.
 *
 * It may begin above genesis, and may be empty: then nothing is known, and only rules that need no ancestor apply.
 */
export class ArrayAncestry implements Ancestry {
  readonly #records: Uint8Array[];
  readonly #times: number[];
  readonly #timeOf: (record: Uint8Array) => number;

  /**
   * @param timeOf  the family's `time`
   * @param firstHeight  height of the first record
   */
  constructor(
    timeOf: (record: Uint8Array) => number,
    readonly firstHeight: number,
    records: Iterable<Uint8Array> = [],
  ) {
    this.#timeOf = timeOf;
    this.#records = [...records];
    this.#times = this.#records.map((record) => timeOf(record));
  }

  get height(): number {
    return this.firstHeight + this.#records.length - 1;
  }

  time(height: number): number {
    return defined(this.#times[this.#index(height)], 'there is a time for each record');
  }

  record(height: number): Uint8Array {
    return defined(this.#records[this.#index(height)], 'the height was looked at');
  }

  word(height: number, offset: number): number {
    return readU32(this.record(height), offset);
  }

  /** Appends the next header; the record is kept, not copied. */
  push(record: Uint8Array): void {
    this.#records.push(record);
    this.#times.push(this.#timeOf(record));
  }

  /** The same branch up to `height`, as an independent list: where a fork begins. */
  upTo(height: number): ArrayAncestry {
    return new ArrayAncestry(
      this.#timeOf,
      this.firstHeight,
      this.#records.slice(0, height - this.firstHeight + 1),
    );
  }

  #index(height: number): number {
    const index = height - this.firstHeight;
    if (!(index >= 0 && index < this.#records.length)) {
      throw new RangeError(`height: ${height} is outside ${this.firstHeight} … ${this.height}`);
    }
    return index;
  }
}
