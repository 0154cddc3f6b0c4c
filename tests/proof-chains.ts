/** Small chains with transactions, one for each kind of root that proofs rest on, and what proofs of them are made of. */
import { VisionX } from '@vision-light/pow';
import {
  ArrayAncestry,
  type ChainFamily,
  type Checkpoint,
  type CustomNetwork,
  createTemplate,
  HeaderCommitment,
  isVisionFamily,
  makeCheckpoint,
  type NetworkName,
  type ProofMaterial,
  type ProofTie,
  resolveNetwork,
  sealTemplate,
  templateInput,
} from '@vision-light/protocol';
import { depthOf, wholeTree } from '../packages/protocol/src/chain/proof/partial-tree.js';
import { proofFamilyOf } from '../packages/protocol/src/families/proof-families.js';
import { mineEasy } from './sim/bitcoin-chain.js';
import { makeBody } from './sim/vision-bodies.js';

/** A chain from genesis. */
export interface Chain {
  readonly name: string;
  readonly network: NetworkName | CustomNetwork;
  readonly family: ChainFamily;
  /** By height. */
  readonly records: readonly Uint8Array[];
  readonly bodies: readonly Uint8Array[];
  readonly commitment: HeaderCommitment;
}

const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 4, writeEvery: 4 };
/** A custom network with a VisionX of microseconds. */
export const proofNetwork: CustomNetwork = { name: 'proofs', visionx, targetSpacingS: 5 };

/** The root that commits to the transactions of a body. */
export function rootOfBody(network: NetworkName | CustomNetwork, body: Uint8Array): Uint8Array {
  const { tree } = proofFamilyOf(network);
  const leaves = (resolveNetwork(network).splitBody(body) ?? []).map(({ id }) => tree.leaf(id));
  if (leaves.length === 0) return new Uint8Array(32);
  return tree.root(wholeTree(tree, leaves)(depthOf(leaves.length), 0), leaves.length);
}

/** A Bitcoin transaction of one input and one output. @param script  of the output, at most 252 bytes */
export function bitcoinTx(
  seed: number,
  script: Uint8Array,
  options: { isCoinbase?: boolean; witness?: Uint8Array } = {},
): Uint8Array {
  const { isCoinbase = false, witness } = options;
  const outpoint = isCoinbase
    ? [...new Array(32).fill(0), 255, 255, 255, 255]
    : [...new Array(32).fill(seed & 255), seed >> 8, 0, 0, 0];
  const inputScript = isCoinbase ? [2, seed & 255, seed >> 8] : [0];
  return Uint8Array.from([
    ...[1, 0, 0, 0],
    ...(witness ? [0, 1] : []),
    ...[1, ...outpoint, ...inputScript, 255, 255, 255, 255],
    ...[1, seed & 255, 0, 0, 0, 0, 0, 0, 0, script.length, ...script],
    ...(witness ? [1, witness.length, ...witness] : []),
    ...[0, 0, 0, 0],
  ]);
}

/** A body of a Bitcoin block: a coinbase, then others, every second one with a witness. */
export function bitcoinBody(seed: number, count: number): Uint8Array {
  const script = new Uint8Array(22).fill(seed);
  const transactions = Array.from({ length: count }, (_, i) =>
    bitcoinTx(seed * 256 + i, script, {
      isCoinbase: i === 0,
      ...(i % 2 === 1 ? { witness: new Uint8Array(70).fill(i) } : {}),
    }),
  );
  return resolveNetwork('bitcoin-regtest').joinBody(transactions);
}

/**
 * A chain of a network from genesis, mined.
 *
 * @param bodyAt  the body at a height; of Vision undefined for a block without transactions
 * @param rootAt  the root at a height, if it is not that of the body
 */
export function growChain(
  name: string,
  network: NetworkName | CustomNetwork,
  length: number,
  bodyAt: (height: number) => Uint8Array | undefined,
  rootAt?: (height: number) => Uint8Array,
): Chain {
  const family = resolveNetwork(network);
  const records: Uint8Array[] = [family.genesis.record];
  const bodies: Uint8Array[] = [new Uint8Array(1)];
  const ancestry = new ArrayAncestry((record) => family.time(record), 0, records);
  const hasher = isVisionFamily(family) ? new VisionX(family.params.visionx) : undefined;
  const proofs = proofFamilyOf(network);
  let parentHash: Uint8Array = family.genesis.hash;
  for (let height = 1; height <= length; height++) {
    const body = bodyAt(height);
    const parent = records[height - 1] as Uint8Array;
    const inherited = proofs.isRootRepeated ? proofs.txRoot(parent).slice() : new Uint8Array(32);
    const txRoot = rootAt?.(height) ?? (body === undefined ? inherited : rootOfBody(network, body));
    const wallTime = family.time(parent) + family.targetSpacingS;
    let record: Uint8Array;
    if (isVisionFamily(family)) {
      const template = createTemplate(family, { ancestry, parentHash, wallTime, txRoot, miner: 'proofs' });
      const { targetHigh, ...input } = templateInput(family, template);
      const found = hasher?.search(input, 0n, 1_000_000, targetHigh);
      if (found === undefined) throw new Error('no solution');
      record = sealTemplate(family, template, found.nonce, found.digest).record;
    } else record = mineEasy(parentHash, { time: wallTime, merkleRoot: txRoot }).record;
    records.push(record);
    bodies.push(body ?? new Uint8Array(1));
    ancestry.push(record);
    parentHash = family.headerHash(record);
  }
  const commitment = new HeaderCommitment({
    bytes: (height) => family.headerBytes(records[height] as Uint8Array),
    hash: (height) => family.headerHash(records[height] as Uint8Array),
  });
  return { name, network, family, records, bodies, commitment };
}

/** The checkpoint of a chain at a height. */
export function checkpointOf({ network, family, records, commitment }: Chain, height: number): Checkpoint {
  const upTo = records.slice(0, height + 1);
  const chainwork = upTo.reduce((sum, record) => sum + family.work(record), 0n);
  const packed = Uint8Array.from(upTo.flatMap((record) => [...record]));
  const hash = family.headerHash(upTo[height] as Uint8Array);
  return makeCheckpoint(
    family,
    network,
    { height, hash, chainwork, records: packed },
    commitment.root(height + 1),
  );
}

/** A header as a verifier knows it. */
export function headerOf({ network, family, records }: Chain, height: number) {
  return { network, height, hash: family.hashToHex(family.headerHash(records[height] as Uint8Array)) };
}

const packed = (pieces: readonly Uint8Array[]) => Uint8Array.from(pieces.flatMap((each) => [...each]));

/** What a proof is made of that ties the block at a height to an anchor; of the tie `work` with so many headers as there are. */
export function materialOf(
  chain: Chain,
  tie: ProofTie,
  height: number,
  position: number,
  anchor: number,
): ProofMaterial {
  const { network, family, records, bodies, commitment } = chain;
  const transactions = family.splitBody(bodies[height] as Uint8Array) ?? [];
  const committed = (i: number) => family.committedBytes(transactions[i]?.bytes as Uint8Array) as Uint8Array;
  const showsParent = tie === 'root' && proofFamilyOf(network).isRootRepeated;
  const first = tie === 'work' ? anchor + 1 : height - (showsParent ? 1 : 0);
  const last = tie === 'work' ? records.length - 1 : tie === 'links' ? anchor : height;
  const tip = () => [family.headerHash(records[last] as Uint8Array)];
  const path = (at: number) =>
    tie === 'root' ? commitment.path(at, anchor + 1) : tie === 'work' ? tip() : [];
  return {
    network,
    height,
    ids: packed(transactions.map(({ id }) => id)),
    position,
    committed: committed(position),
    firstCommitted: committed(0),
    tie,
    anchor,
    headers: packed(records.slice(first, last + 1).map((record) => family.headerBytes(record))),
    path: packed([...(showsParent ? path(height - 1) : []), ...path(height)]),
  };
}

const transactionsOf = (seed: number, count: number) => makeBody(seed, count, 150).body;

/** The chains that every rule is tried on. In each, blocks 3 and 6 have transactions, and the checkpoint is at 4. */
export const chains = {
  devnet: () =>
    growChain('custom network', proofNetwork, 8, (height) =>
      height % 3 === 0 ? transactionsOf(height, 5) : undefined,
    ),
  mainnet: () =>
    growChain('vision-mainnet', 'vision-mainnet', 8, (height) =>
      height % 3 === 0 ? transactionsOf(height, 5) : undefined,
    ),
  bitcoin: () => growChain('bitcoin-regtest', 'bitcoin-regtest', 8, (height) => bitcoinBody(height, 5)),
} as const;
