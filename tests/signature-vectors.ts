/** The signatures of tests/data/ed25519-vectors.json, on which verifiers of Ed25519 are known to differ. */
import type { SignatureCheck } from '@vision-light/protocol';

export interface SignatureVector extends SignatureCheck {
  readonly name: string;
  /** Whether the core lets a platform look at it. */
  readonly isStrict: boolean;
  /** Whether it is good: then every platform has to accept it. */
  readonly isGood: boolean;
}

type Fields = {
  readonly [Key in keyof SignatureVector]: SignatureVector[Key] extends boolean ? boolean : string;
};

export function parseSignatureVectors(text: string): SignatureVector[] {
  return (JSON.parse(text) as Fields[]).map((fields) => ({
    ...fields,
    publicKey: bytesOf(fields.publicKey),
    message: bytesOf(fields.message),
    signature: bytesOf(fields.signature),
  }));
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
