/** A network under Bitcoin's rules to be attacked on, and transactions on it, valid as far as a light node can tell. */
import { ByteWriter, type HeaderBatch } from '@vision-light/protocol';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { writeCompactSize } from '../../packages/protocol/src/families/bitcoin/block/transaction-rules.js';
import { FOLLOWED_BLOCKS } from '../../packages/protocol/src/limits.js';
import { easyBatch, easyNetwork } from '../sim/bitcoin-chain.js';
import { part } from '../sim/scripted-chain.js';
import { bytesOf } from '../sim/world.js';
import { ATTACK_MS, type Ground, HONEST_HEIGHT } from './battlefield.js';

const network = easyNetwork();
const bitcoin = createBitcoinFamily(network);
const genesisTime = bitcoin.time(bitcoin.genesis.record);
const SPACING_S = 5;
const OUTPUT_SATOSHI = 50n;
const SCRIPT_BYTES = 22;

/** One output of a transaction. */
export interface Outpoint {
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly index: number;
}

/** An output that nobody can know whether it exists. */
export function outpointOf(text: string): Outpoint {
  return { id: bytesOf(text), index: 0 };
}

export interface BitcoinTransactionOptions {
  readonly inputs: readonly Outpoint[];
  /** Tells apart transactions with the same inputs. */
  readonly note?: number;
  /** What its first input's witness holds: it changes the id to relay by, and not the other one. Without it there is none. */
  readonly witness?: number;
}

/** A transaction, encoded, with both of its ids. */
export interface BitcoinMade {
  readonly bytes: Uint8Array;
  readonly txid: Uint8Array;
  readonly id: Uint8Array;
}

function writeOutput(writer: ByteWriter): void {
  writer.u8(1);
  writer.u64(OUTPUT_SATOSHI);
  writer.u8(SCRIPT_BYTES);
  writer.raw(new Uint8Array(SCRIPT_BYTES));
}

/** Makes a transaction. */
export function makeBitcoin({ inputs, note = 0, witness }: BitcoinTransactionOptions): BitcoinMade {
  const writer = new ByteWriter();
  writer.u32(2);
  if (witness !== undefined) writer.raw(Uint8Array.of(0, 1));
  writeCompactSize(writer, inputs.length);
  for (const { id, index } of inputs) {
    writer.raw(id);
    writer.u32(index);
    writer.u8(0);
    writer.u32(note);
  }
  writeOutput(writer);
  if (witness !== undefined) {
    writer.raw(Uint8Array.of(1, 4));
    writer.u32(witness);
    for (let i = 1; i < inputs.length; i++) writer.u8(0);
  }
  writer.u32(0);
  const bytes = writer.bytes();
  const tx = bitcoin.readTransaction(bytes);
  if (tx === undefined || tx.fault !== undefined) throw new Error(`no transaction: ${tx?.fault}`);
  return { bytes, txid: tx.id, id: tx.relayId };
}

const coinbaseOutpoint = new Uint8Array(36).fill(0xff, 32);

/** A block with nothing but its coinbase. */
function bodyAt(height: number): { readonly body: Uint8Array; readonly merkleRoot: Uint8Array } {
  const writer = new ByteWriter();
  writer.u32(2);
  writer.u8(1);
  writer.raw(coinbaseOutpoint);
  writer.u8(4);
  writer.u32(height);
  writer.u32(0xffff_ffff);
  writeOutput(writer);
  writer.u32(0);
  const coinbase = writer.bytes();
  const body = bitcoin.joinBody([coinbase]);
  const [only] = bitcoin.splitBody(body) ?? [];
  if (only === undefined) throw new Error('no coinbase');
  return { body, merkleRoot: only.id.slice() };
}

let mined: HeaderBatch | undefined;

function honestBitcoin(): HeaderBatch {
  const count = HONEST_HEIGHT + ATTACK_MS / 5000;
  mined ??= easyBatch(
    network,
    Array.from({ length: count }, (_, i) => ({
      time: genesisTime + SPACING_S * (i + 1),
      merkleRoot: bodyAt(i + 1).merkleRoot,
    })),
  );
  return mined;
}

/** Regtest's rules, and an honest chain of blocks with nothing but their coinbase. */
export const bitcoinGround: Ground = {
  family: bitcoin,
  startWallTime: genesisTime + SPACING_S * HONEST_HEIGHT,
  honest: (from, count) => part(bitcoin, honestBitcoin(), from - 1, from - 1 + count),
  bodyOf: (height) => (height < HONEST_HEIGHT - 2 * FOLLOWED_BLOCKS ? undefined : bodyAt(height).body),
};
