/** `npm run sim`: networks from seeds, one after the other. */
import { parseArgs } from 'node:util';
import { RECORDED_MINUTES, RECORDED_SEEDS, recordSeeds } from './recorded-seeds.js';
import { runScenario, type Scenario } from './scenario.js';
import recorded from './seed-digests.json' with { type: 'json' };
import { runThreeNodes } from './three-nodes.js';

const help = `Usage: npm run sim -- [options]

Runs the production core as whole networks, each from one seed: latency, loss, partitions, wrong clocks, sleeping
tabs, failing stores, nodes that come and go. Then the faults stop, and all nodes must agree. Without options, three nodes
come first: one mines, two sync, one of them only through the other.

  --seed N      the (first) seed; 1 if absent
  --seeds N     how many, one after the other; 1 if absent
  --nodes N     nodes of each network, 3 to 5000; drawn from the seed if absent
  --minutes N   virtual minutes in which things go wrong; 2 if absent
  --record      runs the ${RECORDED_SEEDS} seeds of npm test (${RECORDED_MINUTES} minute each) and writes their hashes to tests/sim/seed-digests.json
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
    record: { type: 'boolean' },
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
    if (values.record) {
      const changed = await recordSeeds('tests/sim/seed-digests.json', recorded);
      console.log(`${RECORDED_SEEDS} seeds recorded, ${changed} of them changed`);
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
  let runs = seeds;
  if (args.length === 0) {
    failed += await run(describeThreeNodes);
    runs++;
  }
  for (let seed = scenario.seed; seed < scenario.seed + seeds; seed++)
    failed += await run(() => describeScenario({ ...scenario, seed }));
  console.log(`${runs - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** @param describe  runs something, and says how it went; throws if something did not hold */
async function run(describe: () => Promise<string>): Promise<number> {
  const started = performance.now();
  try {
    const said = await describe();
    console.log(`${said} (${((performance.now() - started) / 1000).toFixed(2)} s)`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

async function describeThreeNodes(): Promise<string> {
  const { world, gateway, near, far } = await runThreeNodes();
  const { height, hash } = gateway.core.tip;
  for (const node of [gateway, near, far]) {
    node.checker.checkAll();
    if (node.core.tip.hash !== hash) throw new Error(`three nodes: ${node.id} is not at the miner's tip`);
  }
  const { events, digest } = world.trace;
  return `three nodes: one of them mining, height ${height}, ${events} events, hash ${digest}`;
}

async function describeScenario(scenario: Scenario): Promise<string> {
  const { seed, nodes, miners, height, reorgs, faults, events, digest, virtualMinutes } =
    await runScenario(scenario);
  return (
    `seed ${seed}: ${nodes} nodes, ${miners} of them mining, ${faults} faults, height ${height}, ` +
    `${reorgs} reorgs, ${events} events, ${virtualMinutes.toFixed(1)} virtual min, hash ${digest}`
  );
}
