/** Headers that a bench mines for itself: the same in every process that is given the same times and roots. */
import { VisionX } from '@vision-light/pow';
import {
  createTemplate,
  type HeaderBatch,
  HeaderTree,
  sealTemplate,
  templateInput,
  type VisionFamily,
} from '@vision-light/protocol';

/** A chain of a network whose proofs of work cost next to nothing. */
export class MinedChain {
  readonly #visionx: VisionX;
  readonly #tree: HeaderTree;

  constructor(readonly family: VisionFamily) {
    this.#visionx = new VisionX(family.params.visionx);
    this.#tree = new HeaderTree(family);
  }

  /** Mines a block on top. @param txRoot  32 bytes @returns it */
  mine(wallTime: number, txRoot: Uint8Array): HeaderBatch {
    const { family } = this;
    const tree = this.#tree;
    const template = createTemplate(family, {
      ancestry: tree.ancestry(tree.tip),
      parentHash: tree.hash(tree.tip).slice(),
      wallTime,
      txRoot,
      miner: 'bench',
    });
    const { targetHigh, ...input } = templateInput(family, template);
    const solution = this.#visionx.search(input, 0n, 1_000_000, targetHigh);
    if (solution === undefined) throw new Error('no solution in a million nonces');
    const { record, hash } = sealTemplate(family, template, solution.nonce, solution.digest);
    tree.insertChecked(record, hash, tree.tip);
    return tree.batch(tree.tipHeight, 1);
  }

  /** All blocks but genesis. */
  get blocks(): HeaderBatch {
    return this.#tree.batch(1, this.#tree.tipHeight);
  }
}
