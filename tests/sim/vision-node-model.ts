/** An existing Vision node without its HTTP side: a chain, and faults by chance. What a talk with it wants done is answered at once. */
import { bytesToHex, type HeaderTree, hexToBytes } from '@vision-light/protocol';
import type { NamedHeader } from '../../packages/gateway/src/bridges/vision/header-page.js';
import type { VisionNodeFaultCode } from '../../packages/gateway/src/bridges/vision/node-faults.js';
import { canonicalHash } from '../../packages/gateway/src/bridges/vision/node-names.js';
import type {
  FetchedBlock,
  TalkEffect,
  TalkOutcome,
} from '../../packages/gateway/src/bridges/vision/talk-step.js';
import type { SimRandom } from './sim-random.js';
import { VisionChain, visionSim } from './vision-chain.js';

/** All blocks of these tests are empty. */
const body = Uint8Array.of(0);
const genesis = bytesToHex(visionSim.genesis.hash);
const failures: readonly VisionNodeFaultCode[] = [
  'VISION_NODE_TIMEOUT',
  'VISION_NODE_UNREACHABLE',
  'VISION_NODE_BUSY',
  'VISION_NODE_STATUS',
  'VISION_NODE_ANSWER_TOO_LARGE',
];

/** Slot of a hash of 64 digits. */
export function slotOf(tree: HeaderTree, hash: string): number | undefined {
  const bytes = hexToBytes(hash, 32);
  return bytes && tree.find(bytes);
}

/** 64 digits. */
export function hashAt(tree: HeaderTree, slot: number): string {
  return bytesToHex(tree.hash(slot));
}

/** The empty block of a header, as a node gives it. */
export function blockAt(tree: HeaderTree, slot: number): FetchedBlock {
  return { hash: hashAt(tree, slot), record: tree.record(slot).slice(), body };
}

/** See the head of this file. */
export class VisionNodeModel {
  readonly chain = new VisionChain();
  /** Of how many requests one fails. */
  faults = 0;
  /** Whether it says what it lacks. */
  isGateway = false;

  constructor(readonly random: SimRandom) {}

  get tree(): HeaderTree {
    return this.chain.tree;
  }

  get tip(): string {
    return hashAt(this.tree, this.tree.tip);
  }

  /** @param source  what is told of: the tree of the other side */
  answer(effect: TalkEffect, source: HeaderTree): TalkOutcome {
    const { random, tree } = this;
    if (random.chance(this.faults)) return this.#failure(effect);
    switch (effect.type) {
      case 'getHeaders':
        return { type: 'headers', headers: this.#headers(effect.locator, effect.max) };
      case 'getBlocks': {
        const found = effect.names.flatMap((name) => this.#block(name) ?? []);
        return { type: 'blocks', blocks: found.filter(() => !random.chance(this.faults / 4)) };
      }
      case 'offer': {
        const lacking = effect.objects.filter(({ hash }) => slotOf(tree, hash) === undefined);
        return { type: 'wanted', hashes: this.isGateway ? lacking.map(({ hash }) => hash) : undefined };
      }
      case 'postBlock': {
        const slot = source.find(effect.hash);
        const isTaken = slot !== undefined && this.#take(blockAt(source, slot));
        return { type: 'posted', result: isTaken ? 'taken' : 'deferred' };
      }
      case 'postTransactions':
        return { type: 'posted', result: 'taken' };
      case 'submit':
        throw new Error('that is for the core');
    }
  }

  #failure({ type }: TalkEffect): TalkOutcome {
    if (type === 'postBlock') return { type: 'posted', result: 'refused' };
    const code = failures[this.random.int(failures.length)] ?? 'VISION_NODE_TIMEOUT';
    return { type: 'failed', code, detail: '', status: this.random.chance(0.5) ? 500 : 422 };
  }

  #take({ record, hash }: FetchedBlock): boolean {
    const parent = this.tree.find(visionSim.parent(record));
    if (parent !== undefined) this.tree.insertChecked(record, Buffer.from(hash, 'hex'), parent);
    return parent !== undefined;
  }

  #textOf(hash: string): string {
    return hash === genesis ? hash : `0x${hash}`;
  }

  #headers(locator: readonly string[], max: number): NamedHeader[] {
    const { tree, random } = this;
    const places = locator.map((text) => {
      const slot = slotOf(tree, canonicalHash(text) ?? '');
      const isNamed = slot !== undefined && this.#textOf(hashAt(tree, slot)) === text;
      return isNamed && tree.isOnBestChain(slot) ? tree.height(slot) : undefined;
    });
    const isLost = random.chance(this.faults / 4);
    const from = isLost ? 0 : (places.find((height) => height !== undefined) ?? -1) + 1;
    const named: NamedHeader[] = [];
    for (let height = from; height <= Math.min(tree.tipHeight, from + max - 1); height++) {
      const hash = hashAt(tree, tree.at(height) as number);
      const prev = height === 0 ? '0'.repeat(64) : hashAt(tree, tree.at(height - 1) as number);
      if (height === 0 || !random.chance(this.faults / 8))
        named.push({ hash, text: this.#textOf(hash), prev, height });
    }
    return named;
  }

  #block(text: string): FetchedBlock | undefined {
    const hash = canonicalHash(text) ?? '';
    const slot = slotOf(this.tree, hash);
    return slot === undefined || this.#textOf(hash) !== text ? undefined : blockAt(this.tree, slot);
  }
}
