/**
 * The newest headers of the chain, read through the public API and kept in step with the tip. At most `count` headers
 * are held, and `count` are read at a time, however fast the tip moves.
 */
import type { HeaderInfo } from '@vision-light/browser-node';

/** Least time between two readings, in milliseconds: while syncing the tip outruns any reader. */
const READ_INTERVAL_MS = 400;

type ReadHeader = (height: number) => Promise<HeaderInfo | undefined>;

/** Follows the tip; `onChange` follows every change of `newestFirst`. */
export class RecentHeaders {
  readonly #count: number;
  readonly #onChange: () => void;
  #read: ReadHeader | undefined;
  #wanted: { readonly height: number; readonly hash: string } | undefined;
  #headers: readonly HeaderInfo[] = [];
  #isReading = false;
  #lastReadAt = Number.NEGATIVE_INFINITY;

  constructor(count: number, onChange: () => void) {
    this.#count = count;
    this.#onChange = onChange;
  }

  /** Consecutive headers of one branch, the tip (or what was the tip a moment ago) first. */
  get newestFirst(): readonly HeaderInfo[] {
    return this.#headers;
  }

  /** From now on, follow this tip, reading with `read`. */
  follow(tip: { readonly height: number; readonly hash: string }, read: ReadHeader): void {
    this.#read = read;
    if (this.#wanted?.hash === tip.hash) return;
    this.#wanted = tip;
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#wanted !== undefined && this.#headers[0]?.hash !== this.#wanted.hash) {
        const wait = this.#lastReadAt + READ_INTERVAL_MS - performance.now();
        if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
        this.#lastReadAt = performance.now();
        const tip = this.#wanted;
        const headers = await this.#readBranch(tip.height);
        // A reorganisation between two reads leaves a shorter run; the tip that follows it brings the rest.
        if (headers.length > 0) {
          this.#headers = headers;
          this.#onChange();
        }
        if (headers[0]?.hash !== tip.hash && this.#wanted === tip) this.#wanted = undefined;
      }
    } catch {
      // The node was closed meanwhile; what was read stays on the page.
      this.#wanted = undefined;
    } finally {
      this.#isReading = false;
    }
  }

  async #readBranch(tipHeight: number): Promise<readonly HeaderInfo[]> {
    const read = this.#read!;
    const known = new Map(this.#headers.map((header) => [header.height, header]));
    const heights = Array.from(
      { length: Math.min(this.#count, tipHeight + 1) },
      (_, index) => tipHeight - index,
    );
    let headers = await Promise.all(heights.map(async (height) => known.get(height) ?? read(height)));
    if (connectedRun(headers).length < heights.length) headers = await Promise.all(heights.map(read));
    return connectedRun(headers);
  }
}

/** The headers from the first on of which each names the next as its parent. */
function connectedRun(headers: readonly (HeaderInfo | undefined)[]): readonly HeaderInfo[] {
  const run: HeaderInfo[] = [];
  for (const header of headers) {
    const above = run.at(-1);
    if (header === undefined || (above !== undefined && above.parent !== header.hash)) break;
    run.push(header);
  }
  return run;
}
