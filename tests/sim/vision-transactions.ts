/** Signed transactions of Vision for simulations: keys and contents follow from numbers. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { bytesToHex, devnetMerkleRoot, type VisionTransaction } from '@vision-light/protocol';
import { assert, defined } from '../../packages/protocol/src/assert.js';
import { encodeVisionTransaction } from '../../packages/protocol/src/families/vision/block/body-codec.js';
import { signableText } from '../../packages/protocol/src/families/vision/transaction/transaction.js';
import type { MadeBody } from './vision-bodies.js';
import { mineHeader, visionSim } from './vision-chain.js';
import type { SimNode } from './world.js';

/** What stands before the 32 bytes of a private key in its PKCS #8 form (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

interface Sender {
  readonly key: KeyObject;
  /** 64 hex digits. */
  readonly account: string;
}

const senders = new Map<number, Sender>();

/** The account of a number. */
export function senderOf(number: number): Sender {
  const known = senders.get(number);
  if (known !== undefined) return known;
  const secret = Buffer.alloc(32, 1);
  secret.writeUInt32LE(number);
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, secret]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const sender = { key, account: bytesToHex(spki.subarray(-32)) };
  senders.set(number, sender);
  return sender;
}

export interface TransactionOptions {
  readonly sender?: number;
  readonly nonce?: number;
  readonly tip?: number;
  /** Tells apart transactions of one number. */
  readonly note?: string;
  /** The rest of what it says; by default as little as can be. */
  readonly content?: Pick<VisionTransaction, 'access_list' | 'args'>;
}

/** A signed transaction, encoded. */
export function makeTransaction({
  sender = 1,
  nonce = 0,
  tip = 10,
  note = '',
  content = { access_list: [], args: [] },
}: TransactionOptions = {}): Uint8Array {
  const { key, account } = senderOf(sender);
  const tx: VisionTransaction = {
    nonce: BigInt(nonce),
    sender_pubkey: account,
    access_list: content.access_list,
    module: 'cash',
    method: `transfer${note}`,
    args: content.args,
    tip: BigInt(tip),
    fee_limit: 1000n,
    sig: '',
    max_priority_fee_per_gas: 0n,
    max_fee_per_gas: 5n,
  };
  const sig = bytesToHex(sign(null, Buffer.from(signableText(tx)), key));
  return encodeVisionTransaction({ ...tx, sig });
}

/** The body of a block that has these transactions, and the root that commits to it. */
export function bodyOf(transactions: readonly Uint8Array[]): MadeBody {
  const ids = transactions.map((bytes) => defined(visionSim.readTransaction(bytes), 'a transaction').id);
  return { body: visionSim.joinBody(transactions), txRoot: devnetMerkleRoot(ids) };
}

/** Hex of a transaction's id. */
export function idOf(bytes: Uint8Array): string {
  const tx = visionSim.readTransaction(bytes);
  if (tx === undefined) throw new Error('no transaction');
  return visionSim.hashToHex(tx.id);
}

/** A node's application sends a transaction. */
export function send(node: SimNode, bytes: Uint8Array, ticket = 0): void {
  node.driver.push({ type: 'command', command: { kind: 'sendTransaction', bytes, ticket } });
}

/**
 * Puts transactions of a body into the mempools of nodes, as if they had been relayed and their signatures verified: at
 * scale, relaying them takes most of the time of a simulation.
 */
export function know(nodes: readonly SimNode[], body: Uint8Array, isKnown = (_index: number) => true): void {
  for (const [index, { bytes }] of defined(visionSim.splitBody(body), 'a good body').entries()) {
    if (!isKnown(index)) continue;
    const tx = defined(visionSim.readTransaction(bytes), 'a transaction');
    for (const { core, world } of nodes)
      assert(typeof core.transactions.mempool.add(tx, world.now) === 'object', 'it fits');
  }
}

/** A node mines a block with these transactions, or with the best of its mempool. */
export function mineWith(
  node: SimNode,
  transactions = node.core.transactions.select(100_000).map(({ bytes }) => bytes),
): void {
  const { tree } = node.core;
  const { body, txRoot } = bodyOf(transactions);
  const { record, hash } = mineHeader(
    tree,
    tree.tip,
    node.world.wallTime,
    node.id,
    transactions.length === 0 ? undefined : txRoot,
  );
  const batch = { count: 1, records: record, hashes: hash };
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies: [body], ticket: 0 } });
}
