/** Small Bitcoin blocks, with and without witnesses: small enough that hostile bytes made from them are not cut short. */
import { readFileSync } from 'node:fs';
import { type BodyContext, ByteWriter } from '@vision-light/protocol';
import { bitcoinMerkleRoot } from '../../packages/protocol/src/families/bitcoin/block/merkle.js';
import { encodeHeader } from '../../packages/protocol/src/families/bitcoin/header/record.js';
import {
  parseTransactions,
  sha256d,
  transactionId,
  witnessId,
} from '../../packages/protocol/src/families/bitcoin/transaction/transaction.js';

/** A body, and the header that commits to it. */
export interface KnownBlock {
  readonly context: BodyContext;
  readonly body: Uint8Array;
}

/** A height at which mainnet demands that witnesses are committed to. */
const SEGWIT_HEIGHT = 500_000;
const zeros = new Uint8Array(32);
const reserved = new Uint8Array(32).fill(9);
const nullOutpoint = Uint8Array.from([...zeros, 0xff, 0xff, 0xff, 0xff]);

/** A transaction of one input; a legacy one without `witness`. Every length is below 253, and so one byte. */
function transaction(
  outpoint: Uint8Array,
  scripts: readonly Uint8Array[],
  witness?: readonly Uint8Array[],
): Uint8Array {
  const writer = new ByteWriter();
  const sized = (bytes: Uint8Array): void => {
    writer.u8(bytes.length);
    writer.raw(bytes);
  };
  writer.u32(2);
  if (witness !== undefined) writer.raw(Uint8Array.of(0, 1));
  writer.u8(1);
  writer.raw(outpoint);
  sized(Uint8Array.of(0x51, 0x51, 0x51));
  writer.u32(0xffff_ffff);
  writer.u8(scripts.length);
  for (const script of scripts) {
    writer.u64(50n);
    sized(script);
  }
  if (witness !== undefined) {
    writer.u8(witness.length);
    for (const item of witness) sized(item);
  }
  writer.u32(0);
  return writer.bytes();
}

const spend = (byte: number, witness?: readonly Uint8Array[]): Uint8Array =>
  transaction(new Uint8Array(36).fill(byte), [Uint8Array.of(0x51)], witness);

function bodyOf(transactions: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([transactions.length, ...transactions.flatMap((bytes) => [...bytes])]);
}

/** What follows behind a coinbase that commits to its witnesses. */
function segwitBody(rest: readonly Uint8Array[]): Uint8Array {
  const draft = bodyOf([transaction(nullOutpoint, [Uint8Array.of(0x51)]), ...rest]);
  const ids = (parseTransactions(draft) ?? []).map((tx, i) => (i === 0 ? zeros : witnessId(draft, tx)));
  const commitment = sha256d(bitcoinMerkleRoot(ids).root, reserved);
  const script = Uint8Array.from([0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed, ...commitment]);
  return bodyOf([transaction(nullOutpoint, [Uint8Array.of(0x51), script], [reserved]), ...rest]);
}

/** A body under a header of its own, of which only the root matters. */
function blockOf(body: Uint8Array): KnownBlock {
  const ids = (parseTransactions(body) ?? []).map((tx) => transactionId(body, tx));
  const merkleRoot = bitcoinMerkleRoot(ids).root;
  const record = encodeHeader({ version: 4, parent: zeros, merkleRoot, time: 0, bits: 0, nonce: 0 });
  return { context: { record, height: SEGWIT_HEIGHT, parentRecord: record }, body };
}

/** The first block of mainnet after genesis. */
function firstBlock(): KnownBlock {
  const block = readFileSync(new URL('../data/bitcoin/blocks/block1.raw', import.meta.url));
  const record = Uint8Array.from(block.subarray(0, 80));
  return { context: { record, height: 1, parentRecord: record }, body: Uint8Array.from(block.subarray(80)) };
}

/** One real block, and three made by hand: witnesses alone, beside legacy transactions, and an odd number of them. */
export const bitcoinBlocks: readonly KnownBlock[] = [
  firstBlock(),
  blockOf(segwitBody([spend(1, [Uint8Array.of(1), new Uint8Array(0)])])),
  blockOf(segwitBody([spend(2, [new Uint8Array(70).fill(3)]), spend(3), spend(4, [Uint8Array.of(5)])])),
  blockOf(segwitBody([spend(6), spend(7, [Uint8Array.of(8)])])),
];
