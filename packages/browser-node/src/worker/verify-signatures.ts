import type { SignatureCheck } from '@vision-light/protocol';

/** Ed25519 by WebCrypto. @returns 1 for each signature that is good, else 0 */
export async function verifySignatures(checks: readonly SignatureCheck[]): Promise<Uint8Array> {
  return Uint8Array.from(await Promise.all(checks.map(verify)));
}

async function verify({ publicKey, message, signature }: SignatureCheck): Promise<number> {
  const key = await crypto.subtle.importKey('raw', bufferOf(publicKey), 'Ed25519', false, ['verify']);
  return (await crypto.subtle.verify('Ed25519', key, bufferOf(signature), bufferOf(message))) ? 1 : 0;
}

/** WebCrypto takes no view of shared memory, so its types want to know that this is none. */
function bufferOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
