import { blake3 } from '../bytes/blake3.js';
import { bytesToHex } from '../bytes/hex.js';
import { encodeUtf8 } from '../bytes/utf8.js';

/**
 * 32 bytes that commit to every parameter of a network: BLAKE3 of the JSON text
 * `["vision-light network id 1", family, parameters]`, its keys sorted, byte strings as lowercase hex, 64-bit
 * integers as decimal strings, no white space.
 *
 * Peers that differ in any parameter are strangers, so a parameter that is added to a family changes its ids.
 */
export function networkIdOf(family: string, params: object): Uint8Array {
  const text = JSON.stringify(['vision-light network id 1', family, canonical(params)]);
  const bytes = encodeUtf8(text);
  if (bytes === undefined) throw new RangeError('params: a string holds half a surrogate pair');
  return blake3(bytes);
}

function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(canonical);
  const entries = Object.entries(value).map(([name, item]): [string, unknown] => [name, canonical(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
