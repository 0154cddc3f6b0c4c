import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { nodeSources, sourceConditions } from './vite.node-sources.js';

/** Builds the web page, from the sources of every package: it does not wait for a build of the library. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The page may lie anywhere below a host.
  base: './',
  plugins: [nodeSources()],
  resolve: { conditions: sourceConditions },
  build: {
    outDir: 'build/page',
    emptyOutDir: true,
    target: 'es2023',
    // Every browser that can transfer a data channel preloads modules by itself.
    modulePreload: { polyfill: false },
    // An inlined image would need an exception in the page's security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
});
