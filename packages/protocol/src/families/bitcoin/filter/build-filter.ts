import { ByteWriter } from '../../../bytes/byte-writer.js';
import { writeCompactSize } from '../block/transaction-rules.js';
import { readParts } from './block-parts.js';
import { FilterScripts } from './filter-scripts.js';
import { FilterValues } from './filter-values.js';
import { encodeAscending } from './golomb-rice.js';

/**
 * The bytes of the basic filter of a block.
 *
 * @param body  of a block whose body is checked
 * @param spentScripts  of all coins that its transactions spend, in any order
 * @param blockHash  32 bytes, internal order
 * @throws {RangeError} if the body is none
 * @see BIP158, "Contents" and "Construction"
 */
export function buildFilter(
  body: Uint8Array,
  spentScripts: readonly Uint8Array[],
  blockHash: Uint8Array,
): Uint8Array {
  const scripts = new FilterScripts();
  for (const { outputs } of readParts(body)) for (const script of outputs) scripts.addOutput(script);
  for (const script of spentScripts) scripts.addSpent(script);
  const writer = new ByteWriter();
  writeCompactSize(writer, scripts.size);
  encodeAscending(writer, new FilterValues(blockHash, scripts.size).ascending(scripts.values()));
  return writer.bytes();
}
