/**
 * Tells a node what is new here: the block at the tip, those below it that it lacks, and transactions. Pure, as `BlockPull`.
 *
 * A gateway says in its answer to `inv` what it lacks, and rebuilds a block from the transactions that it has. An existing
 * node says nothing there, asks itself for what was offered, and holds a block without its miner against whoever sent it
 * (docs/chains/vision.md §7, §9): so it gets whole blocks and single transactions, and no second `inv`.
 *
 * Memory: the names of VISION_NODE_WAITING_MAX transactions, of VISION_NODE_POSTED_BLOCKS_MAX blocks to post, and of
 * VISION_NODE_NAMES_MAX that were posted.
 */
import { bytesToHex, type HeaderTree, hexToBytes } from '@vision-light/protocol';
import {
  HTTP_BLOCK_BODY_BYTES_MAX,
  HTTP_OBJECTS_MAX,
  HTTP_TRANSACTIONS_MAX,
  VISION_NODE_NAMES_MAX,
  VISION_NODE_POSTED_BLOCKS_MAX,
  VISION_NODE_TRIED_BLOCKS_MAX,
  VISION_NODE_WAITING_MAX,
} from '../../limits.js';
import type { NodeNames } from './node-names.js';
import type { PostResult, TalkEffect, TalkFailure, TalkOutcome } from './talk-step.js';

/** What is here to be told. */
export interface NewsSource {
  readonly tree: HeaderTree;
  /** The JSON of a transaction that is in no block; undefined if it is not here any more. 64 digits. */
  transactionText(id: string): string | undefined;
}

/** What the JSON of a list of transactions takes beside them. */
const LIST_BYTES = 16;

type PostedBlock = Extract<TalkEffect, { readonly type: 'postBlock' }>;

/** What one node is told. */
export class NewsPush {
  readonly #waiting = new Set<string>();
  /** Transactions that the node wants. */
  #texts: string[] = [];
  /** The tip that was told of last. */
  #told = '';
  /** Hashes of blocks to post, the last one first: a tip, then the parent of each. */
  #path: readonly string[] = [];
  /** How often it went down, and whether a block was refused. */
  #descents = 0;
  #hasRefused = false;
  /** Blocks that the node has taken from here; oldest first. */
  readonly #given = new Set<string>();
  /** Whether the block on top was offered, and whether it is to be sent whole. */
  #isOffered = false;
  #isWhole = false;
  /** Whether the node answers what it lacks; undefined until it was asked. */
  #saysWhatItLacks: boolean | undefined;
  #effect: TalkEffect | undefined;

  constructor(
    readonly source: NewsSource,
    readonly names: NodeNames,
  ) {}

  /** Transactions that are new here; those that the node has it does not want. */
  add(ids: readonly string[]): void {
    for (const id of ids) {
      this.#waiting.add(id);
      const [oldest] = this.#waiting;
      if (this.#waiting.size > VISION_NODE_WAITING_MAX && oldest !== undefined) this.#waiting.delete(oldest);
    }
  }

  /** The node is another one now, perhaps: it was gone. */
  restart(): void {
    this.#saysWhatItLacks = undefined;
    this.#texts = [];
    this.#given.clear();
    this.#told = '';
    this.#setPath([]);
  }

  /** @param claimedHeight  of the node's highest header, if it has named one. @returns undefined if there is nothing to say */
  next(claimedHeight: number | undefined): TalkEffect | undefined {
    this.#lookAtTip(claimedHeight);
    this.#effect = this.#nextBlock() ?? this.#nextTransactions();
    return this.#effect;
  }

  /** Takes what came of the last effect. @returns why the node cannot be talked to, if so */
  take(outcome: TalkOutcome): TalkFailure | undefined {
    if (outcome.type === 'failed') {
      if (outcome.code === 'VISION_NODE_BUSY') this.#putBack();
      return outcome;
    }
    if (outcome.type === 'wanted') this.#takeWanted(outcome.hashes);
    else if (outcome.type === 'posted' && this.#effect?.type === 'postBlock')
      this.#takePosted(this.#effect, outcome.result);
    return undefined;
  }

  // Blocks

  #lookAtTip(claimedHeight: number | undefined): void {
    const { tree } = this.source;
    const tip = bytesToHex(tree.hash(tree.tip));
    if (tip === this.#told) return;
    this.#told = tip;
    const isFarBehind =
      claimedHeight !== undefined && tree.tipHeight - claimedHeight > VISION_NODE_TRIED_BLOCKS_MAX;
    this.#descents = 0;
    this.#hasRefused = false;
    this.#setPath(this.#pathToTip() ?? (isFarBehind ? [] : [tip]));
  }

  /** The tip and all below it that the node lacks, lowest last; undefined if it has named nothing that leads to the tip. */
  #pathToTip(): string[] | undefined {
    const { tree } = this.source;
    const path: string[] = [];
    for (let slot = tree.tip; path.length <= VISION_NODE_POSTED_BLOCKS_MAX; slot = tree.parent(slot)) {
      const name = bytesToHex(tree.hash(slot));
      if (this.#has(name)) return path;
      if (tree.parent(slot) < 0) return undefined;
      path.push(name);
    }
    return undefined;
  }

  /** Whether the node has a block: it has named it, it has taken it, or every node has it. */
  #has(name: string): boolean {
    const { genesis } = this.source.tree.family;
    return this.names.has(name) || this.#given.has(name) || name === bytesToHex(genesis.hash);
  }

  #setPath(path: readonly string[]): void {
    this.#path = path;
    this.#isOffered = false;
    this.#isWhole = false;
  }

  #nextBlock(): TalkEffect | undefined {
    const { tree } = this.source;
    while (this.#path.length > 0) {
      const name = this.#path.at(-1) ?? '';
      const hash = hexToBytes(name, 32);
      const slot = hash && tree.find(hash);
      if (slot === undefined) {
        // It was on a branch that is gone.
        this.#setPath([]);
      } else if (this.#has(name)) {
        this.#setPath(this.#path.slice(0, -1));
      } else if (this.#saysWhatItLacks !== false && !this.#isOffered) {
        this.#isOffered = true;
        return { type: 'offer', objects: [{ type: 'block', hash: name }] };
      } else {
        const isCompact = this.#saysWhatItLacks === true && !this.#isWhole && !this.#isImplied(slot);
        return { type: 'postBlock', hash: tree.hash(slot).slice(), isCompact };
      }
    }
    return undefined;
  }

  #isImplied(slot: number): boolean {
    const { tree } = this.source;
    const context = {
      record: tree.record(slot),
      height: tree.height(slot),
      parentRecord: tree.parentRecord(slot),
    };
    return tree.family.impliedBody(context) !== undefined;
  }

  #takePosted({ hash, isCompact }: PostedBlock, result: PostResult): void {
    const { tree } = this.source;
    const slot = tree.find(hash);
    const parent = slot === undefined ? -1 : tree.parent(slot);
    if (result === 'taken') {
      this.#note(bytesToHex(hash));
      this.#setPath(this.#path.slice(0, -1));
    } else if (result === 'refused' && isCompact) {
      this.#isWhole = true;
    } else if (result === 'refused') {
      // It may have that one already. If not, it defers the one above.
      this.#hasRefused = true;
      this.#setPath(this.#path.slice(0, -1));
    } else if (result === 'deferred' && parent >= 0 && !this.#hasRefused && this.#mayDescend()) {
      // The node lacks the block below, which comes first.
      this.#setPath([...this.#path, bytesToHex(tree.hash(parent))]);
    } else {
      this.#setPath([]);
    }
  }

  #mayDescend(): boolean {
    return ++this.#descents < VISION_NODE_TRIED_BLOCKS_MAX;
  }

  #note(name: string): void {
    this.#given.add(name);
    const [oldest] = this.#given;
    if (this.#given.size > VISION_NODE_NAMES_MAX && oldest !== undefined) this.#given.delete(oldest);
  }

  // Transactions

  #nextTransactions(): TalkEffect | undefined {
    const list = this.#takeTexts();
    if (list.length > 0)
      return { type: 'postTransactions', texts: list, isList: this.#saysWhatItLacks === true };
    const ids = [...this.#waiting].slice(0, HTTP_OBJECTS_MAX);
    for (const id of ids) this.#waiting.delete(id);
    if (this.#saysWhatItLacks !== false)
      return ids.length === 0
        ? undefined
        : { type: 'offer', objects: ids.map((hash) => ({ type: 'tx', hash })) };
    this.#texts = this.#textsOf(ids);
    return this.#texts.length > 0 ? this.#nextTransactions() : undefined;
  }

  /** As many as one request may have. */
  #takeTexts(): string[] {
    const most = this.#saysWhatItLacks === true ? HTTP_TRANSACTIONS_MAX : 1;
    let bytes = LIST_BYTES;
    const end = this.#texts.slice(0, most).findIndex((text) => {
      bytes += Buffer.byteLength(text) + 1;
      return bytes > HTTP_BLOCK_BODY_BYTES_MAX;
    });
    return this.#texts.splice(0, end < 0 ? most : Math.max(1, end));
  }

  #textsOf(ids: readonly string[]): string[] {
    return ids.flatMap((id) => this.source.transactionText(id) ?? []);
  }

  /** The node has not looked at the transactions of the last effect. After other failures it may be they that it cannot take. */
  #putBack(): void {
    const effect = this.#effect;
    if (effect?.type === 'postTransactions') this.#texts.unshift(...effect.texts);
    if (effect?.type === 'offer')
      this.add(effect.objects.flatMap(({ type, hash }) => (type === 'tx' ? hash : [])));
  }

  #takeWanted(hashes: readonly string[] | undefined): void {
    if (this.#effect?.type !== 'offer') return;
    const { objects } = this.#effect;
    this.#saysWhatItLacks = hashes !== undefined;
    const wanted = new Set(hashes ?? objects.map(({ hash }) => hash));
    const isBlock = objects[0]?.type === 'block';
    if (isBlock && !objects.some(({ hash }) => wanted.has(hash)))
      for (const { hash } of objects) this.#note(hash);
    if (!isBlock) this.#texts = this.#textsOf(objects.flatMap(({ hash }) => (wanted.has(hash) ? hash : [])));
  }
}
