/**
 * New blocks on their way to a page that knows most of their transactions: bytes, round trips, and the work of putting them
 * together. Each message takes WAY_MS, which is long beside all work: so the time that something takes tells how many ways
 * it took, and what is left over is work.
 */
import { fileURLToPath } from 'node:url';
import { launchChromium, median } from './chromium.mjs';
import { longestTask, traceTasks } from './thread-tasks.mjs';
import { mempoolHas, startTransactionStage } from './transaction-stage.mjs';

const TRANSACTIONS = 2000;
const UNKNOWN = 100;
const ROUNDS = 3;
const WAY_MS = 1000;

/** @returns rows for people and figures for machines */
export async function benchCompactBlocks() {
  const stage = await startTransactionStage();
  const browser = await launchChromium();
  try {
    const known = [];
    const partly = [];
    for (let round = 0; round < ROUNDS; round++) {
      const page = await openReadyPage(stage, browser);
      known.push(await measureBlock(stage, page, TRANSACTIONS, 0));
      partly.push(await measureBlock(stage, page, TRANSACTIONS - UNKNOWN, UNKNOWN));
      await stage.ask({ do: 'delay', ms: 0 });
      await page.close();
    }
    return describe(known, partly);
  } finally {
    await browser.close();
    await stage.close();
  }
}

/** A page that has the gateway's mempool, and wants its blocks unasked. */
async function openReadyPage(stage, browser) {
  await stage.ask({ do: 'fill', count: 2 * TRANSACTIONS });
  const page = await stage.openPage(browser);
  await mempoolHas(page, 2 * TRANSACTIONS);
  // It chooses the gateway because that has brought a block.
  await stage.ask({ do: 'mine', known: 0, unknown: 0 });
  for (let wanted = false; !wanted; ) wanted = (await stage.ask({ do: 'counts' })).isWanted;
  await stage.ask({ do: 'delay', ms: WAY_MS });
  return page;
}

/** @returns what one block cost until the page's worker handed its body to the store */
async function measureBlock(stage, { tab, worker }, known, unknown) {
  await worker.evaluate(() => delete globalThis.bodyAt);
  const trace = await traceTasks(tab, worker);
  const { hash, transactions, bodyBytes, sentAt } = await stage.ask({ do: 'mine', known, unknown });
  if (transactions !== TRANSACTIONS) throw new Error(`the block has ${transactions} transactions`);
  if (sentAt === undefined) throw new Error('no compact block was sent');
  await tab.waitForFunction((hash) => globalThis.tips[hash] !== undefined, {}, hash);
  const headerAt = await tab.evaluate((hash) => globalThis.tips[hash], hash);
  let bodyAt;
  while (bodyAt === undefined) bodyAt = await worker.evaluate(() => globalThis.bodyAt);
  const tasks = await trace.stop();
  const { sentBytes } = await stage.ask({ do: 'counts' });
  return {
    sentPercent: (100 * sentBytes) / bodyBytes,
    headerMs: headerAt - sentAt,
    bodyMs: bodyAt - sentAt,
    task: longestTask(tasks),
  };
}

/** Round trips that a time holds. */
const roundTrips = (ms) => Math.floor(ms / WAY_MS) / 2;

function describe(known, partly) {
  const of = (rounds, member) => median(rounds.map((round) => round[member]));
  const sentPercent = of(known, 'sentPercent');
  const headerTrips = roundTrips(of(known, 'headerMs'));
  const knownTrips = roundTrips(of(known, 'bodyMs'));
  const partlyTrips = roundTrips(of(partly, 'bodyMs'));
  const taskMs = median(known.map(({ task }) => task.cpuMs));
  const partlyTaskMs = median(partly.map(({ task }) => task.cpuMs));
  const besides = (rounds) => `and ${(of(rounds, 'bodyMs') % WAY_MS).toFixed(0)} ms`;
  return {
    rows: [
      {
        what: 'block of 2,000 known transactions to a page: sent, of its body',
        value: sentPercent,
        unit: '%',
        target: '< 5',
        note: 'all that the gateway sent meanwhile',
      },
      {
        what: 'its body after its header',
        value: knownTrips - headerTrips,
        unit: 'round trips',
        target: '≤ 0.5',
        note: `the body ${knownTrips} after it was sent, ${besides(known)}`,
      },
      {
        what: 'longest task of the worker meanwhile',
        value: taskMs,
        unit: 'ms',
        note: `processor time; it puts the body together, checks it, and takes its transactions out of the mempool`,
      },
      {
        what: 'block of 2,000 transactions, 5 % of them unknown',
        value: partlyTrips,
        unit: 'round trips',
        target: '≤ 1.5',
        note: besides(partly),
      },
      {
        what: 'longest task of the worker meanwhile, 5 % unknown',
        value: partlyTaskMs,
        unit: 'ms',
      },
    ],
    figures: {
      compactSentPercent: Math.round(sentPercent * 100) / 100,
      compactTripsAfterHeader: knownTrips - headerTrips,
      compactTrips: knownTrips,
      compactTaskMs: Math.round(taskMs * 100) / 100,
      compactPartlyKnownTrips: partlyTrips,
      compactPartlyKnownTaskMs: Math.round(partlyTaskMs * 100) / 100,
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchCompactBlocks()).rows);
