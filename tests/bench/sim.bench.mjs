/** The simulator at scale: how fast it runs, and how long a block takes to reach everyone. */
import { fileURLToPath } from 'node:url';
import { importSource } from '../../scripts/run-source.mjs';

/** Sizes of network, and virtual minutes of each: as many as a bench has time for. */
const runs = [
  { nodes: 100, minutes: 5 },
  { nodes: 1000, minutes: 1 },
];

/** @param {number} [nodesMax]  leaves out what is larger @returns rows for people and figures for machines */
export async function benchSim(nodesMax = Number.POSITIVE_INFINITY) {
  const { measureSpread } = await importSource('tests/sim/spread.ts');
  const rows = [];
  const figures = {};
  for (const { nodes, minutes } of runs) {
    if (nodes > nodesMax) continue;
    const { medianMs, p95Ms, seconds, events } = await measureSpread({ nodes, minutes });
    const name = `${nodes.toLocaleString('en')} nodes`;
    rows.push(
      {
        what: `${name}, ${minutes} virtual minutes`,
        value: seconds,
        unit: 's',
        note: `${events} events, ${Math.round(events / seconds)} a second`,
      },
      { what: `${name}: a block reaches a node, median`, value: medianMs, unit: 'ms' },
      { what: `${name}: 95th percentile`, value: p95Ms, unit: 'ms' },
    );
    figures[`sim${nodes}EventsPerSecond`] = Math.round(events / seconds);
    figures[`sim${nodes}BlockMedianMs`] = Math.round(medianMs);
    figures[`sim${nodes}BlockP95Ms`] = Math.round(p95Ms);
  }
  return { rows, figures };
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.table((await benchSim(Number(process.argv[2] ?? Number.POSITIVE_INFINITY))).rows);
