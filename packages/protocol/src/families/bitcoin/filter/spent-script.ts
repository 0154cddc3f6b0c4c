/**
 * Which coin an input spends cannot be read from it, but most inputs show what their coin's script names the hash of. So that
 * script can be made again.
 *
 * Rules of consensus leave no choice in one case: a witness beside a scriptSig. In all others the form alone speaks: whoever
 * mines a block of their own can make an input that looks like one of these and spends a coin that anyone could spend. Such
 * a transaction is not relayed (Bitcoin Core `AreInputsStandard`), so a script that is not certain is wrong only on purpose.
 *
 * @see BIP16, BIP141, BIP341
 */
import { sha256 } from '../../../bytes/sha256.js';
import { hash160, payToKeyHash, payToScriptHash, payToWitness } from '../transaction/standard-scripts.js';
import type { SpendingInput } from './block-parts.js';
import { checksSignature, pushesOf } from './script-reader.js';

/** The script of a coin that an input spends. */
export interface SpentScript {
  readonly script: Uint8Array;
  /** Whether the input could spend no other; else it has the form of those that spend this one. */
  readonly isCertain: boolean;
}

/** @returns undefined where the input does not show it, as with taproot and bare keys */
export function spentScript({ scriptSig, witness }: SpendingInput): SpentScript | undefined {
  if (witness.length === 0) return formOf(legacyScript(scriptSig));
  if (scriptSig.length === 0) return formOf(witnessScript(witness));
  // A scriptSig beside a witness is one push of a witness program, whose hash the coin's script names (BIP141).
  const program = pushesOf(scriptSig)?.[0];
  return program && { script: payToScriptHash(hash160(program)), isCertain: true };
}

function formOf(script: Uint8Array | undefined): SpentScript | undefined {
  return script && { script, isCertain: false };
}

const nothing = new Uint8Array(0);

function legacyScript(scriptSig: Uint8Array): Uint8Array | undefined {
  const pushes = pushesOf(scriptSig);
  if (pushes === undefined) return undefined;
  const last = pushes.at(-1) ?? nothing;
  if (isSignature(last) || isPublicKey(last))
    return areSignatureAndKey(pushes) ? payToKeyHash(hash160(last)) : undefined;
  // Other scripts are spent with pushes, too: what is taken for the script of a P2SH coin has to look like one.
  return pushes.some(isSignature) && checksSignature(last) ? payToScriptHash(hash160(last)) : undefined;
}

function witnessScript(witness: readonly Uint8Array[]): Uint8Array | undefined {
  const last = witness.at(-1) ?? nothing;
  if (areSignatureAndKey(witness)) return payToWitness(0, hash160(last));
  return isTaproot(witness, last) || !checksSignature(last) ? undefined : payToWitness(0, sha256(last));
}

function areSignatureAndKey(items: readonly Uint8Array[]): boolean {
  const [first = nothing, second = nothing] = items;
  return items.length === 2 && isSignature(first) && isPublicKey(second);
}

/** First byte of the last item if there are two or more: an annex, and so taproot. @see BIP341 */
const annexTag = 0x50;
/** A signature of taproot, and one with a type of its own. */
const schnorrBytes = [64, 65];
/** A control block has 33 bytes, and 32 for each step up the tree. */
const controlStepBytes = 32;
/** First bytes of a control block, but for their lowest bit. No script of P2WSH begins with one. @see BIP341, footnote 7 */
const otherLeafVersions = [0x66, 0x7e, 0x80, 0x84, 0x96, 0x98, 0xba, 0xbc, 0xbe];
const leafVersionMin = 0xc0;

/** Whether a witness may be one of taproot. */
function isTaproot(witness: readonly Uint8Array[], last: Uint8Array): boolean {
  if (witness.length === 1) return schnorrBytes.includes(last.length);
  const begin = last[0] ?? 0;
  if (begin === annexTag) return true;
  const isControl = last.length % controlStepBytes === 1;
  const version = begin & 0xfe;
  return isControl && (version >= leafVersionMin || otherLeafVersions.includes(version));
}

/** Bytes of an ECDSA signature with its type, at most. */
const signatureBytesMax = 73;

/** The form that BIP66 demands: a sequence of two integers, and a byte. */
function isSignature(item: Uint8Array): boolean {
  const { length } = item;
  if (length > signatureBytesMax) return false;
  const rBytes = item[3] ?? 0;
  const sBytes = item[5 + rBytes] ?? 0;
  const isSequence = item[0] === 0x30 && item[1] === length - 3;
  const areIntegers = item[2] === 2 && item[4 + rBytes] === 2;
  return isSequence && areIntegers && rBytes > 0 && sBytes > 0 && rBytes + sBytes + 7 === length;
}

/** A key of 33 bytes, or of 65; hybrid ones are rare, and valid. */
function isPublicKey(item: Uint8Array): boolean {
  const [form = 0] = item;
  if (item.length === 33) return form === 2 || form === 3;
  return item.length === 65 && (form === 4 || form === 6 || form === 7);
}
