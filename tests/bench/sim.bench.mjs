/**
 * The simulator at scale: how fast it runs, and how long a block takes to reach everyone. By itself it takes a size and
 * virtual minutes: `node tests/bench/sim.bench.mjs 1000 60`.
 */
import { fileURLToPath } from 'node:url';
import { importSource } from '../../scripts/run/import-source.mjs';

/** Sizes of network, and virtual minutes of each: as many as a bench has time for. */
const runs = [
  { nodes: 100, minutes: 10 },
  { nodes: 1000, minutes: 4 },
  { nodes: 5000, minutes: 0.5 },
];

/** @returns rows for people and figures for machines */
export async function benchSim(sizes = runs) {
  const { measureSpread } = await importSource('tests/sim/spread.ts');
  const rows = [];
  const figures = {};
  for (const { nodes, minutes } of sizes) {
    const { medianMs, p95Ms, seconds, events, secondsPerMinute } = await measureSpread({ nodes, minutes });
    const name = `${nodes.toLocaleString('en')} nodes`;
    rows.push(
      {
        what: `${name}, ${minutes} virtual minutes`,
        value: seconds,
        unit: 's',
        note: `${events} events, ${Math.round(events / seconds)} a second; an hour, at this rate, takes ${Math.round(60 * secondsPerMinute)} s`,
      },
      { what: `${name}: a block reaches a node, median`, value: medianMs, unit: 'ms' },
      { what: `${name}: 95th percentile`, value: p95Ms, unit: 'ms' },
    );
    figures[`sim${nodes}EventsPerSecond`] = Math.round(events / seconds);
    figures[`sim${nodes}SecondsPerVirtualHour`] = Math.round(60 * secondsPerMinute);
    figures[`sim${nodes}BlockMedianMs`] = Math.round(medianMs);
    figures[`sim${nodes}BlockP95Ms`] = Math.round(p95Ms);
  }
  await addBodies(rows, figures);
  return { rows, figures };
}

/** Bodies of 50 kB over links of 250 kB/s: whole, and as compact blocks whose transactions all nodes know. */
async function addBodies(rows, figures) {
  const { measureBodySpread } = await importSource('tests/sim/body-spread.ts');
  const size = { nodes: 1000, transactions: 200, transactionBytes: 250, blocks: 3 };
  for (const isCompact of [false, true]) {
    const { medianMs, p95Ms, sentShare } = await measureBodySpread({ ...size, isCompact });
    const what = `1,000 nodes: a body${isCompact ? ' as compact block' : ''} reaches a node`;
    rows.push(
      { what: `${what}, median`, value: medianMs, unit: 'ms' },
      {
        what: `${what}, 95th percentile`,
        value: p95Ms,
        unit: 'ms',
        note: `${Math.round(100 * sentShare)} % of it are sent to each`,
      },
    );
    figures[isCompact ? 'simCompactBodyP95Ms' : 'simBodyP95Ms'] = p95Ms;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [nodes, minutes] = process.argv.slice(2).map(Number);
  const { rows } = await benchSim(nodes === undefined ? runs : [{ nodes, minutes: minutes ?? 1 }]);
  console.table(rows);
}
