/**
 * Fetches what a node has and this one lacks: asks for headers after our own until none is new, and for their blocks, which
 * have the miner that such headers lack (docs/chains/vision.md §7). Pure: says what is to be done next, and is told what came
 * of it. What a header says leads to its block only; the core judges the block, as one of somebody else.
 *
 * Met on purpose: hashes that are left out in silence, headers that are left out between others, answers that begin at
 * genesis because no name of the locator was known, answers that come only if less is asked for, and names in another form.
 *
 * It comes to an end with every node: each answer must bring a block that is new here, or lead further up in what is known.
 * Memory: the names of one answer, and a `BranchBuffer`.
 */
import {
  buildLocator,
  bytesToHex,
  HEADERS_PER_MESSAGE_MAX,
  type HeaderTree,
  hexToBytes,
  LOCATOR_HASHES_MAX,
} from '@vision-light/protocol';
import {
  VISION_NODE_BLOCKS,
  VISION_NODE_BLOCKS_MAX,
  VISION_NODE_GAP_BLOCKS_MAX,
  VISION_NODE_HEADERS_MIN,
} from '../../limits.js';
import { BranchBuffer } from './branch-buffer.js';
import type { NamedHeader } from './header-page.js';
import type { VisionNodeFaultCode } from './node-faults.js';
import type { NodeNames } from './node-names.js';
import { RequestWindow } from './request-window.js';
import {
  type FetchedBlock,
  isTooMuch,
  type TalkEffect,
  type TalkFailure,
  type TalkOutcome,
} from './talk-step.js';

/** How a look at a node ends. */
export type PullEnd =
  | { readonly type: 'news' }
  | { readonly type: 'quiet' }
  /** What has come is to be handed in again later. */
  | { readonly type: 'unfinished' }
  | TalkFailure;

/** What of an outcome an effect of this file can have. */
type Outcome<T extends TalkOutcome['type']> = Extract<TalkOutcome, { readonly type: T }>;

/** A part of the blocks that are missing between two headers of an answer, the lowest first. */
interface Gap {
  readonly blocks: FetchedBlock[];
  /** The hash of the next one further down. */
  missing: string;
}

/** One look after another at one node; see the head of this file. */
export class BlockPull {
  /** Height of the highest header that the node has named; undefined until it has named one. */
  claimedHeight: number | undefined;
  readonly #genesis: string;
  readonly #branch = new BranchBuffer();
  readonly #headerWindow = new RequestWindow(
    VISION_NODE_HEADERS_MIN,
    HEADERS_PER_MESSAGE_MAX,
    HEADERS_PER_MESSAGE_MAX,
  );
  readonly #blockWindow = new RequestWindow(1, VISION_NODE_BLOCKS, VISION_NODE_BLOCKS_MAX);
  #effect: TalkEffect | undefined;
  /** Headers of the last answer whose blocks are not fetched yet. */
  #queue: NamedHeader[] = [];
  /** The last header of the last answer of this look: the next one begins after it. */
  #cursor: NamedHeader | undefined;
  #gap: Gap | undefined;
  /** Whether the block that is asked for was asked for by every form of its name. */
  #isEveryFormTried = false;
  /** Whether this look, or the last one, has brought something new. */
  hasNews = false;

  constructor(
    readonly tree: HeaderTree,
    readonly names: NodeNames,
  ) {
    this.#genesis = bytesToHex(tree.family.genesis.hash);
  }

  /** Begins a look. @returns what is to be done first */
  begin(): TalkEffect {
    this.#queue = [];
    this.#cursor = undefined;
    this.#gap = undefined;
    this.#isEveryFormTried = false;
    this.hasNews = false;
    return this.#ask(this.#branch.blocks.length > 0 ? this.#submission() : this.#headersRequest());
  }

  /** Takes what came of the last effect. @returns what is to be done next, or how the look ends */
  take(outcome: TalkOutcome): TalkEffect | PullEnd {
    const next = this.#next(outcome);
    return this.#isEffect(next) ? this.#ask(next) : next;
  }

  #isEffect(next: TalkEffect | PullEnd): next is TalkEffect {
    return next.type === 'getHeaders' || next.type === 'getBlocks' || next.type === 'submit';
  }

  #ask(effect: TalkEffect): TalkEffect {
    this.#effect = effect;
    return effect;
  }

  #next(outcome: TalkOutcome): TalkEffect | PullEnd {
    switch (outcome.type) {
      case 'headers':
        return this.#takeHeaders(outcome);
      case 'blocks':
        return this.#gap === undefined ? this.#takeBlocks(outcome) : this.#takeGapBlock(this.#gap, outcome);
      case 'submitted':
        return this.#takeSubmitted(outcome);
      case 'failed':
        return this.#retry(outcome) ?? outcome;
      default:
        throw new Error(`not asked for by a pull: ${outcome.type}`);
    }
  }

  /** Less, if that may help and less is possible. */
  #retry(failure: TalkFailure): TalkEffect | undefined {
    if (!isTooMuch(failure)) return undefined;
    if (this.#effect?.type === 'getHeaders')
      return this.#headerWindow.shrink() ? this.#headersRequest() : undefined;
    return this.#gap === undefined && this.#blockWindow.shrink() ? this.#blocksRequest() : undefined;
  }

  // Headers

  /**
   * The locator begins below our tip, so that a node which has the tip says so by naming it. Every hash is named as the
   * node named it, or in both of its forms.
   */
  #headersRequest(): TalkEffect {
    const ours = buildLocator(this.tree);
    const below = ours.length > 1 ? ours.slice(1) : ours;
    const forms = below.flatMap((hash) => this.names.formsOf(bytesToHex(hash)));
    const locator = this.#cursor === undefined ? forms : [this.#cursor.text, ...forms];
    return {
      type: 'getHeaders',
      locator: locator.slice(0, LOCATOR_HASHES_MAX),
      max: this.#headerWindow.size,
    };
  }

  #takeHeaders({ headers }: Outcome<'headers'>): TalkEffect | PullEnd {
    if (headers === undefined) return fault('VISION_NODE_ANSWER_MALFORMED', 'get_headers');
    const [first] = headers;
    if (first?.height === 0 && first.hash !== this.#genesis)
      return fault('VISION_NODE_OTHER_NETWORK', `genesis ${first.hash}`);
    this.#headerWindow.grow();
    for (const { hash, text, height } of headers) {
      this.names.note(hash, text);
      if (height !== undefined) this.claimedHeight = height;
    }
    const last = headers.at(-1);
    // A node that does not find even the name that it wrote itself would begin at genesis for ever.
    if (last !== undefined && this.#cursor !== undefined && !this.#leadsOn(last, this.#cursor))
      return this.#end(fault('VISION_NODE_HEADERS_REPEATED', last.hash));
    this.#queue = headers.filter(({ hash }) => !this.#isKnown(hash));
    if (last === undefined || last.hash === bytesToHex(this.tree.hash(this.tree.tip))) return this.#finish();
    this.#cursor = last;
    return this.#queue.length > 0 ? this.#blocksRequest() : this.#headersRequest();
  }

  /** Whether an answer ends with something new, or with what is known and higher up than what the one before ended with. */
  #leadsOn(last: NamedHeader, before: NamedHeader): boolean {
    if (!this.#isKnown(last.hash)) return true;
    return this.#heightOf(last.hash) > this.#heightOf(before.hash);
  }

  /** Height of a header that is known; −1 for all others. */
  #heightOf(hash: string): number {
    const slot = this.tree.find(bytesOf(hash));
    return slot === undefined ? this.#branch.heightOf(hash) : this.tree.height(slot);
  }

  #isKnown(hash: string): boolean {
    return this.#branch.has(hash) || this.tree.find(bytesOf(hash)) !== undefined;
  }

  // Blocks

  /** The next headers of the queue that follow one another; or what is missing below them. */
  #blocksRequest(): TalkEffect {
    const [first] = this.#queue;
    const { prev } = first ?? {};
    if (prev !== undefined && !this.#isKnown(prev)) {
      this.#gap = { blocks: [], missing: prev };
      return this.#gapRequest(this.#gap);
    }
    const names = this.#run().map(({ text }) => text);
    return { type: 'getBlocks', names };
  }

  #run(): NamedHeader[] {
    const run = this.#queue.slice(0, this.#blockWindow.size);
    const end = run.findIndex(({ prev }, i) => i > 0 && prev !== undefined && prev !== run[i - 1]?.hash);
    return end < 0 ? run : run.slice(0, end);
  }

  #takeBlocks({ blocks, malformed }: Outcome<'blocks'>): TalkEffect | PullEnd {
    const run = this.#run();
    const byHash = new Map(blocks.map((block) => [block.hash, block]));
    const given = run.map(({ hash }) => byHash.get(hash));
    const count = given.includes(undefined) ? given.indexOf(undefined) : given.length;
    if (count === 0) return this.#takeNone(run[0], malformed);
    if (count === run.length) this.#blockWindow.grow();
    else this.#blockWindow.shrink();
    this.#isEveryFormTried = false;
    this.#queue.splice(0, count);
    this.#branch.add(given.slice(0, count) as FetchedBlock[], this.tree);
    return this.#submission();
  }

  /** The first block did not come: less may help, or another form of its name. */
  #takeNone(first: NamedHeader | undefined, malformed: string | undefined): TalkEffect | PullEnd {
    const name = first?.hash ?? '';
    if (malformed !== undefined) return this.#end(fault('VISION_NODE_BLOCK_MALFORMED', malformed));
    if (this.#blockWindow.shrink()) return this.#blocksRequest();
    const hasTriedAll = this.#isEveryFormTried;
    this.#isEveryFormTried = !hasTriedAll;
    if (hasTriedAll) return this.#end(fault('VISION_NODE_BLOCK_MISSING', name));
    return { type: 'getBlocks', names: [name, `0x${name}`] };
  }

  // Headers that were left out

  #gapRequest({ missing }: Gap): TalkEffect {
    return { type: 'getBlocks', names: this.names.formsOf(missing) };
  }

  #takeGapBlock(gap: Gap, { blocks }: Outcome<'blocks'>): TalkEffect | PullEnd {
    const block = blocks.find(({ hash }) => hash === gap.missing);
    if (block === undefined || gap.blocks.length >= VISION_NODE_GAP_BLOCKS_MAX)
      return this.#end(fault('VISION_NODE_HEADERS_GAP', gap.missing));
    gap.blocks.unshift(block);
    gap.missing = bytesToHex(this.tree.family.parent(block.record));
    if (!this.#isKnown(gap.missing)) return this.#gapRequest(gap);
    this.#gap = undefined;
    this.#branch.add(gap.blocks, this.tree);
    return this.#submission();
  }

  // The core's verdict

  #submission(): TalkEffect {
    return { type: 'submit', blocks: this.#branch.blocks };
  }

  #takeSubmitted({ accepted, code, bodyFault }: Outcome<'submitted'>): TalkEffect | PullEnd {
    if (code === 'LOW_WORK') {
      if (this.#branch.isFull) return this.#end(fault('VISION_NODE_LOW_WORK', 'too long a branch'));
      return this.#goOn();
    }
    if (code === 'SUBMIT_BUSY') return { type: 'unfinished' };
    if (code === 'CLOSED') return this.#end({ type: 'quiet' });
    const last = this.#branch.blocks.at(-1);
    this.hasNews ||= accepted > 0;
    if (code === undefined && last !== undefined && this.tree.find(bytesOf(last.hash)) === undefined) {
      // Held until the clock has come to it; its body is taken once the header is in the tree.
      return { type: 'unfinished' };
    }
    this.#branch.clear();
    if (code !== undefined) return this.#end(fault('VISION_NODE_HEADER_REFUSED', code));
    if (bodyFault !== undefined) return this.#end(fault('VISION_NODE_BODY_REFUSED', bodyFault));
    return this.#goOn();
  }

  #goOn(): TalkEffect {
    return this.#queue.length > 0 ? this.#blocksRequest() : this.#headersRequest();
  }

  /** The node has nothing more. What of its branch has come is too little, then. */
  #finish(): PullEnd {
    if (this.#branch.blocks.length > 0) return this.#end(fault('VISION_NODE_LOW_WORK', 'all of its branch'));
    return this.#end({ type: this.hasNews ? 'news' : 'quiet' });
  }

  #end(end: PullEnd): PullEnd {
    this.#branch.clear();
    return end;
  }
}

function fault(code: VisionNodeFaultCode, detail: string): TalkFailure {
  return { type: 'failed', code, detail };
}

/** Of a hash that was read before. */
function bytesOf(hash: string): Uint8Array {
  const bytes = hexToBytes(hash, 32);
  if (bytes === undefined) throw new Error(`not a hash: ${hash}`);
  return bytes;
}
