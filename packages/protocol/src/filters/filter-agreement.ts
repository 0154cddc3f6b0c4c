/**
 * What the filters of a range are: all peers that serve filters say their hashes, and where two of them differ the block is
 * fetched and says which of them is wrong (BIP157). A peer whose filter the block refutes is disconnected. What the block does
 * not decide stays open: whoever asked is told which blocks those are, and looks into them whole.
 *
 * Memory: FILTER_PEERS_MAX lists of hashes, and one block, for each question under way.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { FilterRules, FilterVerdict } from '../chain/filter/filter-rules.js';
import type { BlockResult } from '../io/notice.js';
import { FILTER_DISPUTES_MAX, FILTER_PEERS_MAX } from '../limits.js';
import type { Peer } from '../peer/peer.js';
import { type FilterRange, partOf } from './filter-range.js';
import type { FilterRequests } from './filter-requests.js';

/** What it takes of the node. */
export interface AgreementContext {
  /** What the family says of filters. */
  readonly rules: FilterRules;
  /** Asks peers. */
  readonly requests: FilterRequests;
  /** The peers that serve filters and may be asked, those that are asked first at the begin. */
  sources(): readonly Peer[];
  /** Fetches a block, and holds it to its header. Calls back once. */
  fetch(block: Uint8Array, done: (result: BlockResult) => void): void;
  /** Says why, and disconnects. */
  punish(peer: Peer, code: 'PEER_FILTER_FALSE'): void;
}

/** The filters of a range. */
export interface Agreed {
  /** Hash of each filter; undefined for a block about which peers differ and which decides nothing. */
  readonly hashes: readonly (Uint8Array | undefined)[];
  /** The peers that say so. */
  readonly peers: readonly Peer[];
}

interface Voice {
  readonly peer: Peer;
  readonly hashes: readonly Uint8Array[];
}

/** Peers that claim the same filter for a block. */
interface Side {
  readonly voices: Voice[];
  /** What the block says of it; `hidden` if none of them gives the filter. */
  verdict: FilterVerdict | 'hidden';
}

/** See the head of this file. */
export class FilterAgreement {
  constructor(readonly context: AgreementContext) {}

  /** @param done  called once; with undefined if no peer says anything */
  find(range: FilterRange, done: (agreed: Agreed | undefined) => void): void {
    const sources = this.context.sources().slice(0, FILTER_PEERS_MAX);
    const voices: Voice[] = [];
    let open = sources.length;
    const answered = (): void => {
      if (open === 0) this.#compare(range, voices, new Set(), done);
    };
    for (const peer of sources)
      this.context.requests.askHashes(peer, range, (hashes) => {
        open--;
        if (hashes !== undefined) voices.push({ peer, hashes });
        answered();
      });
    if (sources.length === 0) done(undefined);
  }

  /** @param undecided  places about which nothing is known */
  #compare(
    range: FilterRange,
    voices: readonly Voice[],
    undecided: Set<number>,
    done: (agreed: Agreed | undefined) => void,
  ): void {
    const [first] = voices;
    if (first === undefined) {
      done(undefined);
      return;
    }
    const differs = (_: Uint8Array, at: number): boolean =>
      !undecided.has(at) && voices.some(({ hashes }) => !isSame(hashes[at], first.hashes[at]));
    const at = first.hashes.findIndex(differs);
    if (at < 0 || undecided.size >= FILTER_DISPUTES_MAX) {
      // Of more disputes than that none is looked into, and all that differ are open.
      const hashes = first.hashes.map((hash, i) => (undecided.has(i) || differs(hash, i) ? undefined : hash));
      done({ hashes, peers: voices.map(({ peer }) => peer) });
      return;
    }
    this.#judge(range, voices, at, (sides) => {
      const isProven = sides.some(({ verdict }) => verdict === 'true');
      const isFalse = ({ verdict }: Side): boolean => verdict === 'false' || (isProven && verdict !== 'true');
      // What a peer claims and does not show counts for nothing, as long as somebody shows something.
      const isShown = sides.some((side) => side.verdict !== 'hidden' && !isFalse(side));
      const left = sides.filter((side) => !isFalse(side) && (side.verdict !== 'hidden' || !isShown));
      if (left.length > 1) undecided.add(at);
      for (const side of sides)
        if (isFalse(side)) for (const { peer } of side.voices) this.context.punish(peer, 'PEER_FILTER_FALSE');
      this.#compare(
        range,
        left.flatMap((side) => side.voices),
        undecided,
        done,
      );
    });
  }

  /** What the block says of each filter that is claimed to be its own. */
  #judge(
    range: FilterRange,
    voices: readonly Voice[],
    at: number,
    done: (sides: readonly Side[]) => void,
  ): void {
    const sides = sidesOf(voices, at);
    const [block] = range.blocks.slice(at, at + 1);
    if (block === undefined) {
      done(sides);
      return;
    }
    this.context.fetch(block, (result) => {
      let open = sides.length;
      for (const side of sides)
        this.#filterOf(side.voices, partOf(range, at, 1), at, (filter) => {
          if (filter !== undefined && result.ok)
            side.verdict = this.context.rules.judge(filter, block, result.body);
          else if (filter !== undefined) side.verdict = 'open';
          open--;
          if (open === 0) done(sides);
        });
    });
  }

  /** The filter that some peers claim; undefined if none of them gives it. */
  #filterOf(
    side: readonly Voice[],
    block: FilterRange,
    at: number,
    done: (filter?: Uint8Array) => void,
  ): void {
    const [voice, ...others] = side;
    if (voice === undefined) {
      done();
      return;
    }
    this.context.requests.askFilters(voice.peer, block, (filters) => {
      const filter = filters?.[0];
      const isClaimed =
        filter !== undefined && isSame(this.context.rules.filterHash(filter), voice.hashes[at]);
      if (isClaimed) done(filter);
      else this.#filterOf(others, block, at, done);
    });
  }
}

function sidesOf(voices: readonly Voice[], at: number): Side[] {
  const sides: Side[] = [];
  for (const voice of voices) {
    const side = sides.find(({ voices: [first] }) => isSame(first?.hashes[at], voice.hashes[at]));
    if (side === undefined) sides.push({ voices: [voice], verdict: 'hidden' });
    else side.voices.push(voice);
  }
  return sides;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && areEqual(a, b);
}
