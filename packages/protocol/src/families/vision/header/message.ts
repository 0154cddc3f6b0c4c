/** The bytes that VisionX hashes, and the id that commits to them. */
import { blake3 } from '../../../bytes/blake3.js';
import { writeU32, writeU64, writeU64BigEndian } from '../../../bytes/integers.js';
import type { VisionRules } from '../network-terms.js';
import { decodeRecord, type VisionHeader } from './record.js';

/** Bytes of a message before the miner field. */
const fixedMessageBytes = 108;
const powMagic = [0x56, 0x50, 0x4f, 0x57];
const idMagic = [0x56, 0x4c, 0x49, 0x44];

/** Bytes of {@link messagePrefix}. */
export const messagePrefixBytes = 8;

/** What the message of every header of a network begins with: a magic word, and the number of its rules. */
export function messagePrefix(rules: VisionRules): Uint8Array {
  const prefix = new Uint8Array(messagePrefixBytes);
  prefix.set(powMagic);
  writeU32(prefix, 4, rules === 'mainnet' ? 1 : 2);
  return prefix;
}

/**
 * The message of a header: `108 + miner` bytes.
 *
 * @param nonce  0 for the form that is hashed, which is given the nonce apart; the real one for the id
 * @see docs/chains/vision.md §2.1, docs/chains/vision-devnet.md §2
 */
export function encodePowMessage(
  rules: VisionRules,
  header: Omit<VisionHeader, 'digest'>,
  nonce: bigint,
): Uint8Array {
  const message = new Uint8Array(fixedMessageBytes + header.miner.length);
  message.set(messagePrefix(rules));
  message.set(header.parent, 8);
  writeU64(message, 40, header.number);
  writeU64(message, 48, header.timestamp);
  writeU64(message, 56, header.difficulty);
  // The only big-endian field: consensus.
  writeU64BigEndian(message, 64, nonce);
  message.set(header.txRoot, 72);
  writeU32(message, 104, header.miner.length);
  message.set(header.miner, fixedMessageBytes);
  return message;
}

/**
 * BLAKE3-256("VLID" ∥ message with the real nonce ∥ digest): the hash of a header on the devnet and on custom
 * networks, and on the mainnet the only name of a header that a collision of VisionX does not share.
 *
 * @see docs/chains/vision-devnet.md §3, docs/chains/vision.md §12.6 and §14
 */
export function headerId(rules: VisionRules, record: Uint8Array): Uint8Array {
  const header = decodeRecord(record);
  const message = encodePowMessage(rules, header, header.nonce);
  const input = new Uint8Array(4 + message.length + 32);
  input.set(idMagic);
  input.set(message, 4);
  input.set(header.digest, 4 + message.length);
  return blake3(input);
}

/** The 32 bytes by which children name a header: its digest on the mainnet, its id elsewhere. */
export function headerHash(rules: VisionRules, record: Uint8Array): Uint8Array {
  return rules === 'mainnet' ? new Uint8Array(decodeRecord(record).digest) : headerId(rules, record);
}
