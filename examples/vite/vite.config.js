import { defineConfig } from 'vite';

export default defineConfig({
  // The page may lie anywhere below a host.
  base: './',
  // For the `await` outside of a function, which browsers have since 2021.
  build: { target: 'es2022' },
});
