/**
 * Hashing for many nodes at once. A hash is a function of its input, so what one node had hashed is remembered for the
 * others; each of them still asks for it, and waits for it.
 */
import { PowJobRunner } from '@vision-light/pow';
import type { PowJob, VisionXJob } from '@vision-light/protocol';

/** Inputs that are remembered; at the edge all are forgotten. */
const ENTRIES_MAX = 100_000;

type Input = VisionXJob['inputs'][number];

/** What was hashed, and its hash. */
interface Known {
  readonly input: Input;
  readonly hash: Uint8Array;
}

export class PowCache {
  readonly #runner = new PowJobRunner();
  /** By a sum over the input. */
  readonly #known = new Map<number, Known[]>();
  #count = 0;
  /** Headers that were really hashed. */
  hashed = 0;

  run(job: PowJob): Uint8Array {
    if (job.algorithm !== 'visionx') {
      this.hashed += job.count;
      return this.#runner.run(job);
    }
    const missing = job.inputs.filter((input) => this.#find(input) === undefined);
    if (missing.length > 0) {
      this.hashed += missing.length;
      const hashes = this.#runner.run({ ...job, count: missing.length, inputs: missing });
      for (const [i, input] of missing.entries()) this.#add(input, hashes.slice(i * 32, i * 32 + 32));
    }
    const answer = new Uint8Array(job.count * 32);
    for (const [i, input] of job.inputs.entries()) answer.set(this.#find(input) as Uint8Array, i * 32);
    if (this.#count > ENTRIES_MAX) {
      this.#known.clear();
      this.#count = 0;
    }
    return answer;
  }

  #find(input: Input): Uint8Array | undefined {
    return this.#known.get(sumOf(input))?.find((known) => areSame(known.input, input))?.hash;
  }

  #add(input: Input, hash: Uint8Array): void {
    const sum = sumOf(input);
    const known = this.#known.get(sum) ?? [];
    this.#known.set(sum, known);
    known.push({ input, hash });
    this.#count++;
  }
}

/** 30 bits of the message and the nonce. A network of nodes asks for each of them once, so this is done often. */
function sumOf({ message, nonce }: Input): number {
  let sum = Number(BigInt.asUintN(30, nonce));
  for (let i = 0; i < message.length; i++) sum = Math.imul(sum ^ (message[i] as number), 0x01000193);
  return sum & 0x3fff_ffff;
}

function areSame(a: Input, b: Input): boolean {
  return a.nonce === b.nonce && areEqual(a.message, b.message) && areEqual(a.seed, b.seed);
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
