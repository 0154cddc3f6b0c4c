import { fileURLToPath } from 'node:url';
import { defineConfig, type RolldownOptions } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { libraryBeside } from './vite.node-sources.js';

const common = {
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  output: { dir: 'dist' },
  checks: { pluginTimings: false },
} satisfies RolldownOptions;

// TypeScript finds the sources of the other packages through `customConditions` in tsconfig.base.json.
const declarations = () => dts({ emitDtsOnly: true, resolver: 'tsc' });

/**
 * Writes dist/index.d.ts: the declarations of everything that src/index.ts exports, and of everything they mention, in
 * one file that imports nothing. The packed package is used where the workspace's other packages are not installed. The
 * declarations of the other entries import that file.
 *
 * vite builds the code (vite.lib.config.ts). The declarations are a build of their own, because vite's plugins read a
 * declaration as if it were code.
 */
export default defineConfig([
  { ...common, input: 'src/index.ts', plugins: declarations() },
  ...Object.entries({
    element: 'src/element/index.ts',
    react: 'src/react/index.ts',
    'vision-light': 'src/script/vision-light.ts',
  }).map(([name, entry]) => ({
    ...common,
    input: { [name]: entry },
    plugins: [libraryBeside(), declarations()],
  })),
]);
