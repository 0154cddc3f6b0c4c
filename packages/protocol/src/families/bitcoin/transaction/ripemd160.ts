/**
 * RIPEMD-160: with it Bitcoin makes 20 bytes of a key or a script. Two lines of 80 steps each go over a block of 64 bytes,
 * and the results of both are added up.
 *
 * @see Dobbertin, Bosselaers, Preneel: "RIPEMD-160: A Strengthened Version of RIPEMD" (1996), appendix A
 */
import { defined } from '../../../assert.js';
import { readU32, writeU32 } from '../../../bytes/integers.js';

const blockBytes = 64;
const hashBytes = 20;
/** Where the length of the input stands in the last block. */
const lengthAt = 56;

/** One value for each step, as a hexadecimal digit. */
const steps = (digits: string): number[] => [...digits].map((digit) => Number.parseInt(digit, 16));

/** What the two lines differ in. */
interface Line {
  /** Which word of the block each step takes. */
  readonly words: readonly number[];
  /** By how many bits each step turns. */
  readonly turns: readonly number[];
  /** One for 16 steps: of the square roots or the cube roots of 2, 3, 5 and 7, and 0. */
  readonly constants: readonly number[];
  /** Whether the functions of the rounds are taken from the last to the first. */
  readonly isReversed: boolean;
}

const left: Line = {
  words: steps('0123456789abcdef74d1a6f3c0952eb83ae49f812706db5c19ba08c4d37fe56240597c2ae138b6fd'),
  turns: steps('befc5879bdef6798768db97f7cf9b7dcbd67e9dfe8d65c75bcefef989e56865c9f5b68dc5cdeb856'),
  constants: [0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e],
  isReversed: false,
};
const right: Line = {
  words: steps('5e7092b4d6f81a3c6b370d5aef8c4912f5137e69b8c2a04d86413bf05c2d97aecfa4158762de039b'),
  turns: steps('899bdff5778beec69df7c89b77c76fdb97fb866ecd5edd75f58bee6e69c9c5f885c9c5e68d65fdbb'),
  constants: [0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0],
  isReversed: true,
};

type Words = [number, number, number, number, number];

/** @returns 20 bytes */
export function ripemd160(bytes: Uint8Array): Uint8Array {
  let state: Words = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const padded = pad(bytes);
  for (let at = 0; at < padded.length; at += blockBytes) state = compress(state, padded, at);
  const hash = new Uint8Array(hashBytes);
  for (const [i, word] of state.entries()) writeU32(hash, 4 * i, word);
  return hash;
}

/** The input with one bit, zeros and its number of bits behind it, up to the end of a block. */
function pad(bytes: Uint8Array): Uint8Array {
  const blocks = Math.floor((bytes.length + blockBytes - lengthAt) / blockBytes) + 1;
  const padded = new Uint8Array(blocks * blockBytes);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  writeU32(padded, padded.length - 8, bytes.length * 8);
  writeU32(padded, padded.length - 4, Math.floor(bytes.length / 0x2000_0000));
  return padded;
}

function compress(state: Words, block: Uint8Array, at: number): Words {
  const [a, b, c, d, e] = state;
  const [leftA, leftB, leftC, leftD, leftE] = run(left, state, block, at);
  const [rightA, rightB, rightC, rightD, rightE] = run(right, state, block, at);
  return [
    (b + leftC + rightD) | 0,
    (c + leftD + rightE) | 0,
    (d + leftE + rightA) | 0,
    (e + leftA + rightB) | 0,
    (a + leftB + rightC) | 0,
  ];
}

function run(
  { words, turns, constants, isReversed }: Line,
  state: Words,
  block: Uint8Array,
  at: number,
): Words {
  let [a, b, c, d, e] = state;
  for (let step = 0; step < 80; step++) {
    const round = step >> 4;
    const mixed = mix(isReversed ? 4 - round : round, b, c, d);
    const word = readU32(block, at + 4 * defined(words[step], 'there are 80 steps'));
    const sum = (a + mixed + word + defined(constants[round], 'there are 5 rounds')) | 0;
    const next = (rotateLeft(sum, defined(turns[step], 'there are 80 steps')) + e) | 0;
    a = e;
    e = d;
    d = rotateLeft(c, 10);
    c = b;
    b = next;
  }
  return [a, b, c, d, e];
}

function mix(round: number, x: number, y: number, z: number): number {
  if (round === 0) return x ^ y ^ z;
  if (round === 1) return (x & y) | (~x & z);
  if (round === 2) return (x | ~y) ^ z;
  return round === 3 ? (x & z) | (y & ~z) : x ^ (y | ~z);
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
