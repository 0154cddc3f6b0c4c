/**
 * The proof of work of one header, in the numbers that a person can compare: what the hash had to be, what it is, and how much
 * work that shows. They follow from the header's own fields, by the rules in docs/chains; the node has checked them before, so
 * nothing here decides whether a header is valid.
 */
import type { HeaderInfo } from '@vision-light/browser-node';

/** The numbers of one proof. */
export interface WorkFigures {
  /** 64 hex digits, the most significant first: what the digest must not exceed. */
  readonly target: string;
  /** 64 hex digits in the same order: what the header hashes to. */
  readonly digest: string;
  /** First digits that count in the comparison; after those both may be anything. */
  readonly digitsCompared: number;
  /** Hashes that had to be tried, on average. */
  readonly work: bigint;
  /** How many times less than the target the digest is: 1 or more. */
  readonly margin: number;
  readonly algorithm: 'VisionX' | 'double SHA-256';
}

const u64Max = 2n ** 64n - 1n;
const hash64 = /^[0-9a-f]{64}$/;

/** @returns undefined for a header whose fields are of no family that is known here, and for the genesis, which has no proof */
export function workFigures({ fields, hash, height }: HeaderInfo): WorkFigures | undefined {
  if (height === 0) return undefined;
  const { bits, digest, difficulty } = fields;
  if (typeof bits === 'string') {
    const target = targetOfBits(bits);
    if (target === undefined) return undefined;
    return {
      target: target.toString(16).padStart(64, '0'),
      digest: hash,
      digitsCompared: 64,
      work: 2n ** 256n / (target + 1n),
      margin: ratio(target, BigInt(`0x${hash}`)),
      algorithm: 'double SHA-256',
    };
  }
  if (typeof difficulty !== 'bigint' || difficulty <= 0n) return undefined;
  if (typeof digest !== 'string' || !hash64.test(digest)) return undefined;
  const high = u64Max / difficulty;
  return {
    target: `${high.toString(16).padStart(16, '0')}${'f'.repeat(48)}`,
    digest,
    digitsCompared: 16,
    work: difficulty,
    margin: ratio(high, BigInt(`0x${digest.slice(0, 16)}`)),
    algorithm: 'VisionX',
  };
}

/**
 * The target that a compact number stands for.
 *
 * @param bits  8 hex digits: exponent, then mantissa
 * @returns undefined if it is none: negative, zero, or more than 256 bits
 */
export function targetOfBits(bits: string): bigint | undefined {
  if (!/^[0-9a-f]{8}$/.test(bits)) return undefined;
  const exponent = Number.parseInt(bits.slice(0, 2), 16);
  const mantissa = BigInt(`0x${bits.slice(2)}`);
  if (mantissa > 0x7fffffn) return undefined;
  const shift = 8n * BigInt(Math.abs(exponent - 3));
  const target = exponent >= 3 ? mantissa << shift : mantissa >> shift;
  return target > 0n && target < 2n ** 256n ? target : undefined;
}

/** The difficulty of a header as a number: on Bitcoin, how many times less its target is than the one at difficulty 1. */
export function difficultyOf({ fields }: Pick<HeaderInfo, 'fields'>): number | undefined {
  const { bits, difficulty } = fields;
  if (typeof difficulty === 'bigint') return Number(difficulty);
  const target = typeof bits === 'string' ? targetOfBits(bits) : undefined;
  return target === undefined ? undefined : Number(0xffffn << 208n) / Number(target);
}

/** How many digits two texts begin with that are zeros in both. */
export function leadingZeros(hex: string): number {
  return /^0*/.exec(hex)?.[0].length ?? 0;
}

function ratio(target: bigint, digest: bigint): number {
  return digest === 0n ? Number.POSITIVE_INFINITY : Number(target) / Number(digest);
}
