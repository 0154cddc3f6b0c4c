/** Chains of a small Vision network, mined for tests in microseconds a header. */
import { VisionX } from '@vision-light/pow';
import {
  createTemplate,
  type HeaderBatch,
  HeaderTree,
  isVisionFamily,
  resolveNetwork,
  sealTemplate,
  templateInput,
  type VisionFamily,
} from '@vision-light/protocol';

/** Small enough for microseconds a hash. */
export const simVisionX = { datasetMb: 1, scratchMb: 1, mixIters: 256, readsPerIter: 4, writeEvery: 4 };
/** The network of the simulations, as an application describes it. */
export const simNetwork = { name: 'sim', visionx: simVisionX, targetSpacingS: 5 } as const;
const resolved = resolveNetwork(simNetwork);
if (!isVisionFamily(resolved)) throw new Error('not a Vision network');

/** Its rules. */
export const visionSim: VisionFamily = resolved;
/** Its genesis time. */
export const genesisTime = visionSim.time(visionSim.genesis.record);

const visionx = new VisionX(simVisionX);

export interface MineOptions {
  readonly count: number;
  /** Time of the header at a height; 5 s apart from genesis on if absent. */
  readonly timeOf?: (height: number) => number;
  /** Tells branches apart. */
  readonly miner?: string;
  /** Height of the header of `tree` to begin on; its tip if absent. */
  readonly from?: number;
  /** Root of the transactions at a height; no transactions if absent. */
  readonly txRootOf?: (height: number) => Uint8Array;
}

/** Finds a header on top of a slot of a tree; the tree stays as it is. @param invented  makes up a digest that meets every target, instead of searching */
export function mineHeader(
  tree: HeaderTree,
  parent: number,
  wallTime: number,
  miner: string,
  txRoot: Uint8Array = new Uint8Array(32),
  invented?: number,
): { readonly record: Uint8Array; readonly hash: Uint8Array } {
  const family = familyOf(tree);
  const template = createTemplate(family, {
    ancestry: tree.ancestry(parent),
    parentHash: tree.hash(parent).slice(),
    wallTime,
    txRoot,
    miner,
  });
  if (invented !== undefined) {
    const digest = new Uint8Array(32);
    new DataView(digest.buffer).setUint32(28, invented);
    return sealTemplate(family, template, 0n, digest);
  }
  const { targetHigh, ...input } = templateInput(family, template);
  const solution = visionx.search(input, 0n, 1_000_000, targetHigh);
  if (solution === undefined) throw new Error('no solution in a million nonces');
  return sealTemplate(family, template, solution.nonce, solution.digest);
}

function familyOf({ family }: HeaderTree): VisionFamily {
  if (!isVisionFamily(family)) throw new Error('not a Vision network');
  return family;
}

/** A chain that grows by mining, as a tree of its own. */
export class VisionChain {
  readonly tree: HeaderTree;

  /** @param family  another network with the same VisionX */
  constructor(family: VisionFamily = visionSim) {
    this.tree = new HeaderTree(family);
  }

  /** Mines on the tree's best chain, and adds what was mined; @returns it */
  mine({
    count,
    timeOf = (height) => genesisTime + 5 * height,
    miner = 'sim',
    from = this.tree.tipHeight,
    txRootOf,
  }: MineOptions): HeaderBatch {
    const { recordBytes } = this.tree.family;
    const records = new Uint8Array(count * recordBytes);
    const hashes = new Uint8Array(count * 32);
    let parent = this.tree.at(from) as number;
    for (let i = 0; i < count; i++) {
      const { record, hash } = mineHeader(
        this.tree,
        parent,
        timeOf(from + 1 + i),
        miner,
        txRootOf?.(from + 1 + i),
      );
      records.set(record, i * recordBytes);
      hashes.set(hash, i * 32);
      const result = this.tree.insertChecked(record, hash, parent);
      if (!('slot' in result)) throw new Error(`mined what the tree does not take: ${result.kind}`);
      parent = result.slot;
    }
    return { count, records, hashes };
  }

  /** The best chain without genesis. */
  get batch(): HeaderBatch {
    return this.tree.batch(1, this.tree.tipHeight);
  }
}
