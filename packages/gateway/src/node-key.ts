/** The gateway's Ed25519 key: who it is to its peers, over restarts. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { GatewayError } from './gateway-error.js';
import { readOrMake } from './kept-file.js';

/** A key pair that signs. */
export interface NodeKey {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  sign(message: Uint8Array): Uint8Array;
}

/** What stands before the 32 bytes of a private key in its PKCS #8 form (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A new key. */
export function createNodeKey(): NodeKey {
  return nodeKeyOf(generateKeyPairSync('ed25519').privateKey);
}

/** The key of a seed of 32 bytes, for what has to come again the same. */
export function nodeKeyOfSeed(seed: Uint8Array): NodeKey {
  const key = Buffer.concat([pkcs8Prefix, seed]);
  return nodeKeyOf(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
}

/**
 * The key in a file (PEM, PKCS #8), which is made if it is not there, so that only its owner can read it.
 *
 * @throws {GatewayError} if the file is there and holds no such key, or cannot be read or made
 */
export async function openNodeKey(file: string): Promise<NodeKey> {
  try {
    return nodeKeyOf(createPrivateKey(await readOrMake(file, newKeyText)));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new GatewayError(`The key of the gateway, ${file}, cannot be used: ${cause}`, { cause: error });
  }
}

function nodeKeyOf(privateKey: KeyObject): NodeKey {
  const { crv, x } = createPublicKey(privateKey).export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw new TypeError('it is no Ed25519 key');
  return {
    publicKey: new Uint8Array(Buffer.from(x, 'base64url')),
    sign: (message) => new Uint8Array(sign(null, message, privateKey)),
  };
}

function newKeyText(): string {
  return String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
}
