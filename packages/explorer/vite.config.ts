import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { builtInPolicy } from '../../scripts/serve/page-policy.mjs';

/**
 * Builds the web page into `dist`. The node in it is the built library of browser-node, as any other application gets
 * it, so the library has to be built first.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // The page may lie anywhere below a host.
  base: './',
  plugins: [
    {
      name: 'vision-light-policy',
      // Before everything that it is about.
      transformIndexHtml: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: builtInPolicy },
          injectTo: 'head-prepend',
        },
      ],
    },
  ],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // Every browser that can transfer a data channel preloads modules by itself.
    modulePreload: { polyfill: false },
    // An inlined image would need an exception in the page's security policy.
    assetsInlineLimit: 0,
  },
});
