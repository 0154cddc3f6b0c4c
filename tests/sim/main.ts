/** `npm run sim`: networks from seeds, one after the other. */
import { parseArgs } from 'node:util';
import { runScenario, type Scenario } from './scenario.js';

const help = `Usage: npm run sim -- [options]

Runs the production core as whole networks, each from one seed: latency, loss, partitions, wrong clocks, sleeping
tabs, failing stores, nodes that come and go. Then the faults stop, and all nodes must agree.

  --seed N      the (first) seed; 1 if absent
  --seeds N     how many, one after the other; 1 if absent
  --nodes N     nodes of each network, 3 to 5000; drawn from the seed if absent
  --minutes N   virtual minutes in which things go wrong; 2 if absent
  --help        this text

The hash in each line is over every event of every node: the same options give the same hash.`;

/** A number of at least `least`, or undefined if it was not given. */
function readNumber(name: string, text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new RangeError(`--${name}: must be a number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}

/** @returns the exit code: 0 if everything held, 1 if not, 2 for a wrong option */
export async function main(args: readonly string[]): Promise<number> {
  const options = {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    nodes: { type: 'string' },
    minutes: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  let scenario: Scenario;
  let seeds: number;
  try {
    const { values } = parseArgs({ args: [...args], options });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const nodes = readNumber('nodes', values.nodes, 3, 5000);
    const minutes = readNumber('minutes', values.minutes, 0, 10_000);
    scenario = {
      seed: readNumber('seed', values.seed, 0, 2 ** 32 - 1) ?? 1,
      ...(nodes === undefined ? {} : { nodes }),
      ...(minutes === undefined ? {} : { minutes }),
    };
    seeds = readNumber('seeds', values.seeds, 1, 1e9) ?? 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  let failed = 0;
  for (let seed = scenario.seed; seed < scenario.seed + seeds; seed++)
    failed += await runOne({ ...scenario, seed });
  console.log(`${seeds - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function runOne(scenario: Scenario): Promise<number> {
  const started = performance.now();
  try {
    const result = await runScenario(scenario);
    const { seed, nodes, miners, height, reorgs, faults, events, digest, virtualMinutes } = result;
    const took = ((performance.now() - started) / 1000).toFixed(2);
    console.log(
      `seed ${seed}: ${nodes} nodes, ${miners} of them mining, ${faults} faults, height ${height}, ` +
        `${reorgs} reorgs, ${events} events, ${virtualMinutes.toFixed(1)} min in ${took} s, hash ${digest}`,
    );
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
