/** The same in Node. */
import { readFileSync } from 'node:fs';
import { parseSignatureVectors, type SignatureVector } from './signature-vectors.js';

export function readSignatureVectors(): SignatureVector[] {
  return parseSignatureVectors(readFileSync(new URL('data/ed25519-vectors.json', import.meta.url), 'utf8'));
}
