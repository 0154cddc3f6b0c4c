/** Runs a command's TypeScript source: vite reads it, and Node runs it with the packages as they were built. */
import path from 'node:path';
import { ensureReady } from './ensure-ready.mjs';
import { exitWith, root } from './run-command.mjs';

/**
 * Calls `main` of a source file with the arguments of this process, and ends with the exit code that it returns.
 *
 * @param {string} file  from the root
 */
export async function runSource(file) {
  try {
    await ensureReady();
    const { main } = await importSource(file);
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    exitWith(error);
  }
}

/** @param {string} file  from the root @returns {Promise<any>} the module */
export async function importSource(file) {
  // After ensureReady: before it vite may not be there.
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(path.join(root, file), {
    root,
    configFile: false,
    logLevel: 'error',
  });
  return module;
}
