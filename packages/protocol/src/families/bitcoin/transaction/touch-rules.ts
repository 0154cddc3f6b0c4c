/**
 * Whom a Bitcoin transaction concerns: the scripts that it pays to, and the coins that it spends. An input does not say whose
 * coin it spends, so only who has seen the coin being made knows: its name is its outpoint in hex, 36 bytes.
 */
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { bytesToHex } from '../../../bytes/hex.js';
import type { Touches, TouchRules } from '../../../chain/touch-rules.js';
import { scriptOfAddress } from './address.js';
import { parseTransaction, readCompactSize, transactionId } from './transaction.js';

const outpointBytes = 36;
/** Consensus knows no spendable script that is longer. @see Bitcoin Core `MAX_SCRIPT_SIZE` */
const scriptBytesMax = 10_000;

/** The rules of one Bitcoin network, by its name. */
export function touchRules(network: string): TouchRules {
  return {
    addressName: (address) =>
      scriptOfAddress(address, network) ?? (isScript(address) ? address.toLowerCase() : undefined),
    touches,
  };
}

/** Whether a text is a script in hex. */
function isScript(text: string): boolean {
  return text.length <= 2 * scriptBytesMax && /^(?:[\da-f]{2})+$/i.test(text);
}

function touches(transaction: Uint8Array): Touches {
  const tx = parseTransaction(new ByteReader(transaction));
  const reader = new ByteReader(transaction.subarray(0, tx.outputsEnd));
  reader.skip(tx.inputsStart);
  const from = Array.from({ length: readCompactSize(reader) }, () => {
    const outpoint = bytesToHex(reader.view(outpointBytes));
    reader.skip(readCompactSize(reader));
    reader.skip(4);
    return outpoint;
  });
  const id = bytesToHex(transactionId(transaction, tx));
  const to = Array.from({ length: readCompactSize(reader) }, (_, index) => {
    reader.skip(8);
    const name = bytesToHex(reader.view(readCompactSize(reader)));
    const place = new ByteWriter(4);
    place.u32(index);
    return { name, coin: id + bytesToHex(place.bytes()) };
  });
  return { from, to };
}
