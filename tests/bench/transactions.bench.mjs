/** A mempool on its way to a page: asked for, verified, and taken in, beside what the browser needs for the signatures alone. */
import { fileURLToPath } from 'node:url';
import { cpuSeconds, launchChromium, median } from './chromium.mjs';
import { longestTask, traceTasks } from './thread-tasks.mjs';
import { mempoolHas, startTransactionStage } from './transaction-stage.mjs';

/** Announced in pieces of a hundred, the next one when a piece was requested. */
const TRANSACTIONS = 4000;
const ROUNDS = 3;
/** Bytes that the signature of such a payment covers, about. */
const MESSAGE_BYTES = 800;

/** @returns rows for people and figures for machines */
export async function benchTransactions() {
  const stage = await startTransactionStage();
  const browser = await launchChromium();
  try {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(stage, browser));
    const of = (member) => median(rounds.map((round) => round[member]));
    const perS = Math.round(of('perS'));
    const barePerS = Math.round(of('barePerS'));
    const longestMs = of('longestMs');
    const workerUs = of('workerUs');
    return {
      rows: [
        {
          what: `${TRANSACTIONS} transactions through the mempool of a page`,
          value: perS,
          unit: 'transactions/s',
          target: '≥ 2000',
          note: 'announced, fetched, signatures verified; a new page each time',
        },
        {
          what: 'bare checks of as many signatures',
          value: barePerS,
          unit: 'signatures/s',
          note: 'one after another in the same page, once it is done',
        },
        {
          what: 'mempool, compared with the bare checks',
          value: perS / barePerS,
          unit: 'times as fast',
          target: '≥ 0.2',
        },
        {
          what: 'longest task of its worker meanwhile',
          value: longestMs,
          unit: 'ms',
          target: '< 50',
          note: `processor time; ${of('longestWallMs').toFixed(0)} ms by the clock`,
        },
        {
          what: 'processor time of a transaction, worker of the node',
          value: workerUs,
          unit: 'µs',
          note: 'the check of its signature included',
        },
        { what: 'processor time of a transaction, whole renderer', value: of('rendererUs'), unit: 'µs' },
      ],
      figures: {
        mempoolTransactionsPerS: perS,
        bareSignaturesPerS: barePerS,
        mempoolPerBare: round2(perS / barePerS),
        mempoolLongestTaskMs: round2(longestMs),
        mempoolWorkerUs: Math.round(workerUs),
        mempoolRendererUs: Math.round(of('rendererUs')),
      },
    };
  } finally {
    await browser.close();
    await stage.close();
  }
}

const round2 = (value) => Math.round(value * 100) / 100;

async function measureRound(stage, browser) {
  await stage.ask({ do: 'fill', count: TRANSACTIONS });
  const page = await stage.openPage(browser);
  const devtools = await browser.target().createCDPSession();
  const trace = await traceTasks(page.tab, page.worker);
  const before = await cpuSeconds(devtools, ['renderer']);
  const doneAt = await mempoolHas(page, TRANSACTIONS);
  const usedS = (await cpuSeconds(devtools, ['renderer'])) - before;
  const tasks = await trace.stop();
  const { toldAt } = await stage.ask({ do: 'counts' });
  const bareMs = await page.tab.evaluate(checkSignatures, TRANSACTIONS, MESSAGE_BYTES);
  await page.close();
  const longest = longestTask(tasks);
  const workerMs = tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return {
    perS: (TRANSACTIONS * 1000) / (doneAt - toldAt),
    barePerS: (TRANSACTIONS * 1000) / bareMs,
    longestMs: longest.cpuMs,
    longestWallMs: longest.wallMs,
    workerUs: (workerMs * 1000) / TRANSACTIONS,
    rendererUs: (usedS * 1e6) / TRANSACTIONS,
  };
}

/** Runs in the page: imports a key and checks a signature by it, again and again. @returns {Promise<number>} milliseconds */
async function checkSignatures(count, messageBytes) {
  const { subtle } = crypto;
  const pair = await subtle.generateKey('Ed25519', true, ['sign', 'verify']);
  const rawKey = await subtle.exportKey('raw', pair.publicKey);
  const message = crypto.getRandomValues(new Uint8Array(messageBytes));
  const signature = await subtle.sign('Ed25519', pair.privateKey, message);
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) {
    const key = await subtle.importKey('raw', rawKey, 'Ed25519', false, ['verify']);
    if (!(await subtle.verify('Ed25519', key, signature, message))) throw new Error('a good signature');
  }
  return performance.now() - startedAt;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchTransactions()).rows);
