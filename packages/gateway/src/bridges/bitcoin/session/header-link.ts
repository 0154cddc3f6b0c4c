/**
 * Headers between the core and a full node.
 *
 * The core asks with a locator and passes over what its requests before it ask for, several at a time. A full node knows
 * nothing of that: it is asked for one run of headers after another, each after the last header of the one before. So all
 * requests with one locator are answered from one sequence of headers that grows.
 *
 * Answers of a full node have no id. One request is in flight at a time, and headers that begin where it asked are its
 * answer; all others are an announcement.
 *
 * A full node announces the header of a new block, or its hash, but never its height. The height follows from the chain that
 * is verified here; where the parent is not known, or only a hash is, the node is asked what it has after our locator.
 *
 * Memory: the headers of REQUESTS_MAX requests of the core, and one answer.
 */
import {
  areEqual,
  ByteWriter,
  type GetHeaders,
  HEADERS_PER_MESSAGE_MAX,
  type Message,
} from '@vision-light/protocol';
import type { KnownMessage } from '../wire/message.js';
import { PROTOCOL_VERSION as NODE_PROTOCOL_VERSION } from '../wire/messages/handshake.js';
import { type ChainView, type HeaderRun, runOf } from './chain-view.js';
import type { NodeFault } from './session-faults.js';
import { HEADER_REQUESTS_MAX, HEADERS_TIMEOUT_MS } from './session-limits.js';

/** Where its messages go. */
export interface HeaderLinkPort {
  /** To the full node. */
  write(message: KnownMessage): void;
  /** To the core. */
  say(message: Message): void;
}

/** The headers after one locator, as far as they have come. */
class Sequence {
  /** Headers from `from` on. */
  readonly #runs: HeaderRun[] = [];
  /** Number of the first header that is still here. */
  from = 0;
  /** How many have come. */
  length = 0;
  /** Whether the node has no more. */
  isEnded = false;
  /** The header before the first. */
  base: Uint8Array;

  constructor(
    readonly locator: readonly Uint8Array[],
    readonly stop: Uint8Array | undefined,
  ) {
    this.base = locator[0] ?? new Uint8Array(32);
  }

  /** The last header that has come, or the one before the first. */
  get last(): Uint8Array {
    return this.#runs.at(-1)?.hashes.subarray(-32) ?? this.base;
  }

  fits({ locator, stop, skip }: GetHeaders): boolean {
    const isSame =
      locator.length === this.locator.length &&
      locator.every((hash, i) => areEqual(hash, this.locator[i] ?? hash.subarray(1)));
    const isSameStop =
      stop === undefined ? this.stop === undefined : this.stop !== undefined && areEqual(stop, this.stop);
    return isSame && isSameStop && skip >= this.from;
  }

  add(run: HeaderRun): void {
    this.#runs.push(run);
    this.length += run.count;
  }

  /** Forgets what no request can ask for any more. */
  drop(before: number): void {
    for (let run = this.#runs[0]; run !== undefined; run = this.#runs[0]) {
      if (this.#runs.length === 1 || this.from + run.count >= before) return;
      this.from += run.count;
      this.#runs.shift();
    }
  }

  /** Up to `max` headers after the first `skip`; fewer if fewer have come. */
  slice(skip: number, max: number, recordBytes: number): HeaderRun & { readonly parent: Uint8Array } {
    const count = Math.max(0, Math.min(max, this.length - skip));
    const records = new Uint8Array(count * recordBytes);
    const hashes = new Uint8Array(count * 32);
    let parent = skip >= this.length ? this.last : this.base;
    let start = this.from;
    for (const run of this.#runs) {
      const first = Math.max(0, skip - start);
      const end = Math.min(run.count, skip + count - start);
      if (skip > start && skip <= start + run.count)
        parent = run.hashes.subarray((skip - start - 1) * 32, (skip - start) * 32);
      if (first < end) {
        const to = start + first - skip;
        records.set(run.records.subarray(first * recordBytes, end * recordBytes), to * recordBytes);
        hashes.set(run.hashes.subarray(first * 32, end * 32), to * 32);
      }
      start += run.count;
    }
    return { count, records, hashes, parent };
  }
}

/** What the node is asked for: more of the sequence, or what it has after our locator. */
interface InFlight {
  readonly locator: readonly Uint8Array[];
  /** Undefined for a question of our own. */
  readonly sequence: Sequence | undefined;
  readonly deadline: number;
}

/** See the head of this file. */
export class HeaderLink {
  #sequence: Sequence | undefined;
  /** Requests of the core that are not answered, oldest first. */
  #requests: GetHeaders[] = [];
  #inFlight: InFlight | undefined;
  /** The node has announced what is not known: it is to be asked. */
  #isProbeWanted = false;

  constructor(
    readonly view: ChainView,
    readonly port: HeaderLinkPort,
  ) {}

  /** Asks the node what it has after our locator. */
  probe(now: number): void {
    this.#isProbeWanted = true;
    this.#ask(now);
  }

  /** The core asks for headers. */
  requested(request: GetHeaders, now: number): void {
    if (this.#sequence?.fits(request) !== true) {
      this.#requests = [];
      const { locator, stop } = copyOf(request);
      this.#sequence = new Sequence(locator, stop);
    }
    // The core bounds its requests itself, far below this.
    if (this.#requests.length >= HEADER_REQUESTS_MAX) this.#requests.shift();
    this.#requests.push(request);
    this.#answer(now);
  }

  /** The node has sent headers. */
  received(records: Uint8Array, now: number): NodeFault | undefined {
    const run = runOf(records, this.view);
    if (run === undefined) return 'BITCOIN_HEADERS_UNCONNECTED';
    const { family } = this.view;
    const parent = run.count === 0 ? undefined : family.parent(records);
    const asked = this.#inFlight;
    const isAnswer =
      asked !== undefined && (parent === undefined || asked.locator.some((hash) => areEqual(hash, parent)));
    if (!isAnswer) return parent === undefined ? undefined : this.#announced(run, parent, now);
    this.#inFlight = undefined;
    if (asked.sequence === undefined) {
      if (parent !== undefined) this.#announce(run, parent);
    } else if (asked.sequence === this.#sequence) this.#extend(asked.sequence, run, parent);
    this.#answer(now);
    return undefined;
  }

  /** The node has blocks with these hashes. */
  offered(hashes: readonly Uint8Array[], now: number): void {
    if (hashes.some((hash) => this.view.heightOf(hash) === undefined)) this.probe(now);
  }

  /** When an answer of the node is overdue. */
  get deadline(): number | undefined {
    return this.#inFlight?.deadline;
  }

  #extend(sequence: Sequence, run: HeaderRun, parent: Uint8Array | undefined): void {
    if (run.count < HEADERS_PER_MESSAGE_MAX) sequence.isEnded = true;
    if (parent === undefined) return;
    if (sequence.length === 0) sequence.base = parent.slice();
    else if (!areEqual(parent, sequence.last)) {
      // It has another best chain now: the core sees that this does not fit, and asks anew.
      sequence.isEnded = true;
      return;
    }
    sequence.add(run);
  }

  /** Answers what can be answered, and asks the node for the rest. */
  #answer(now: number): void {
    const sequence = this.#sequence;
    for (
      let request = this.#requests[0];
      sequence !== undefined && request !== undefined;
      request = this.#requests[0]
    ) {
      const { skip, max, requestId } = request;
      if (sequence.length < skip + max && !sequence.isEnded) break;
      this.#requests.shift();
      sequence.drop(skip);
      const { parent, ...batch } = sequence.slice(skip, max, this.view.family.recordBytes);
      const payload = new ByteWriter(batch.records.length);
      this.view.family.encodeBatch(payload, batch);
      this.port.say({ type: 'headers', requestId, parent, count: batch.count, payload: payload.view() });
    }
    // The same locator may be sent again when the node has more.
    if (sequence?.isEnded === true && this.#requests.length === 0) this.#sequence = undefined;
    this.#ask(now);
  }

  #ask(now: number): void {
    if (this.#inFlight !== undefined) return;
    const sequence = this.#requests.length > 0 ? this.#sequence : undefined;
    if (sequence === undefined && !this.#isProbeWanted) return;
    if (sequence === undefined) this.#isProbeWanted = false;
    const locator = sequence === undefined ? this.view.locator() : this.#locatorOf(sequence);
    this.#inFlight = { locator, sequence, deadline: now + HEADERS_TIMEOUT_MS };
    const stop = sequence?.stop ?? new Uint8Array(32);
    this.port.write({ command: 'getheaders', version: NODE_PROTOCOL_VERSION, locator, stop });
  }

  #locatorOf({ length, last, locator }: Sequence): readonly Uint8Array[] {
    return length === 0 ? locator : [last.slice(), ...locator];
  }

  /** Headers that were not asked for. */
  #announced(run: HeaderRun, parent: Uint8Array, now: number): undefined {
    if (this.view.heightOf(parent) === undefined) this.probe(now);
    else this.#announce(run, parent);
  }

  #announce({ count, hashes, records }: HeaderRun, parent: Uint8Array): void {
    const below = this.view.heightOf(parent);
    if (below === undefined) return;
    const { recordBytes } = this.view.family;
    const hash = hashes.slice((count - 1) * 32);
    const prev = this.view.family.parent(records.subarray((count - 1) * recordBytes)).slice();
    this.port.say({ type: 'announce', height: below + count, hash, prev });
  }
}

/** Views in a request are valid until the next frame of the core. */
function copyOf({ locator, stop }: GetHeaders) {
  return { locator: locator.map((hash) => hash.slice()), stop: stop?.slice() };
}
