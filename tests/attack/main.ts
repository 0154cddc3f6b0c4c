/** `npm run attack`: every attacker against one victim, and what it cost. */
import { parseArgs } from 'node:util';
import { attacks, overrun, runAttack } from './attacks.js';
import { endless } from './presync-attacks.js';

/** Headers of the attack that has no end: five thousand full answers. */
const ENDLESS_HEADERS = 10_000_000;

const help = `Usage: npm run attack -- [--only NAME] [--headers NUMBER]

Lets every attacker loose on a node that is still to sync, for two virtual minutes, and prints what it cost the victim:
bytes that came and went, headers hashed beyond the honest chain, signatures verified, the most bytes retained at a time,
how long after the first honest peer it had the honest tip, and how long it took to hear of an honest transaction. Each has a budget; exit code 1 if one is exceeded.

  --only NAME       the attacks whose name contains this
  --headers NUMBER  headers that come without end; default ${ENDLESS_HEADERS}, which takes minutes
  --help            this text`;

/** @returns the exit code: 0 if every attack stayed within its budget, 1 if not, 2 for a wrong option */
export async function main(args: readonly string[]): Promise<number> {
  let only: string | undefined;
  endless.headers = ENDLESS_HEADERS;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { only: { type: 'string' }, headers: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      console.log(help);
      return 0;
    }
    only = values.only;
    if (values.headers !== undefined) {
      endless.headers = Number(values.headers);
      if (!Number.isSafeInteger(endless.headers) || endless.headers < 1)
        throw new Error(`--headers: "${values.headers}" is no number of headers`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  const chosen = attacks.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) {
    console.error(`--only: "${only}" is in none of: ${attacks.map(({ name }) => name).join('; ')}`);
    return 2;
  }
  const line = (cells: readonly string[]): string =>
    `${(cells[0] ?? '').padEnd(36)}${cells
      .slice(1, 8)
      .map((cell) => cell.padStart(19))
      .join('')}  ${cells[8] ?? ''}`.trimEnd();
  console.log(
    line([
      'attack',
      'KiB in',
      'KiB out / most',
      'hashed / most',
      'signatures / most',
      'KiB kept / most',
      's to sync / most',
      's to hear / most',
      'parted with',
    ]),
  );
  let failed = 0;
  for (const attack of chosen) {
    const cost = await runAttack(attack);
    const { budget } = attack;
    const of = (value: number | undefined, most: number, unit = 1): string =>
      `${value === undefined ? '–' : Math.ceil(value / unit)} / ${Math.ceil(most / unit)}`;
    const codes = Object.entries(cost.codes).map(([code, count]) => `${code} × ${count}`);
    console.log(
      line([
        attack.name,
        String(Math.ceil(cost.bytesIn / 1024)),
        of(cost.bytesOut, budget.bytesOut, 1024),
        of(cost.headersHashed, budget.headersHashed),
        of(cost.signaturesVerified, budget.signaturesVerified ?? 0),
        of(cost.retainedBytes, budget.retainedBytes, 1024),
        of(cost.syncedAfterMs, budget.syncedAfterMs, 1000),
        budget.heardAfterMs === undefined ? '' : of(cost.heardAfterMs, budget.heardAfterMs, 1000),
        codes.join(', '),
      ]),
    );
    const faults = overrun(attack, cost);
    if (faults.length > 0) failed++;
    for (const fault of faults) console.log(`  ✗ ${fault}`);
  }
  console.log(`${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
