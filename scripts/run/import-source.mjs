/** Imports a TypeScript source into Node: vite reads it, with the packages as they were built. */
import path from 'node:path';
import { root } from './run-command.mjs';

/** @param {string} file  from the root @returns {Promise<any>} the module */
export async function importSource(file) {
  // Imported when it is called: before the set-up vite may not be there.
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(path.join(root, file), {
    root,
    configFile: false,
    logLevel: 'error',
  });
  return module;
}
