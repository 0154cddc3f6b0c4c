/**
 * Programs of other projects that tests run as real parts: nginx, coturn, Redis, Prometheus. `npm test` installs them where it
 * can; a test looks for them here, and is left out where one is missing.
 */
import { basename } from 'node:path';
import { findProgram, programPackages } from '../scripts/setup/system-programs.mjs';

/** A program that tests may ask for. */
export type SystemProgram = keyof typeof programPackages;

/**
 * The paths of the programs that a test file needs. Where one is missing, it says so on the console, and the test is to be
 * left out: `describe.skipIf(programs === undefined)`.
 *
 * @param testFile  `import.meta.url` of whoever asks
 * @returns undefined if one is missing
 */
export function systemPrograms<Name extends SystemProgram>(
  testFile: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> | undefined {
  const missing = names.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0)
    return Object.fromEntries(names.map((name) => [name, findProgram(name)])) as Record<Name, string>;
  const packages = [...new Set(missing.map((name) => programPackages[name]))].join(', ');
  console.log(`Not run: ${basename(testFile)}. It needs ${missing.join(' and ')} (Debian: ${packages}).`);
  return undefined;
}
