/**
 * `npm run sim`, `attack`, `fuzz` and `conformance`: sets up what is missing, then calls `main` of the TypeScript source
 * that is named first, with the other arguments, and ends with the exit code that it returns.
 */
import { ensureReady } from '../setup/ensure-ready.mjs';
import { importSource } from './import-source.mjs';
import { exitWith } from './run-command.mjs';

const [file, ...args] = process.argv.slice(2);
try {
  await ensureReady();
  const { main } = await importSource(file);
  process.exitCode = await main(args);
} catch (error) {
  exitWith(error);
}
