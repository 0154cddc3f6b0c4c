/**
 * Keys that sign transactions of Vision. A key lies in a database of its own, with the nonce of its next transaction, and can
 * be taken elsewhere: whoever has its 64 digits can sign in its name.
 */

import { ed25519Url } from 'vision-light:ed25519-url';
import { bytesToHex, hexToBytes, signableText, type VisionTransaction } from '@vision-light/protocol';
import { openDB } from 'idb';

/** Which key. */
export interface KeyOptions {
  /** A page may have several keys, each under a name of its own. Default: 'default'. */
  readonly name?: string;
  /** The private half of a key that was exported, 64 hex digits: it takes the place of the one of this name. */
  readonly secret?: string;
}

/** What a transaction says; what is left out is empty or 0. */
export interface TransactionFields {
  /** Name of the module that is called. */
  readonly module: string;
  /** Name of its method. */
  readonly method: string;
  /** Bytes, or text that becomes UTF-8. */
  readonly args?: Uint8Array | string;
  /** Names of what the call may touch; none if absent. */
  readonly access_list?: readonly string[];
  /** What the miner gets, in the smallest unit; 0 if absent. */
  readonly tip?: bigint;
  /** The most that the call may cost, in the smallest unit. */
  readonly fee_limit?: bigint;
  /** In the smallest unit, as the chain's nodes understand it; 0 if absent. */
  readonly max_priority_fee_per_gas?: bigint;
  /** In the smallest unit, as the chain's nodes understand it; 0 if absent. */
  readonly max_fee_per_gas?: bigint;
  /** Default: the least that neither this key has signed in this browser nor `node.nextNonce` knows to be used, see `sign`. */
  readonly nonce?: bigint;
}

/** A key of this page. */
export interface TransactionKey {
  /** 64 lowercase hex digits: the sender of what it signs. */
  readonly publicKey: string;
  /**
   * Signs a transaction. Whether its fields are in range is for `sendTx` to say.
   *
   * @param leastNonce  what `node.nextNonce(publicKey)` says: for a key that may have been used elsewhere
   * @throws {DOMException} InvalidStateError if the key was removed, or another one has taken its name; another if the
   *   browser keeps nothing here
   */
  sign(fields: TransactionFields, leastNonce?: bigint): Promise<VisionTransaction>;
  /** @returns the private half, 64 hex digits */
  export(): string;
  /** Forgets the key. What it signed stays. */
  remove(): Promise<void>;
}

/** As it is kept. */
interface KeptKey {
  /** 32 bytes. */
  readonly secret: Uint8Array;
  readonly nextNonce: bigint;
}

const DATABASE = 'vision-light-keys';
/** What stands before the 32 bytes of a private key in its PKCS #8 form (RFC 8410). */
const PKCS8_PREFIX = '302e020100300506032b657004220420';

/**
 * The key of a name: the one that is kept in this browser, or a new one.
 *
 * @throws {TypeError} if an option is of the wrong type
 * @throws {RangeError} if `secret` is no key
 * @throws {DOMException} if the browser keeps nothing here
 */
export async function createKey(options: KeyOptions = {}): Promise<TransactionKey> {
  const { name = 'default', secret } = options;
  if (typeof name !== 'string') throw new TypeError(`name: must be a text, got ${String(name)}`);
  const given = secret === undefined ? undefined : secretOf(secret);
  const kept = await update(name, (found) =>
    found !== undefined && (given === undefined || isSame(found.secret, given))
      ? found
      : { secret: given ?? crypto.getRandomValues(new Uint8Array(32)), nextNonce: 0n },
  );
  const ed25519 = await signerOf(kept.secret);
  const publicKey = bytesToHex(ed25519.publicKey);
  return {
    publicKey,
    async sign(fields, leastNonce = 0n) {
      let nonce = fields.nonce ?? 0n;
      await update(name, (found) => {
        if (found === undefined || !isSame(found.secret, kept.secret))
          throw new DOMException('The key is not kept any more.', 'InvalidStateError');
        const { nextNonce } = found;
        if (fields.nonce === undefined) nonce = leastNonce > nextNonce ? leastNonce : nextNonce;
        return { ...found, nextNonce: nonce >= nextNonce ? nonce + 1n : nextNonce };
      });
      const tx = transactionOf(fields, publicKey, nonce);
      const signature = await ed25519.sign(new TextEncoder().encode(signableText(tx)));
      return { ...tx, sig: bytesToHex(signature) };
    },
    export: () => bytesToHex(kept.secret),
    async remove() {
      await update(name, () => undefined);
    },
  };
}

function transactionOf(fields: TransactionFields, publicKey: string, nonce: bigint): VisionTransaction {
  const { args = '' } = fields;
  return {
    nonce,
    sender_pubkey: publicKey,
    access_list: fields.access_list ?? [],
    module: fields.module,
    method: fields.method,
    args: [...(typeof args === 'string' ? new TextEncoder().encode(args) : args)],
    tip: fields.tip ?? 0n,
    fee_limit: fields.fee_limit ?? 0n,
    sig: '',
    max_priority_fee_per_gas: fields.max_priority_fee_per_gas ?? 0n,
    max_fee_per_gas: fields.max_fee_per_gas ?? 0n,
  };
}

function secretOf(text: unknown): Uint8Array {
  if (typeof text !== 'string') throw new TypeError(`secret: must be a text, got ${String(text)}`);
  const secret = hexToBytes(text, 32);
  // What it is must not stand in a log.
  if (secret === undefined) throw new RangeError('secret: must be 64 hex digits');
  return secret;
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => bytesToHex(a) === bytesToHex(b);

/** Reads and writes a key in one transaction, so that two tabs never sign with one nonce. @returns what is kept now */
async function update<T extends KeptKey | undefined>(
  name: string,
  change: (found: KeptKey | undefined) => T,
): Promise<T> {
  const database = await openDB(DATABASE, 1, { upgrade: (each) => void each.createObjectStore('keys') });
  try {
    const keys = database.transaction('keys', 'readwrite').store;
    const next = change(await keys.get(name));
    if (next === undefined) await keys.delete(name);
    else await keys.put(next, name);
    return next;
  } finally {
    database.close();
  }
}

interface Signer {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** What is taken of `ed25519.js`, which the worker uses too. */
interface Fallback {
  getPublicKey(secret: Uint8Array): Uint8Array;
  sign(message: Uint8Array, secret: Uint8Array): Uint8Array;
}

async function signerOf(secret: Uint8Array): Promise<Signer> {
  try {
    const pkcs8 = hexToBytes(PKCS8_PREFIX + bytesToHex(secret), 48) ?? secret;
    const key = await crypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), 'Ed25519', true, ['sign']);
    const { x = '' } = await crypto.subtle.exportKey('jwk', key);
    const text = atob(x.replace(/-/g, '+').replace(/_/g, '/'));
    const publicKey = Uint8Array.from(text, (character) => character.charCodeAt(0));
    if (publicKey.length !== 32) throw new TypeError('no public half');
    const sign = async (message: Uint8Array): Promise<Uint8Array> =>
      new Uint8Array(await crypto.subtle.sign('Ed25519', key, new Uint8Array(message)));
    return { publicKey, sign };
  } catch {
    // An older browser, or a page that was not loaded securely.
    const { getPublicKey, sign }: Fallback = await import(/* @vite-ignore */ ed25519Url);
    return { publicKey: getPublicKey(secret), sign: (message) => sign(message, secret) };
  }
}
