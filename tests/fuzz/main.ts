/** `npm run fuzz`: hostile bytes for every decoder. */
import { parseArgs } from 'node:util';
import { fuzz, tryOne } from './fuzz.js';
import { targets } from './targets.js';

const help = `Usage: npm run fuzz -- [options]

Feeds hostile bytes to every decoder until the time is over, or one of them does not withstand an input; then it prints
the seed and the input.

  --minutes N     how long; 1 if absent
  --seed N        the seed; a new one if absent, and it is printed
  --target NAME   one decoder: ${targets.map(({ name }) => name).join(', ')}
  --input HEX     one input, for one target
  --help          this text`;

/** @returns the exit code: 0 if every input was withstood, 1 if not, 2 for a wrong option */
export async function main(args: readonly string[]): Promise<number> {
  const options = {
    minutes: { type: 'string' },
    seed: { type: 'string' },
    target: { type: 'string' },
    input: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const wrong = (what: string): number => {
    console.error(what);
    return 2;
  };
  let values: { minutes?: string; seed?: string; target?: string; input?: string; help?: boolean };
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  if (values.help) {
    console.log(help);
    return 0;
  }
  const minutes = Number(values.minutes ?? 1);
  const seed = Number(values.seed ?? Date.now() % 2 ** 32);
  if (!(minutes > 0)) return wrong(`--minutes: must be a positive number, got "${values.minutes}"`);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    return wrong(`--seed: must be an integer from 0 to 4294967295, got "${values.seed}"`);
  const chosen = targets.filter(({ name }) => values.target === undefined || name === values.target);
  const [first] = chosen;
  if (first === undefined) return wrong(`--target: "${values.target}" is none of those that --help names`);
  try {
    if (values.input !== undefined) {
      if (chosen.length !== 1 || !/^([0-9a-f]{2})*$/i.test(values.input))
        return wrong('--input: must be hex, and needs a --target');
      tryOne(first, Uint8Array.from(Buffer.from(values.input, 'hex')), 'given');
      console.log('Withstood.');
      return 0;
    }
    console.log(`seed ${seed}`);
    const inputsMax = Number.POSITIVE_INFINITY;
    const counts = fuzz({ seed, inputsMax, forMs: minutes * 60_000, targets: chosen });
    for (const [name, count] of counts) console.log(`${String(count).padStart(12)}  ${name}`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}
