/** Feeds hostile bytes to every decoder, from a seed. */
import { bytesToHex } from '@vision-light/protocol';
import { SimRandom } from '../sim/sim-random.js';
import type { FuzzTarget } from './fuzz-target.js';
import { hostileBytes } from './mutate.js';
import { targets as allTargets } from './targets.js';

/** No decoder may take longer over one input, which is at most 1,500 bytes. Arbitrary. */
const SLOW_MS = 5000;

export interface FuzzOptions {
  readonly seed: number;
  readonly inputsMax: number;
  /** Milliseconds after which it ends; for as long as it takes if absent. */
  readonly forMs?: number;
  readonly targets?: readonly FuzzTarget[];
}

/** Inputs by target. */
export type FuzzCounts = ReadonlyMap<string, number>;

/** An input that a decoder did not withstand; the message holds it. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** @throws {FuzzFailure} naming seed, target and input */
export function fuzz({ seed, inputsMax, forMs, targets = allTargets }: FuzzOptions): FuzzCounts {
  const random = new SimRandom(seed);
  const counts = new Map<string, number>(targets.map(({ name }) => [name, 0]));
  const turns = targets.flatMap((target) => Array.from({ length: target.weight }, () => target));
  const started = performance.now();
  for (let i = 0; i < inputsMax; i++) {
    if (forMs !== undefined && i % 256 === 0 && performance.now() - started > forMs) break;
    const target = turns[i % turns.length] as FuzzTarget;
    const input = hostileBytes(random, target.samples);
    counts.set(target.name, (counts.get(target.name) ?? 0) + 1);
    tryOne(target, input, `seed ${seed}, input ${i}`);
  }
  return counts;
}

/** One input to one decoder. @throws {FuzzFailure} */
export function tryOne(target: FuzzTarget, input: Uint8Array, from: string): void {
  const fail = (what: string, cause?: unknown): never => {
    const again = `npm run fuzz -- --target "${target.name}" --input ${bytesToHex(input)}`;
    throw new FuzzFailure(`${target.name}, ${from}: ${what}\nAgain: ${again}`, { cause });
  };
  // A decoder may keep a view of its input, never change it.
  const given = input.slice();
  const timeOfCheck = (): number => {
    const started = performance.now();
    target.check(given);
    return performance.now() - started;
  };
  try {
    const took = timeOfCheck();
    // Once may be a pause of the machine; a slow decoder is slow each time.
    if (took > SLOW_MS && timeOfCheck() > SLOW_MS && timeOfCheck() > SLOW_MS)
      fail(`took ${took.toFixed(0)} ms, and as long when asked again`);
  } catch (error) {
    if (error instanceof FuzzFailure) throw error;
    fail(error instanceof Error ? `${error.name}: ${error.message}` : String(error), error);
  }
  if (Buffer.compare(given, input) !== 0) fail('the input was changed');
}
