/**
 * Addresses of Bitcoin as the scripts that they stand for: SegWit (BIP173, and BIP350 from version 1 on), and the older ones
 * in Base58Check. Nothing here is longer than 90 characters.
 */
import { bech32, bech32m, createBase58check } from '@scure/base';
import { bytesToHex } from '../../../bytes/hex.js';
import { sha256 } from '../../../bytes/sha256.js';
import { payToKeyHash, payToScriptHash, payToWitness } from './standard-scripts.js';

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
const witnessVersionMax = 16;
/** Bytes of programs: of the two kinds of version 0, and of any other version at least and at most. @see BIP141 */
const programBytesOf0 = [20, 32];
const programBytesMin = 2;
const programBytesMax = 40;
/** A version byte, and the hash of a key or a script. */
const base58Bytes = 21;
const base58check = /* @__PURE__ */ createBase58check(sha256);

/** @returns the script in hex; undefined if the text is no address of this network */
export function scriptOfAddress(address: string, network: string): string | undefined {
  if (address.length > addressCharactersMax) return undefined;
  const expected = prefixes[network] ?? otherPrefixes;
  const script = segwitScript(address, expected.segwit) ?? base58Script(address, expected);
  return script && bytesToHex(script);
}

/** Version 0 has the checksum of BIP173, all others that of BIP350. */
function segwitScript(address: string, prefix: string): Uint8Array | undefined {
  const first = bech32.decodeUnsafe(address);
  const read = first ?? bech32m.decodeUnsafe(address);
  if (read?.prefix !== prefix) return undefined;
  const [version = 0, ...words] = read.words;
  const isVersionGood = first ? version === 0 : version > 0 && version <= witnessVersionMax;
  if (!isVersionGood) return undefined;
  const program = bech32.fromWordsUnsafe(words);
  if (!program) return undefined;
  const { length } = program;
  const isLengthGood =
    version === 0 ? programBytesOf0.includes(length) : length >= programBytesMin && length <= programBytesMax;
  return isLengthGood ? payToWitness(version, program) : undefined;
}

function base58Script(address: string, { keyHash, scriptHash }: AddressPrefixes): Uint8Array | undefined {
  const bytes = decodeBase58(address);
  if (bytes?.length !== base58Bytes) return undefined;
  const hash = bytes.subarray(1);
  if (bytes[0] === keyHash) return payToKeyHash(hash);
  return bytes[0] === scriptHash ? payToScriptHash(hash) : undefined;
}

/** @returns undefined for whatever else a person may have typed, for which the library throws */
function decodeBase58(text: string): Uint8Array | undefined {
  try {
    return base58check.decode(text);
  } catch {
    return undefined;
  }
}
