/**
 * The runs whose hashes are kept in `seed-digests.json`: a change that is to alter no message and no moment leaves all of
 * them as they are. One that is to alter some says why in its commit, and records them anew.
 */
import { writeFileSync } from 'node:fs';
import { runScenario } from './scenario.js';

/** Seeds 1 to this. */
export const RECORDED_SEEDS = 200;
/** Virtual minutes of each. */
export const RECORDED_MINUTES = 1;

/** Runs all of them and writes their hashes, one a line. @returns how many differ from those that were there */
export async function recordSeeds(file: string, before: readonly string[]): Promise<number> {
  const digests: string[] = [];
  for (let seed = 1; seed <= RECORDED_SEEDS; seed++)
    digests.push((await runScenario({ seed, minutes: RECORDED_MINUTES })).digest);
  writeFileSync(file, `[\n${digests.map((digest) => `  "${digest}"`).join(',\n')}\n]\n`);
  return digests.filter((digest, i) => digest !== before[i]).length;
}
