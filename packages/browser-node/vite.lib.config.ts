import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { minifyLibrary, nodeSources, sourceConditions } from './vite.node-sources.js';

/** Builds the embeddable library: one module, and beside it the files that it loads when it needs them. */
export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  plugins: [nodeSources({ isMinified: mode !== 'test' })],
  resolve: { conditions: sourceConditions },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    minify: true,
    // What is bundled asks for its licence to go along.
    license: { fileName: 'licenses-page.md' },
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    // Of a library in module form vite keeps the white space, for bundlers that read annotations; here it weighs 6 kB.
    rolldownOptions: { plugins: [minifyLibrary()], output: { minify: true } },
  },
}));
