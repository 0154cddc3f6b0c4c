/**
 * Compact filters from a full node (BIP157), for requests of the core. Answers have no id: what commits to filters names its
 * last block, and a filter names its own, so each is looked up among what was asked for.
 *
 * Memory: FILTER_QUESTIONS_MAX requests of the core.
 */
import { areEqual, type GetFilterHeaders, type GetFilters, type Message } from '@vision-light/protocol';
import type { KnownMessage } from '../wire/message.js';
import { BASIC_FILTER, type CFHeaders, type CFilter } from '../wire/messages/filters.js';
import type { ChainView } from './chain-view.js';
import type { NodeFault } from './session-faults.js';
import { FILTER_QUESTIONS_MAX, FILTER_TIMEOUT_MS } from './session-limits.js';

/** Where its messages go. */
export interface FilterLinkPort {
  /** To the full node. */
  write(message: KnownMessage): void;
  /** To the core. */
  say(message: Message): void;
}

interface HashQuestion {
  readonly requestId: number;
  readonly stop: Uint8Array;
  readonly deadline: number;
}

interface FilterQuestion {
  readonly requestId: number;
  /** Height of the block whose filter comes next. */
  next: number;
  /** How many filters are still to come. */
  open: number;
  deadline: number;
}

const none = new Uint8Array(0);

/** See the head of this file. */
export class FilterLink {
  /** Both in the order in which they were asked, and so of the answers. */
  #hashes: HashQuestion[] = [];
  #filters: FilterQuestion[] = [];

  constructor(
    readonly view: ChainView,
    readonly port: FilterLinkPort,
  ) {}

  /** The core asks for what commits to filters. */
  hashesRequested({ requestId, stop, count }: GetFilterHeaders, now: number): void {
    const startHeight = this.#startOf(stop, count);
    if (startHeight === undefined || this.#hashes.length >= FILTER_QUESTIONS_MAX) {
      this.#sayNone(requestId);
      return;
    }
    const own = stop.slice();
    this.#hashes.push({ requestId, stop: own, deadline: now + FILTER_TIMEOUT_MS });
    this.port.write({ command: 'getcfheaders', filterType: BASIC_FILTER, startHeight, stop: own });
  }

  /** The core asks for filters. */
  filtersRequested({ requestId, stop, count }: GetFilters, now: number): void {
    const startHeight = this.#startOf(stop, count);
    if (startHeight === undefined || this.#filters.length >= FILTER_QUESTIONS_MAX) {
      this.#sayEmpty(requestId, count);
      return;
    }
    this.#filters.push({ requestId, next: startHeight, open: count, deadline: now + FILTER_TIMEOUT_MS });
    this.port.write({ command: 'getcfilters', filterType: BASIC_FILTER, startHeight, stop: stop.slice() });
  }

  /** The node has sent what commits to filters. */
  hashes({ stop, previousHeader, filterHashes }: CFHeaders): NodeFault | undefined {
    const at = this.#hashes.findIndex((question) => areEqual(question.stop, stop));
    const [question] = at < 0 ? [] : this.#hashes.splice(at, 1);
    if (question === undefined) return 'BITCOIN_UNSOLICITED';
    const { requestId } = question;
    this.port.say({ type: 'filterHeaders', requestId, previous: previousHeader, hashes: filterHashes });
    return undefined;
  }

  /** The node has sent a filter. The core holds it to its hash. */
  filter({ filter, blockHash }: CFilter, now: number): NodeFault | undefined {
    const [question] = this.#filters;
    // One that comes after it was given up would count for another block, and the core would take it for a false one.
    if (question === undefined || this.view.heightOf(blockHash) !== question.next)
      return 'BITCOIN_UNSOLICITED';
    question.next++;
    question.open--;
    // Those behind it wait for their turn.
    for (const each of this.#filters) each.deadline = now + FILTER_TIMEOUT_MS;
    if (question.open === 0) this.#filters.shift();
    this.port.say({ type: 'filters', requestId: question.requestId, filters: [filter] });
    return undefined;
  }

  /** Gives up what is overdue: a full node does not answer for a block that is not on its chain. */
  advance(now: number): void {
    for (const { requestId, deadline } of this.#hashes) if (now >= deadline) this.#sayNone(requestId);
    for (const { requestId, open, deadline } of this.#filters)
      if (now >= deadline) this.#sayEmpty(requestId, open);
    this.#hashes = this.#hashes.filter(({ deadline }) => now < deadline);
    this.#filters = this.#filters.filter(({ deadline }) => now < deadline);
  }

  nextWake(): number | undefined {
    const times = [...this.#hashes, ...this.#filters].map(({ deadline }) => deadline);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #startOf(stop: Uint8Array, count: number): number | undefined {
    const height = this.view.heightOf(stop);
    return height === undefined || height + 1 < count ? undefined : height + 1 - count;
  }

  #sayNone(requestId: number): void {
    this.port.say({ type: 'filterHeaders', requestId, previous: new Uint8Array(32), hashes: none });
  }

  #sayEmpty(requestId: number, count: number): void {
    this.port.say({ type: 'filters', requestId, filters: Array.from({ length: count }, () => none) });
  }
}
