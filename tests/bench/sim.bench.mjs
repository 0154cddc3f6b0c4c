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
  const nodes = Math.min(1000, Math.max(...sizes.map((size) => size.nodes)));
  await addBodies(rows, figures, nodes);
  await addTransactions(rows, figures, nodes);
  return { rows, figures };
}

/** Bodies of 50 kB over links of 250 kB/s: whole, and as compact blocks whose transactions all nodes know. */
async function addBodies(rows, figures, nodes) {
  const { measureBodySpread } = await importSource('tests/sim/body-spread.ts');
  const size = { nodes, transactions: 200, transactionBytes: 250, blocks: 3 };
  const delays = [];
  for (const isCompact of [false, true]) {
    const { medianMs, p95Ms, sentShare } = await measureBodySpread({ ...size, isCompact });
    delays.push(p95Ms);
    const what = `${nodes.toLocaleString('en')} nodes: a body${isCompact ? ' as compact block' : ''} reaches a node`;
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
  const [whole, compact] = delays;
  rows.push({
    what: `${nodes.toLocaleString('en')} nodes: compact blocks, compared with whole ones`,
    value: compact / whole,
    unit: 'times as long',
    target: '≤ 0.6',
    note: 'until 95 of 100 nodes have the body',
  });
  figures.simCompactBodyShare = compact / whole;
}

/** Transactions of many senders, until every node has all of them. */
async function addTransactions(rows, figures, nodes) {
  const { measureTransactionSpread } = await importSource('tests/sim/transaction-spread.ts');
  const { announcedPerLink, sentPerLink } = await measureTransactionSpread({ nodes, transactions: 20 });
  rows.push({
    what: `${nodes.toLocaleString('en')} nodes: announcements of a transaction on a link`,
    value: announcedPerLink,
    unit: '',
    target: '≤ 1.2',
    note: `it is sent over a link ${sentPerLink.toFixed(2)} times`,
  });
  figures.simAnnouncedPerLink = announcedPerLink;
  figures.simSentPerLink = sentPerLink;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [nodes, minutes] = process.argv.slice(2).map(Number);
  const { rows } = await benchSim(nodes === undefined ? runs : [{ nodes, minutes: minutes ?? 1 }]);
  console.table(rows);
}
