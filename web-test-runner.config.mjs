/**
 * The tests that need a real browser. They are bundled as the library is, from the sources, and run in Chromium and in
 * Firefox against fake signaling servers.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultReporter, summaryReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import puppeteer from 'puppeteer-core';
import { build, loadConfigFromFile } from 'vite';
import { chromiumArgs, findChromium } from './scripts/setup/chromium.mjs';
import { launchFirefox } from './scripts/setup/firefox.mjs';
import { browserReporter } from './scripts/test/browser-reporter.mjs';
import { startFakeSignaling } from './tests/browser/fake-signaling.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const testFolder = path.join(root, 'tests/browser');
const bundleFolder = path.join(root, 'build/browser-tests');

async function bundleTests() {
  const packageFolder = path.join(root, 'packages/browser-node');
  const loaded = await loadConfigFromFile(
    { command: 'build', mode: 'test' },
    path.join(packageFolder, 'vite.lib.config.ts'),
  );
  const { plugins, resolve } = loaded.config;
  const names = readdirSync(testFolder).filter((name) => name.endsWith('.test.ts'));
  await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    plugins,
    resolve,
    // React reads it; as in development, so that StrictMode runs effects twice.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      outDir: bundleFolder,
      emptyOutDir: true,
      target: 'es2023',
      minify: false,
      lib: {
        entry: Object.fromEntries(
          names.map((name) => [name.replace(/\.ts$/, ''), path.join(testFolder, name)]),
        ),
        formats: ['es'],
      },
    },
  });
}

// What a server does may depend on what it has seen, so each browser has its own.
const [chromium, ofChromium, ofFirefox] = await Promise.all([
  findChromium(),
  startFakeSignaling(),
  startFakeSignaling(),
  bundleTests(),
]);
const origins = JSON.stringify([ofChromium.origin, ofFirefox.origin]);

export default {
  rootDir: root,
  files: [`${bundleFolder}/*.test.js`],
  // One page of a browser at a time: those in the background have slow timers. Both browsers at once, one for each core.
  concurrency: 1,
  concurrentBrowsers: 2,
  browsers: [
    // With a puppeteer of its own it calls the browsers by their names.
    chromeLauncher({ puppeteer, launchOptions: { executablePath: chromium, args: chromiumArgs } }),
    chromeLauncher({ puppeteer: { launch: () => launchFirefox() }, launchOptions: { browser: 'firefox' } }),
  ],
  // Only there to end what hangs, on the slowest of machines too.
  testFramework: { config: { timeout: 60_000 } },
  testsFinishTimeout: 600_000,
  testRunnerHtml: (framework) => `<!doctype html><html><body>
    <script>globalThis.signalingOrigin = ${origins}[navigator.userAgent.includes('Firefox') ? 1 : 0];</script>
    <script type="module" src="${framework}"></script>
  </body></html>`,
  reporters: [summaryReporter({}), defaultReporter({ reportTestProgress: false }), browserReporter()],
  plugins: [
    {
      name: 'fake-signaling',
      serverStop() {
        ofChromium.close();
        ofFirefox.close();
      },
    },
  ],
};
