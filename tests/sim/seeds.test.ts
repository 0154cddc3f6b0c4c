import { describe, expect, it } from 'vitest';
import { BODY_SEND_BUFFER_BYTES_MAX } from '../../packages/protocol/src/limits.js';
import { RECORDED_MINUTES, RECORDED_SEEDS } from './recorded-seeds.js';
import { replayCommand, runScenario, SimFailure, settleMs } from './scenario.js';
import recorded from './seed-digests.json' with { type: 'json' };
import { SimRandom } from './sim-random.js';
import type { SimNode } from './world.js';

describe(`${RECORDED_SEEDS} seeds: every node's chain only grows in work, every cap holds, and all agree in the end`, () => {
  let faults = 0;
  let unsentBytesMax = 0;

  // A test for each, since some take ten times as long as others.
  it.each(Array.from({ length: RECORDED_SEEDS }, (_, index) => index + 1))('seed %i', async (seed) => {
    const result = await runScenario({ seed, minutes: RECORDED_MINUTES });
    faults += result.faults;
    unsentBytesMax = Math.max(unsentBytesMax, result.unsentBytesMax);
    // A change that is to change no message and no moment changes none of these. One that is to: npm run sim -- --record
    expect(result.digest).toBe(recorded[seed - 1]);
  });

  it('there are faults in them, more than one for each', () => {
    expect(faults).toBeGreaterThan(RECORDED_SEEDS);
  });

  it('in some of them so much is sent that it has to wait', () => {
    expect(unsentBytesMax).toBeGreaterThan(BODY_SEND_BUFFER_BYTES_MAX);
  });
});

describe('a run', () => {
  it('comes again to the byte with its seed, and with no other', async () => {
    const scenario = { seed: 7, nodes: 6, minutes: 1 };
    const first = await runScenario(scenario);
    expect(await runScenario(scenario)).toEqual(first);
    expect((await runScenario({ ...scenario, seed: 8 })).digest).not.toBe(first.digest);
  });

  it('that fails says when, and how to see it again', async () => {
    const failure = await runScenario({ seed: 9, minutes: 1, sabotage: true }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(SimFailure);
    expect((failure as Error).message).toMatch(
      /^seed 9, at [\d.]+ s, event \d+: no agreement about the chainwork.*\nAgain: npm run sim -- --seed 9 --minutes 1$/,
    );
    expect(replayCommand({ seed: 3, nodes: 5 })).toBe('npm run sim -- --seed 3 --nodes 5');
  });

  it('that fails, fails again with its seed: at the same event, after the same history', async () => {
    const fail = async (): Promise<SimFailure> => {
      let steps = 0;
      const check = ({ id }: SimNode): void => {
        steps++;
        if (steps === 2000) throw new Error(`${id} does not hold`);
      };
      const failure = await runScenario({ seed: 11, minutes: 1, check }).catch((error: unknown) => error);
      if (!(failure instanceof SimFailure)) throw new Error('did not fail');
      return failure;
    };
    const first = await fail();
    expect(first.message).toMatch(
      /^seed 11, at [\d.]+ s, event 20\d\d: n\d+\.1 does not hold\nAgain: npm run sim -- --seed 11 --minutes 1$/,
    );
    const again = await fail();
    expect([again.message, again.digest]).toEqual([first.message, first.digest]);
  });

  it('settles within a time that follows from the limits', () => {
    expect(settleMs).toBe(205_000);
  });
});

describe('the chance of a run', () => {
  it('is spread evenly, and samples without repetition', () => {
    const random = new SimRandom(1);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) (counts[random.int(10)] as number)++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(new Set(random.sample([1, 2, 3, 4, 5], 4)).size).toBe(4);
    expect(random.sample([1, 2], 5).length).toBe(2);
  });
});
