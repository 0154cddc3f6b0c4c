/** A mempool on its way to a page: asked for, verified, and taken in, beside what it costs the page. */
import { fileURLToPath } from 'node:url';
import { cpuSeconds, launchChromium, median } from './chromium.mjs';
import { mempoolHas, startTransactionStage } from './transaction-stage.mjs';
import { longestTask, traceTasks } from './worker-tasks.mjs';

/** Announced in pieces of a hundred, the next one when a piece was requested. */
const TRANSACTIONS = 4000;
const ROUNDS = 1;

/** @returns rows for people and figures for machines */
export async function benchTransactions() {
  const stage = await startTransactionStage();
  const browser = await launchChromium();
  try {
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measureRound(stage, browser));
    const of = (member) => median(rounds.map((round) => round[member]));
    const perS = Math.round(of('perS'));
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
          what: 'longest task of its worker meanwhile',
          value: longestMs,
          unit: 'ms',
          target: '< 50',
          note: `processor time; ${of('longestWallMs').toFixed(0)} ms by the clock`,
        },
        { what: 'processor time of a transaction, worker of the node', value: workerUs, unit: 'µs' },
        {
          what: 'processor time of a transaction, whole renderer',
          value: of('rendererUs'),
          unit: 'µs',
          note: 'its signature is checked in here',
        },
      ],
      figures: {
        mempoolTransactionsPerS: perS,
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
  await page.close();
  const longest = longestTask(tasks);
  const workerMs = tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  return {
    perS: (TRANSACTIONS * 1000) / (doneAt - toldAt),
    longestMs: longest.cpuMs,
    longestWallMs: longest.wallMs,
    workerUs: (workerMs * 1000) / TRANSACTIONS,
    rendererUs: (usedS * 1e6) / TRANSACTIONS,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchTransactions()).rows);
