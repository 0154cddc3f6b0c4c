import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { minifyVerifier, smallParts } from './vite.verifier.js';

/**
 * Writes dist/verify.min.js of the protocol's package: the verifier of proofs with all that it needs, as small as it can be. tsc
 * writes the rest before. It is here because the worker is made small by the same means.
 */
export default defineConfig({
  root: fileURLToPath(new URL('../protocol', import.meta.url)),
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
