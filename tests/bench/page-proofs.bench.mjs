/**
 * How long it takes a page to make a proof once its node has the block, and to verify one: a block of 2,000 payments. The clock
 * of making starts and stops in the application, so the way to the worker and back is in it.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cpuSeconds, launchChromium, median } from './chromium.mjs';
import { startTransactionStage } from './transaction-stage.mjs';

const TRANSACTIONS = 2000;
const PROOFS = 25;
const verifierFile = new URL('../../packages/protocol/dist/verify.min.js', import.meta.url);

/** @returns rows for people and figures for machines */
export async function benchPageProofs() {
  const verifier = await readFile(verifierFile, 'utf8');
  const stage = await startTransactionStage();
  const browser = await launchChromium();
  try {
    const { tab } = await stage.openPage(browser);
    const { hash } = await stage.ask({ do: 'mine', known: 0, unknown: TRANSACTIONS });
    await tab.evaluate(waitForBlock, hash);
    const [firstMs] = await tab.evaluate(makeProofs, hash, 1);
    const devtools = await browser.target().createCDPSession();
    const before = await cpuSeconds(devtools, ['renderer']);
    const makeMs = await tab.evaluate(makeProofs, hash, PROOFS);
    const usedMs = ((await cpuSeconds(devtools, ['renderer'])) - before) * 1000;
    const verifyMs = await tab.evaluate(verifyProofs, verifier);
    return describe({ firstMs, makeMs, cpuMs: usedMs / PROOFS, verifyMs });
  } finally {
    await browser.close();
    await stage.close();
  }
}

const round2 = (value) => Math.round(value * 100) / 100;

function describe({ firstMs, makeMs, cpuMs, verifyMs }) {
  return {
    rows: [
      {
        what: 'proof made in a page whose node has the block of 2,000 transactions',
        value: median(makeMs),
        unit: 'ms',
        target: '≤ 50',
        note: `by the clock of the application; ${cpuMs.toFixed(0)} ms of processor time, page and workers`,
      },
      { what: 'the first proof of a page, which loads what makes proofs', value: firstMs, unit: 'ms' },
      { what: 'proof verified in a page', value: median(verifyMs), unit: 'ms', target: '≤ 5' },
    ],
    figures: {
      pageProofMakeMs: round2(median(makeMs)),
      pageProofMakeCpuMs: round2(cpuMs),
      pageProofFirstMs: round2(firstMs),
      pageProofVerifyMs: round2(median(verifyMs)),
    },
  };
}

/** Runs in the page. */
async function waitForBlock(hash) {
  const node = globalThis.lightNode;
  if (node.tip.hash !== hash) for await (const tip of node.tips()) if (tip.hash === hash) break;
  const { transactions } = await node.block(hash);
  Object.assign(globalThis, { transactions, proofs: [] });
}

/** Runs in the page: one proof after another. @returns {Promise<number[]>} milliseconds of each */
async function makeProofs(hash, count) {
  const { lightNode, transactions, proofs } = globalThis;
  const times = [];
  for (let i = 0; i < count; i++) {
    const { id } = transactions[(proofs.length * 577) % transactions.length];
    const startedAt = performance.now();
    proofs.push(await lightNode.proveTx(id, { block: hash }));
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** Runs in the page: all that were made, by the verifier's file alone. @returns {Promise<number[]>} milliseconds of each */
async function verifyProofs(verifier) {
  const { lightNode, proofs } = globalThis;
  const script = URL.createObjectURL(new Blob([verifier], { type: 'text/javascript' }));
  const { verifyTxProof } = await import(script);
  const times = [];
  for (const proof of proofs) {
    const { network, anchor: height } = proof;
    const { hash } = await lightNode.header(height);
    const startedAt = performance.now();
    const result = verifyTxProof(proof, { network, height, hash });
    times.push(performance.now() - startedAt);
    if (!result.ok) throw new Error(`a good proof is refused: ${result.code}`);
  }
  return times;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchPageProofs()).rows);
