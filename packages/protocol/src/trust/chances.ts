/**
 * How probable it is that blocks come as late or as seldom as they do. Blocks are found as a Poisson process: each moment is
 * as good as any other, whatever came before.
 */

/** The chance that no block comes for so long. @param ageS  seconds, negative for none */
export function chanceOfNone(ageS: number, targetSpacingS: number): number {
  return Math.exp(-Math.max(0, ageS) / targetSpacingS);
}

/** Seconds without a block whose chance is `probability`. */
export function ageOfChance(probability: number, targetSpacingS: number): number {
  return -Math.log(probability) * targetSpacingS;
}

/** The chance of at most so many blocks where so many are expected. */
export function chanceOfAtMost(blocks: number, expected: number): number {
  let term = Math.exp(-expected);
  let sum = term;
  for (let i = 1; i <= blocks; i++) {
    term *= expected / i;
    sum += term;
  }
  return Math.min(1, sum);
}
