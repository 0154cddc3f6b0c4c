/** A chain as it would lie in a store, made by whoever wants a node to begin with it: mined, well-formed, and not the best one. */
import { ByteWriter, type VisionFamily } from '@vision-light/protocol';
import { packBatches } from '../packages/protocol/src/headers/storage/batch-list.js';
import { encodeTip } from '../packages/protocol/src/headers/storage/chain-records.js';
import { VisionChain } from './sim/vision-chain.js';

/** Records of a store. */
export interface PoisonRecord {
  readonly table: string;
  readonly key: number | string;
  readonly value: Uint8Array;
}

/** A journal with so many headers after genesis, one every `spacingS` seconds, and the pointer to its tip. */
export function poison(family: VisionFamily, count: number, spacingS: number): readonly PoisonRecord[] {
  const start = family.time(family.genesis.record);
  const chain = new VisionChain(family);
  const batch = chain.mine({ count, miner: 'poison', timeOf: (height) => start + spacingS * height });
  const writer = new ByteWriter();
  family.encodeBatch(writer, batch);
  const { tree } = chain;
  return [
    {
      table: 'journal',
      key: 0,
      value: packBatches([{ parent: family.genesis.hash, count, payload: writer.bytes() }]),
    },
    { table: 'meta', key: 'tip', value: encodeTip({ height: count, hash: tree.hash(tree.tip) }) },
  ];
}
