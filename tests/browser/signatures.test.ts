/** Ed25519 in a real browser: by its WebCrypto, and by the file that is loaded where that has none. */
import { openIdentity } from '../../packages/browser-node/src/worker/node-identity.js';
import { parseSignatureVectors } from '../signature-vectors.js';
import { assertEqual, assertTrue, rejection } from './expect.js';

const fallbackUrl = new URL('/packages/browser-node/dist/ed25519.js', location.href).href;
let networks = 0;
const newNetworkId = (): string => `signatures ${networks++} ${performance.timeOrigin}`;

/** As in a browser that has WebCrypto without Ed25519, or none at all. */
async function without<T>(what: string, run: () => Promise<T>): Promise<T> {
  const { subtle } = crypto;
  Object.defineProperty(subtle, what, {
    configurable: true,
    value: () => Promise.reject(new DOMException('no such algorithm', 'NotSupportedError')),
  });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(subtle, what);
  }
}

const platforms = {
  WebCrypto: () => openIdentity({ isKept: false, networkId: '', fallbackUrl: 'none' }),
  'the fallback': () =>
    without('generateKey', () => openIdentity({ isKept: false, networkId: '', fallbackUrl })),
};

describe('Ed25519', () => {
  for (const [name, open] of Object.entries(platforms)) {
    it(`of what the core lets through, ${name} accepts what every verifier accepts`, async () => {
      const text = await (await fetch('/tests/data/ed25519-vectors.json')).text();
      const vectors = parseSignatureVectors(text).filter(({ isStrict }) => isStrict);
      assertTrue(vectors.length > 50, `${vectors.length} vectors`);
      const { verify } = await open();
      const valid = await verify(vectors);
      for (const [i, vector] of vectors.entries()) assertEqual(valid[i] === 1, vector.isGood, vector.name);
    });

    it(`${name} signs what WebCrypto finds good`, async () => {
      const { publicKey, sign } = await open();
      const message = new TextEncoder().encode('message');
      const key = await crypto.subtle.importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, [
        'verify',
      ]);
      const signature = new Uint8Array(await sign(message));
      assertTrue(await crypto.subtle.verify('Ed25519', key, signature, message), 'the signature is not good');
    });
  }

  it('fails where neither is there', async () => {
    const open = (): Promise<unknown> =>
      openIdentity({ isKept: false, networkId: '', fallbackUrl: new URL('/nowhere.js', location.href).href });
    await rejection(without('generateKey', open));
  });
});

describe('the key of a browser', () => {
  it('is there at the next visit, for any network, and cannot be read', async () => {
    const first = await openIdentity({ isKept: true, networkId: newNetworkId(), fallbackUrl });
    first.release();
    const second = await openIdentity({ isKept: true, networkId: newNetworkId(), fallbackUrl });
    assertEqual(String(second.publicKey), String(first.publicKey), 'key');
    second.release();
    const kept = await new Promise<{ privateKey: CryptoKey }>((resolve, reject) => {
      const opening = indexedDB.open('vision-light-identity');
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const reading = opening.result.transaction('keys').objectStore('keys').get('node');
        reading.onsuccess = () => resolve(reading.result);
      };
    });
    assertEqual(kept.privateKey.extractable, false, 'extractable');
    const message = new Uint8Array([1, 2]);
    const key = await crypto.subtle.importKey('raw', new Uint8Array(first.publicKey), 'Ed25519', false, [
      'verify',
    ]);
    const signature = new Uint8Array(await second.sign(message));
    assertTrue(await crypto.subtle.verify('Ed25519', key, signature, message), 'it does not sign any more');
  });

  it('belongs to one tab at a time in each network; another has one for its run', async () => {
    const networkId = newNetworkId();
    const first = await openIdentity({ isKept: true, networkId, fallbackUrl });
    const second = await openIdentity({ isKept: true, networkId, fallbackUrl });
    assertTrue(String(first.publicKey) !== String(second.publicKey), 'both have the same key');
    first.release();
    second.release();
    const third = await openIdentity({ isKept: true, networkId, fallbackUrl });
    assertEqual(String(third.publicKey), String(first.publicKey), 'key');
    third.release();
  });

  it('is one for this run where nothing is to be kept', async () => {
    const keys = await Promise.all(
      [1, 2].map(() => openIdentity({ isKept: false, networkId: '', fallbackUrl })),
    );
    assertTrue(String(keys[0]?.publicKey) !== String(keys[1]?.publicKey), 'both have the same key');
  });
});
