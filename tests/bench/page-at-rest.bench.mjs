/**
 * What the explorer's page costs while it is open and nobody touches it: synced, three peers, a block every five seconds. CPU
 * time of its renderer and of the process that composes the picture, less that of a bare page.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createSignalServer } from '@vision-light/signal-server';
import { importSource } from '../../scripts/run/import-source.mjs';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { firstLine, startScript, stopScript } from './bench-process.mjs';
import { cpuSeconds, launchChromium } from './chromium.mjs';
import { serveFiles } from './serve-files.mjs';

const { bodyNetwork } = await importSource('tests/bench/body-network.ts');

/** Seconds that are measured, and that a page is given to come to rest. */
const MEASURED_S = 60;
const SETTLE_S = 10;
/** Types of the processes that draw a page. */
const drawing = ['renderer', 'GPU'];
/** Other pages, in a browser of their own; the gateway is the third peer. */
const OTHER_PAGES = 2;

/** Blocks that there are from the start, and bytes of the body that all of them have. */
const BLOCKS = 500;
const BODY_BYTES = 2000;

/** @returns rows for people and figures for machines */
export async function benchPageAtRest() {
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const page = await servePage({
    port: 0,
    host: '127.0.0.1',
    config: { network: bodyNetwork, signal: [signal.url] },
  });
  const tipTime = Math.floor(Date.now() / 1000);
  const script = new URL('body-gateway.mjs', import.meta.url);
  const gateway = startScript(script, signal.url, BLOCKS, BODY_BYTES, tipTime, 'goes on');
  await firstLine(gateway);
  const others = await launchChromium();
  const bare = await serveFiles({ '/': '<!doctype html><title>bare</title><p>bare' });
  try {
    for (let i = 0; i < OTHER_PAGES; i++) await openPage(others, page.url);
    const isAtRest = `globalThis.lightNode?.status.phase === 'synced' && lightNode.peers().length > ${OTHER_PAGES}`;
    const resting = await shareOfCore(page.url, isAtRest);
    const nothing = await shareOfCore(bare.url, 'true');
    const percent = resting - nothing;
    return {
      rows: [
        {
          what: 'page at rest, share of a core',
          value: percent,
          unit: '%',
          target: '≤ 1',
          note: `renderer and compositor; a bare page takes ${nothing.toFixed(2)} %`,
        },
      ],
      figures: { pageAtRestPercent: Math.round(percent * 100) / 100 },
    };
  } finally {
    bare.close();
    await others.close();
    await stopScript(gateway);
    await page.close();
    await signal.close();
  }
}

async function openPage(browser, url) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  await tab.setViewport({ width: 1280, height: 800 });
  await tab.goto(url);
  return tab;
}

/** Percent of a core that all renderers and the gpu process of a browser take in which one page is open. */
async function shareOfCore(url, isReady) {
  const browser = await launchChromium();
  try {
    const tab = await openPage(browser, url);
    await tab.waitForFunction(isReady, { polling: 500, timeout: 120_000 });
    await sleep(1000 * SETTLE_S);
    const devtools = await browser.target().createCDPSession();
    const before = await cpuSeconds(devtools, drawing);
    const startedAt = performance.now();
    await sleep(1000 * MEASURED_S);
    const used = (await cpuSeconds(devtools, drawing)) - before;
    return (100_000 * used) / (performance.now() - startedAt);
  } finally {
    await browser.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchPageAtRest()).rows);
