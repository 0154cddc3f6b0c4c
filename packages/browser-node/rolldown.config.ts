import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

/**
 * Writes dist/index.d.ts: the declarations of everything that src/index.ts exports, and of everything they mention, in
 * one file that imports nothing. The packed package is used where the workspace's other packages are not installed.
 *
 * vite builds the code (vite.lib.config.ts). The declarations are a build of their own, because vite's plugins read a
 * declaration as if it were code.
 */
export default defineConfig({
  cwd: fileURLToPath(new URL('.', import.meta.url)),
  input: 'src/index.ts',
  // TypeScript finds the sources of the other packages through `customConditions` in tsconfig.base.json.
  plugins: dts({ emitDtsOnly: true, resolver: 'tsc' }),
  output: { dir: 'dist' },
  checks: { pluginTimings: false },
});
