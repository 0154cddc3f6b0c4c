/**
 * How long the main thread is blocked while a page fetches, verifies and stores 32,260 real headers: of a page that does nothing
 * but embed the node and show its height, and of the explorer. All tasks from the start of the document on count, as Chromium's
 * trace has them, and beside them what the page itself is told of tasks above 50 ms.
 */
import { fileURLToPath } from 'node:url';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { launchChromium } from './chromium.mjs';
import { serveLibrary } from './serve-files.mjs';
import { longestTask, traceMainTasks } from './thread-tasks.mjs';
import { realHeaders, realHeadersOptions, serveRealHeaders, syncMs } from './whole-path.mjs';

const ROUNDS = 5;

/** @returns rows for people and figures for machines */
export async function benchMainThread() {
  const source = await serveRealHeaders();
  const signal = [source.signalUrl];
  const { minChainwork, ...options } = { ...realHeadersOptions, signal };
  const embedding = await serveLibrary('A page with a node', embeddingScript(options, minChainwork));
  const explorer = await servePage({
    port: 0,
    host: '127.0.0.1',
    config: { ...realHeadersOptions, signal },
  });
  const browser = await launchChromium();
  try {
    const rows = [];
    const figures = {};
    for (const [name, what, url] of [
      ['embedding', 'a page that embeds the node', embedding.url],
      ['explorer', 'the explorer', explorer.url],
    ]) {
      const rounds = [];
      for (let i = 0; i < ROUNDS; i++) rounds.push(await measureRound(browser, url));
      const longest = longestTask(rounds.map(({ task }) => task));
      const longTasks = rounds.map(({ longTasksMs }) => longTasksMs.map(Math.round).join(' ') || 'none');
      rows.push({
        what: `longest task of the main thread during a sync, ${what}`,
        value: longest.cpuMs,
        unit: 'ms',
        target: '≤ 50',
        note: `processor time; ${longest.wallMs.toFixed(0)} ms by the clock; reported above 50 ms in each round: ${longTasks.join(', ')}`,
      });
      figures[`${name}LongestTaskMs`] = Math.round(longest.cpuMs * 100) / 100;
      figures[`${name}LongestTaskWallMs`] = Math.round(
        Math.max(...rounds.map(({ longestWallMs }) => longestWallMs)),
      );
    }
    return { rows, figures };
  } finally {
    await browser.close();
    embedding.close();
    await explorer.close();
    await source.close();
  }
}

/** Starts a node and shows its height, as README.md tells it. */
const embeddingScript = (options, minChainwork) => `
  import { createLightNode } from '/index.js';
  const shown = document.body.appendChild(document.createElement('output'));
  const node = await createLightNode({ ...${JSON.stringify(options)}, minChainwork: ${minChainwork}n });
  node.subscribe('tip', ({ height }) => { shown.textContent = height; });
  globalThis.lightNode = node;`;

/** A new visitor. */
async function measureRound(browser, url) {
  let trace;
  let page;
  let tasks;
  let longTasksMs;
  await syncMs(browser, url, realHeaders.tipHeight, {
    async opened(tab) {
      page = tab;
      await tab.evaluateOnNewDocument(observeLongTasks);
      trace = await traceMainTasks(tab);
    },
    async ended() {
      tasks = await trace.stop();
      longTasksMs = await page.evaluate(() => globalThis.longTasksMs);
    },
  });
  return {
    task: longestTask(tasks),
    longestWallMs: Math.max(...tasks.map(({ wallMs }) => wallMs)),
    longTasksMs,
  };
}

/** Runs in the page. */
function observeLongTasks() {
  globalThis.longTasksMs = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.longTasksMs.push(duration);
  }).observe({ type: 'longtask', buffered: true });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchMainThread()).rows);
