/**
 * Run by hand: writes tests/data/ed25519-vectors.json, signatures on which verifiers of Ed25519 differ, and some on which
 * they do not. All follow from fixed texts, so that a second run writes the same file.
 *
 * Of each it says whether the core lets a platform look at it (`isStrict`, see `chain/strict-signature.ts`), and whether
 * it is then good (`isGood`): S·B = R + k·A without the cofactor. Both are computed here from the points themselves.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { root } from '../run/run-command.mjs';

hashes.sha512 = sha512;
const { p, n: order } = Point.CURVE();
const { BASE, ZERO } = Point;

const ascii = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));
const numberOf = (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
const bytesOf = (number) => unhex(number.toString(16).padStart(64, '0')).reverse();
const join = (...parts) => new Uint8Array(Buffer.concat(parts));
const scalar = (name) => numberOf(sha512(ascii(name))) % order;
const times = (point, k) => (k % order === 0n ? ZERO : point.multiply(k % order, false));
/** Multiples of a point of small order: the library's own take a number modulo the order of the base point. */
const timesSmall = (point, k) => Array.from({ length: Number(k % 8n) }).reduce((sum) => sum.add(point), ZERO);
const challenge = (r, key, message) => numberOf(sha512(join(r, key, message))) % order;

/** A point of order 8. Its multiples are the points of small order. */
const torsion = Point.fromBytes(unhex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'));
const smallPoints = Array.from({ length: 8 }, (_, i) => timesSmall(torsion, BigInt(i)));
const smallKeys = smallPoints.map((point) => point.toBytes());
/** Other encodings of them: y that is not reduced, and a sign where x is 0. */
const otherSmall = [
  bytesOf(p),
  bytesOf(p | (1n << 255n)),
  bytesOf(p + 1n),
  bytesOf((p + 1n) | (1n << 255n)),
  bytesOf(1n | (1n << 255n)),
  bytesOf((p - 1n) | (1n << 255n)),
];

const vectors = [];

function add(name, key, message, signature, isStrict, isGood = false) {
  const fields = { publicKey: hex(key), message: hex(message), signature: hex(signature) };
  vectors.push({ name, ...fields, isStrict, isGood });
}

/** The first message of a row for which `isWanted` holds. */
function search(name, isWanted) {
  for (let i = 0; ; i++) {
    const message = ascii(`${name} ${i}`);
    if (isWanted(message)) return message;
  }
}

// RFC 8032, 7.1: tests 1 to 3, by their secret keys.
for (const [secret, message] of [
  ['9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', ''],
  ['4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', '72'],
  ['c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7', 'af82'],
]) {
  const key = getPublicKey(unhex(secret));
  const signature = sign(unhex(message), unhex(secret));
  add(`RFC 8032, message of ${message.length / 2} bytes`, key, unhex(message), signature, true, true);
}

const secret = sha512(ascii('secret')).slice(0, 32);
const publicKey = getPublicKey(secret);
for (const length of [1, 63, 64, 111, 112, 128, 1023]) {
  const message = new Uint8Array(length).fill(length);
  add(`message of ${length} bytes`, publicKey, message, sign(message, secret), true, true);
}

const message = ascii('message');
const good = sign(message, secret);
const goodR = good.slice(0, 32);
const goodS = numberOf(good.slice(32));
const withS = (s) => join(goodR, bytesOf(s));
add('another message', publicKey, ascii('other'), good, true);
add('another key', getPublicKey(sha512(ascii('other')).slice(0, 32)), message, good, true);
for (const bit of [0, 100, 254, 255, 256, 300, 507]) {
  const flipped = good.slice();
  flipped[bit >> 3] ^= 1 << (bit & 7);
  add(`bit ${bit} of the signature flipped`, publicKey, message, flipped, numberOf(flipped.slice(32)) < order);
}
for (const factor of [1n, 2n, 7n, 14n])
  add(`S + ${factor}·L`, publicKey, message, withS(goodS + factor * order), false);
add('S = L', publicKey, message, withS(order), false);
add('S = L − 1', publicKey, message, withS(order - 1n), true);
add('S = 0', publicKey, message, withS(0n), true);
for (const bit of [253n, 254n, 255n])
  add(`S with bit ${bit} set`, publicKey, message, withS(goodS | (1n << bit)), false);

// A key of small order: whatever the message, if k·A is 0, everyone can sign for it.
for (const [i, key] of [...smallKeys, ...otherSmall].entries()) {
  const point = Point.fromBytes(key, true);
  const r = scalar(`small ${i}`);
  const encodedR = times(BASE, r).toBytes();
  const signed = search(`small key ${i}`, (each) =>
    timesSmall(point, challenge(encodedR, key, each)).equals(ZERO),
  );
  add(`A of small order, ${hex(key)}`, key, signed, join(encodedR, bytesOf(r)), false);
}

// R of small order: with R = 0, S = k·a.
const a = scalar('own key');
const ownKey = times(BASE, a).toBytes();
for (const r of [...smallKeys, ...otherSmall]) {
  const k = challenge(r, ownKey, message);
  add(`R of small order, ${hex(r)}`, ownKey, message, join(r, bytesOf((k * a) % order)), false);
}

// S = 0 with A and R of small order: SB = R + kA holds for one R of the eight.
const zeroKey = smallKeys[1];
const zeroR = search('zero', (each) => {
  const k = challenge(smallKeys[3], zeroKey, each);
  return smallPoints[3].add(timesSmall(torsion, k)).equals(ZERO);
});
add('S = 0, A and R of small order', zeroKey, zeroR, join(smallKeys[3], new Uint8Array(32)), false);

// A key that is a multiple of the base point and a point of small order: not to be told by its bytes.
const mixedKey = times(BASE, a).add(torsion).toBytes();
const r = scalar('r');
const plainR = times(BASE, r).toBytes();
const sOf = (k) => bytesOf((r + k * a) % order);
for (const [name, isWanted, isGood] of [
  ['k·A without a part of small order', (k) => k % 8n === 0n, true],
  ['k·A with one: good with the cofactor only', (k) => k % 8n !== 0n, false],
  ['k·A with one of order 2: good with the cofactor only', (k) => k % 8n === 4n, false],
]) {
  const signed = search(name, (each) => isWanted(challenge(plainR, mixedKey, each)));
  const k = challenge(plainR, mixedKey, signed);
  add(`A of mixed order, ${name}`, mixedKey, signed, join(plainR, sOf(k)), true, isGood);
}
for (let i = 1; i < 8; i++) {
  const mixedR = times(BASE, r).add(smallPoints[i]).toBytes();
  const k = challenge(mixedR, ownKey, message);
  add(`R of mixed order ${i}: good with the cofactor only`, ownKey, message, join(mixedR, sOf(k)), true);
  const signed = search(`both mixed ${i}`, (each) => {
    const sum = timesSmall(torsion, challenge(mixedR, mixedKey, each)).add(smallPoints[i]);
    return sum.equals(ZERO);
  });
  const both = join(mixedR, sOf(challenge(mixedR, mixedKey, signed)));
  add(`A and R of mixed order ${i}, which cancel`, mixedKey, signed, both, true, true);
}

// Encodings of y that are not reduced, of points of large order; and y that no point has.
for (let y = 2n; y < 19n; y++) {
  let isPoint = true;
  try {
    Point.fromBytes(bytesOf(y));
  } catch {
    isPoint = false;
  }
  const what = isPoint ? 'a point' : 'no point';
  add(`A = ${y}, ${what}`, bytesOf(y), message, good, true);
  add(`A = p + ${y}, ${what}`, bytesOf(p + y), message, good, false);
  add(`R = p + ${y}, ${what}`, publicKey, message, join(bytesOf(p + y), good.slice(32)), false);
  add(`R = ${y}, ${what}`, publicKey, message, join(bytesOf(y), good.slice(32)), true);
}
add('A of bytes 0xff', new Uint8Array(32).fill(0xff), message, good, false);
add('A of 31 bytes', publicKey.slice(0, 31), message, good, false);
add('a signature of 63 bytes', publicKey, message, good.slice(0, 63), false);
add('a signature of 65 bytes', publicKey, message, join(good, new Uint8Array(1)), false);
add('no signature', publicKey, message, new Uint8Array(0), false);

const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`);
writeFileSync(path.join(root, 'tests/data/ed25519-vectors.json'), `[\n${lines.join(',\n')}\n]\n`);
