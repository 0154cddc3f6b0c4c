/**
 * Who this browser is to its peers: an Ed25519 key for each profile and origin, shared by all networks. It lies in a
 * database of its own, so that it stays when a chain is wiped. Where WebCrypto has Ed25519, not even this code can read
 * its private half.
 *
 * Two nodes of one network with the same key would be taken for one, so one tab of an origin has it, and the others have
 * a key for their run. So has a page whose storage is `memory`, or denied, and one that was not loaded securely.
 */
import type { SignatureCheck } from '@vision-light/protocol';
import { openDB } from 'idb';
import { inTime } from '../boundary/start-deadline.js';
import { requestWriteLock } from '../store/write-lock.js';

/** A key, and what signs with it and verifies. */
export interface NodeIdentity {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** @returns 64 bytes */
  sign(message: Uint8Array): Promise<Uint8Array>;
  /** @returns 1 for each signature that is good, else 0; of those that the core lets through */
  verify(checks: readonly SignatureCheck[]): Promise<Uint8Array>;
  /** Another tab may have the key. */
  release(): void;
}

/** What decides which key a node has. */
export interface IdentityChoice {
  /** Whether the key is to be there at the next visit. */
  readonly isKept: boolean;
  /** 64 hex digits. */
  readonly networkId: string;
  /** Address of the file that is loaded where WebCrypto has no Ed25519. */
  readonly fallbackUrl: string;
}

/** As it is kept. The private half is a CryptoKey, or its bytes where there is none. */
interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: CryptoKey | Uint8Array;
}

/** Ed25519 as this browser has it. */
interface Ed25519 {
  create(): Promise<KeyPair>;
  sign(privateKey: KeyPair['privateKey'], message: Uint8Array): Promise<Uint8Array> | Uint8Array;
  verify(check: SignatureCheck): Promise<boolean> | boolean;
}

const NAME = 'vision-light-identity';
const ALGORITHM = 'Ed25519';
/** Milliseconds to wait for the worker of a page that is being reloaded to end; another tab is not waited for longer. */
const LOCK_WAIT_MS = 500;

/** Opens or makes the node's key. @throws if neither WebCrypto nor the fallback can be used */
export async function openIdentity({
  isKept,
  networkId,
  fallbackUrl,
}: IdentityChoice): Promise<NodeIdentity> {
  const lock =
    isKept && 'locks' in navigator ? requestWriteLock(`${NAME} ${networkId}`, LOCK_WAIT_MS) : undefined;
  const [ed25519, made] = await makeKey(fallbackUrl);
  const isFirst = (await lock?.isWriter) ?? false;
  const { publicKey, privateKey } = isFirst
    ? await inTime(keepKey(made), () => made).catch(() => made)
    : made;
  return {
    publicKey,
    sign: async (message) => ed25519.sign(privateKey, message),
    verify: async (checks) =>
      Uint8Array.from(await Promise.all(checks.map(async (check) => ed25519.verify(check))), Number),
    release: () => lock?.release(),
  };
}

/** A new key, which also shows what this browser can. */
async function makeKey(fallbackUrl: string): Promise<readonly [Ed25519, KeyPair]> {
  try {
    return [native, await native.create()];
  } catch {
    const fallback = await loadFallback(fallbackUrl);
    return [fallback, await fallback.create()];
  }
}

/** The key that is kept, which is the new one if there is none of its kind. */
async function keepKey(made: KeyPair): Promise<KeyPair> {
  const database = await openDB(NAME, 1, { upgrade: (each) => void each.createObjectStore('keys') });
  try {
    const keys = database.transaction('keys', 'readwrite').store;
    const kept: KeyPair | undefined = await keys.get('node');
    if (kept !== undefined && kept.privateKey.constructor === made.privateKey.constructor) return kept;
    await keys.put(made, 'node');
    return made;
  } finally {
    database.close();
  }
}

const native: Ed25519 = {
  async create() {
    const pair = (await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])) as CryptoKeyPair;
    const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    return { publicKey, privateKey: pair.privateKey };
  },
  async sign(privateKey, message) {
    return new Uint8Array(await crypto.subtle.sign(ALGORITHM, privateKey as CryptoKey, bufferOf(message)));
  },
  async verify({ publicKey, message, signature }) {
    try {
      const key = await crypto.subtle.importKey('raw', bufferOf(publicKey), ALGORITHM, false, ['verify']);
      return await crypto.subtle.verify(ALGORITHM, key, bufferOf(signature), bufferOf(message));
    } catch {
      // The key is no point of the curve, in a browser that looks at once.
      return false;
    }
  },
};

async function loadFallback(url: string): Promise<Ed25519> {
  const { getPublicKey, sign, verify }: typeof import('./ed25519-fallback.js') = await import(
    /* @vite-ignore */ url
  );
  return {
    async create() {
      const privateKey = crypto.getRandomValues(new Uint8Array(32));
      return { publicKey: getPublicKey(privateKey), privateKey };
    },
    sign: (privateKey, message) => sign(message, privateKey as Uint8Array),
    verify: ({ publicKey, message, signature }) => verify(publicKey, message, signature),
  };
}

/** WebCrypto takes no view of shared memory, so its types want to know that this is none. */
function bufferOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
