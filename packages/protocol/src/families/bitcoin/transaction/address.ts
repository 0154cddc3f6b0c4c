/**
 * Addresses of Bitcoin as the scripts that they stand for: SegWit (BIP173, and BIP350 from version 1 on), and the older ones
 * in Base58Check. Nothing here is longer than 90 characters.
 */
import { bytesToHex } from '../../../bytes/hex.js';
import { sha256d } from './transaction.js';

/** How the addresses of a network begin. */
interface AddressPrefixes {
  /** Human-readable part. */
  readonly segwit: string;
  /** Version byte of pay-to-public-key-hash, and of pay-to-script-hash. @see Bitcoin Core `base58Prefixes` */
  readonly keyHash: number;
  readonly scriptHash: number;
}

const testPrefixes = { keyHash: 111, scriptHash: 196 };
const prefixes: Readonly<Record<string, AddressPrefixes>> = {
  'bitcoin-mainnet': { segwit: 'bc', keyHash: 0, scriptHash: 5 },
  'bitcoin-regtest': { segwit: 'bcrt', ...testPrefixes },
};
const otherPrefixes = { segwit: 'tb', ...testPrefixes };

const addressCharactersMax = 90;
/** @see BIP173 */
const segwitAlphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const segwitGenerator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3] as const;
/** Checksum of version 0, and of all others. @see BIP173, BIP350 */
const bech32Constant = 1;
const bech32mConstant = 0x2bc830a3;
const checksumDigits = 6;
const base58Alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const base58Bytes = 25;

/** @returns the script in hex; undefined if the text is no address of this network */
export function scriptOfAddress(address: string, network: string): string | undefined {
  if (address.length > addressCharactersMax) return undefined;
  const expected = prefixes[network] ?? otherPrefixes;
  return segwitScript(address, expected.segwit) ?? base58Script(address, expected);
}

function segwitScript(address: string, expected: string): string | undefined {
  const text = address.toLowerCase();
  if (address !== text && address !== address.toUpperCase()) return undefined;
  if (!text.startsWith(`${expected}1`)) return undefined;
  const digits = [...text.slice(expected.length + 1)].map((character) => segwitAlphabet.indexOf(character));
  const [version = -1] = digits;
  if (digits.includes(-1) || digits.length < checksumDigits + 1 || version > 16) return undefined;
  const checksum = version === 0 ? bech32Constant : bech32mConstant;
  if (segwitChecksum(expected, digits) !== checksum) return undefined;
  const program = joinBits(digits.slice(1, -checksumDigits));
  const isLengthGood =
    program !== undefined &&
    (version === 0 ? [20, 32].includes(program.length) : program.length >= 2 && program.length <= 40);
  if (!isLengthGood) return undefined;
  // OP_0, or OP_1 to OP_16; then the program.
  return bytesToHex(Uint8Array.of(version === 0 ? 0 : 0x50 + version, program.length, ...program));
}

function segwitChecksum(prefix: string, digits: readonly number[]): number {
  const codes = [...prefix].map((character) => character.charCodeAt(0));
  let sum = 1;
  for (const value of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...digits]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [i, term] of segwitGenerator.entries()) if (((top >> i) & 1) === 1) sum ^= term;
  }
  return sum;
}

/** Groups of five bits as bytes; fewer than five bits may be left, all zero. */
function joinBits(digits: readonly number[]): number[] | undefined {
  const bytes: number[] = [];
  let rest = 0;
  let bits = 0;
  for (const digit of digits) {
    rest = ((rest << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((rest >> bits) & 0xff);
  }
  return bits < 5 && (rest & ((1 << bits) - 1)) === 0 ? bytes : undefined;
}

function base58Script(address: string, { keyHash, scriptHash }: AddressPrefixes): string | undefined {
  let number = 0n;
  for (const character of address) {
    const digit = base58Alphabet.indexOf(character);
    if (digit < 0) return undefined;
    number = number * 58n + BigInt(digit);
  }
  const hex = number.toString(16).padStart(2 * base58Bytes, '0');
  if (hex.length > 2 * base58Bytes) return undefined;
  const bytes = Uint8Array.from({ length: base58Bytes }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
  // Each zero byte at the begin is a 1.
  const zeros = bytes.findIndex((byte) => byte !== 0);
  if (/^1*/.exec(address)?.[0].length !== zeros) return undefined;
  if (!hex.endsWith(bytesToHex(sha256d(bytes.subarray(0, 21)).subarray(0, 4)))) return undefined;
  const hash = hex.slice(2, 42);
  if (bytes[0] === keyHash) return `76a914${hash}88ac`;
  return bytes[0] === scriptHash ? `a914${hash}87` : undefined;
}
