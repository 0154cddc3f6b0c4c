/**
 * Whom a Vision transaction concerns. Its sender is a public key. The chain has no other addresses (docs/chains/vision.md §1):
 * what a module does with keys stands in its arguments, so each key in the access list or in the arguments counts as spoken
 * of. A key is 64 lowercase hex digits that stand alone.
 */
import type { TouchRules } from '../../../chain/touch-rules.js';
import { decodeVisionTransaction } from './body-codec.js';

const keys = /(?<![\da-f])[\da-f]{64}(?![\da-f])/g;

/** The rules of all Vision networks. */
export const touchRules: TouchRules = {
  addressName(address) {
    const name = address.toLowerCase();
    return /^[\da-f]{64}$/.test(name) ? name : undefined;
  },
  touches(transaction) {
    const tx = decodeVisionTransaction(transaction);
    if (tx === undefined) return { from: [], to: [] };
    // Bytes that are no ASCII are in no key.
    const text = [...tx.access_list, tx.args.map((byte) => String.fromCharCode(byte)).join('')].join(' ');
    const to = [...new Set(text.match(keys))].map((name) => ({ name, coin: undefined }));
    return { from: [tx.sender_pubkey], to };
  },
};
