import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { minifyVerifier, smallParts } from '../browser-node/vite.verifier.js';

/** Writes dist/verify.min.js: the verifier of proofs with all that it needs, as small as it can be. tsc writes the rest before. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  publicDir: false,
  plugins: [smallParts()],
  build: {
    outDir: 'dist',
    emptyOutDir: false,
    target: 'es2023',
    minify: true,
    lib: { entry: 'src/verify.ts', formats: ['es'], fileName: () => 'verify.min.js' },
    rolldownOptions: { plugins: [minifyVerifier()], output: { minify: true } },
  },
});
