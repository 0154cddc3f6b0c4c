/**
 * The scripts that most coins are locked by: each names a hash, and whoever shows what has this hash may go on to spend.
 * @see Bitcoin Core `Solver`, BIP16, BIP141
 */
import { sha256 } from '../../../bytes/sha256.js';
import { ripemd160 } from './ripemd160.js';

/** OP_0. */
export const op0 = 0x00;
/** OP_1, and with n − 1 added OP_n up to OP_16. */
export const op1 = 0x51;
const opDup = 0x76;
const opEqual = 0x87;
const opEqualVerify = 0x88;
const opHash160 = 0xa9;
const opCheckSig = 0xac;

/** P2PKH. @param hash  20 bytes */
export function payToKeyHash(hash: Uint8Array): Uint8Array {
  return Uint8Array.of(opDup, opHash160, hash.length, ...hash, opEqualVerify, opCheckSig);
}

/** P2SH. @param hash  20 bytes */
export function payToScriptHash(hash: Uint8Array): Uint8Array {
  return Uint8Array.of(opHash160, hash.length, ...hash, opEqual);
}

/** P2WPKH and P2WSH of version 0, P2TR of version 1. @param version  0 to 16 @param program  2 to 40 bytes */
export function payToWitness(version: number, program: Uint8Array): Uint8Array {
  return Uint8Array.of(version === 0 ? op0 : op1 + version - 1, program.length, ...program);
}

/** @returns 20 bytes: RIPEMD-160 of SHA-256 */
export function hash160(bytes: Uint8Array): Uint8Array {
  return ripemd160(sha256(bytes));
}
