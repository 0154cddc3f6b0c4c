/**
 * The newest headers of the chain, read from the node whenever the tip has moved. At most `count` headers are held, and
 * `count` are read at a time, however fast the tip moves.
 */
import type { HeaderInfo } from '@vision-light/browser-node';

/** Least time between two reads, in milliseconds: during a sync the tip moves faster than anyone reads. Arbitrary. */
const READ_INTERVAL_MS = 400;

type ReadHeader = (height: number) => Promise<HeaderInfo | undefined>;

/** Reads the newest headers after each new tip. `onChange` is called after every change of `newestFirst`. */
export class RecentHeaders {
  readonly #count: number;
  readonly #onChange: () => void;
  #read: ReadHeader = async () => undefined;
  #wanted: { readonly height: number; readonly hash: string } | undefined;
  #headers: readonly HeaderInfo[] = [];
  #isReading = false;
  #lastReadAt = Number.NEGATIVE_INFINITY;

  constructor(count: number, onChange: () => void) {
    this.#count = count;
    this.#onChange = onChange;
  }

  /** Consecutive headers of one branch, highest first. While a read is due they end at an earlier tip. */
  get newestFirst(): readonly HeaderInfo[] {
    return this.#headers;
  }

  /** Tells of the present tip, and how headers are read from now on. To tell of the same tip again does nothing. */
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
        // If a reorg came between two reads the run is shorter. The tip after the reorg brings the rest.
        if (headers.length > 0) {
          this.#headers = headers;
          this.#onChange();
        }
        if (headers[0]?.hash !== tip.hash && this.#wanted === tip) this.#wanted = undefined;
      }
    } catch {
      // The node was closed meanwhile. What was read before stays on the page.
      this.#wanted = undefined;
    } finally {
      this.#isReading = false;
    }
  }

  async #readBranch(tipHeight: number): Promise<readonly HeaderInfo[]> {
    const read = this.#read;
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

/** The first headers up to the first gap: each names the next one as its parent. */
function connectedRun(headers: readonly (HeaderInfo | undefined)[]): readonly HeaderInfo[] {
  const run: HeaderInfo[] = [];
  for (const header of headers) {
    const above = run.at(-1);
    if (header === undefined || (above !== undefined && above.parent !== header.hash)) break;
    run.push(header);
  }
  return run;
}
