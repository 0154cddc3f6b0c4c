/** What the benches of transactions and of compact blocks share: a gateway with a mempool, and pages that are given it. */
import { createInterface } from 'node:readline';
import { createSignalServer } from '@vision-light/signal-server';
import { importSource } from '../../scripts/run/import-source.mjs';
import { startScript, stopScript } from './bench-process.mjs';
import { serveLibrary } from './serve-files.mjs';

/** A body of a block that is measured takes more, all else that is stored less. */
const BODY_BYTES_MIN = 100_000;

/** Starts the gateway, and serves the page. */
export async function startTransactionStage() {
  const { bodyNetwork } = await importSource('tests/bench/body-network.ts');
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const gateway = startScript(new URL('transaction-gateway.mjs', import.meta.url), signal.url);
  const lines = createInterface({ input: gateway.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the gateway has ended');
    return JSON.parse(value);
  };
  await nextLine();
  const site = await serveLibrary('Transactions');
  return {
    /** Has the gateway do something. @param {import('./transaction-gateway.ts').Command} command */
    async ask(command) {
      gateway.stdin.write(`${JSON.stringify(command)}\n`);
      return nextLine();
    },
    /** A new visitor, who has all headers and the gateway. */
    async openPage(browser) {
      const context = await browser.createBrowserContext();
      const tab = await context.newPage();
      await tab.goto(site.url);
      await tab.evaluate(joinNetwork, { network: bodyNetwork, signal: [signal.url] });
      // The node's worker is started first, those that compute hashes by it.
      const worker = tab.workers().find((each) => each.url().startsWith('blob:'));
      await worker.evaluate(noteBodies, BODY_BYTES_MIN);
      return { tab, worker, close: () => context.close() };
    },
    async close() {
      site.close();
      await stopScript(gateway);
      await signal.close();
    },
  };
}

/** Resolves once the page's mempool holds so many. @returns {Promise<number>} Unix time in ms at which it was seen */
export function mempoolHas({ tab }, count) {
  return tab.evaluate(waitForMempool, count);
}

/** Runs in the page. */
async function joinNetwork(options) {
  const library = '/index.js';
  const { createLightNode } = await import(library);
  const node = await createLightNode(options);
  globalThis.lightNode = node;
  globalThis.tips = {};
  node.subscribe('tip', ({ hash }) => {
    globalThis.tips[hash] = performance.timeOrigin + performance.now();
  });
  await new Promise((resolve) => {
    const look = () => node.status.phase === 'synced' && node.peers().length > 0 && resolve();
    node.subscribe('status', look);
    node.subscribe('peer', look);
    look();
  });
}

/** Runs in the page. To list a mempool costs its worker time, so that is asked for only when nearly all is there. */
async function waitForMempool(count) {
  const node = globalThis.lightNode;
  await new Promise((resolve) => {
    const look = ({ mempool }) => mempool.count >= 0.8 * count && resolve();
    node.subscribe('transactions', look);
    void node.mempool().then((mempool) => look({ mempool }));
  });
  while ((await node.mempool()).count < count) await new Promise((resolve) => setTimeout(resolve, 20));
  return performance.timeOrigin + performance.now();
}

/** Runs in the worker: notes when the last body was handed to the store, which happens once it was held to its header. */
function noteBodies(bytesMin) {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function putAndNote(value, ...key) {
    if (value.byteLength > bytesMin) globalThis.bodyAt = performance.timeOrigin + performance.now();
    return put.call(this, value, ...key);
  };
}
