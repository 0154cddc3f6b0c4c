import { PowCache } from './pow-cache.js';
import { World } from './world.js';

/**
 * A world for a large network in which nothing goes wrong: links as between homes on several continents, of a bandwidth.
 *
 * @param startedAt  Unix seconds
 * @param sweepSteps  in so many steps of a node every cap of it is looked at once
 */
export function wideWorld(startedAt: number, sweepSteps: number): World {
  return new World(startedAt, {
    seed: 1,
    introduces: true,
    pow: new PowCache(),
    stepsMax: Number.POSITIVE_INFINITY,
    sweepSteps,
    conditions: (random) => ({
      latencyMs: random.between(5, 150),
      jitterMs: 20,
      bytesPerMs: 250,
      loss: 0.01,
    }),
  });
}
