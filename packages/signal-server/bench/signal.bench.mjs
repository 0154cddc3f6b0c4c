// Speed and memory of the signaling server beside a bare socket.io relay, in one run. About 50 s.
import { fileURLToPath } from 'node:url';
import { answer, ask, median, round, start } from './bench-process.mjs';

const ROUNDS = 12;
const ROUND_MS = 800;
const WARM_UP_MS = 2000;
const IDLE_FROM = 2000;
const IDLE_TO = 5000;

/** Measures the signaling server; `npm run build` comes first. */
export async function benchSignal() {
  const { ours, bare, ratio } = await benchRelay();
  const oursKib = await benchIdle('ours');
  const bareKib = await benchIdle('bare');
  const figures = {
    signalMessagesPerSecond: Math.round(ours.perSecond),
    signalBareMessagesPerSecond: Math.round(bare.perSecond),
    signalRatioToBare: round(ratio),
    signalCpuMicrosPerMessage: round(ours.cpuMicros),
    signalBareCpuMicrosPerMessage: round(bare.cpuMicros),
    signalKibPerConnection: round(oursKib),
    signalBareKibPerConnection: round(bareKib),
  };
  const row = (what, figure, unit, target) => ({
    what: `signaling: ${what}`,
    value: figures[figure],
    unit,
    ...(target && { target }),
  });
  const rows = [
    row('1.5 kB offers relayed', 'signalMessagesPerSecond', 'messages/s'),
    row('the same by bare socket.io', 'signalBareMessagesPerSecond', 'messages/s'),
    row('ratio to bare socket.io, median of rounds', 'signalRatioToBare', '×', '≥ 0.85'),
    row('processor time for a message', 'signalCpuMicrosPerMessage', 'µs'),
    row('the same by bare socket.io', 'signalBareCpuMicrosPerMessage', 'µs'),
    row('further idle connection', 'signalKibPerConnection', 'KiB', '≤ 14'),
    row('the same by bare socket.io', 'signalBareKibPerConnection', 'KiB'),
  ];
  return { rows, figures };
}

/** Short rounds in turn, each compared with its neighbour, so that noise of the machine falls on both. */
async function benchRelay() {
  const servers = { ours: start('server-process.mjs', 'ours'), bare: start('server-process.mjs', 'bare') };
  const load = start('load-process.mjs');
  const measure = async (server, durationMs) => {
    const before = await ask(server, 'cpu');
    const { perSecond, relayed } = await ask(load, { what: 'relay', ports: [server.port], durationMs });
    return { perSecond, cpuMicros: ((await ask(server, 'cpu')) - before) / relayed };
  };
  try {
    const rounds = { ours: [], bare: [] };
    for (const name of ['ours', 'bare']) {
      servers[name].port = await answer(servers[name]);
      await measure(servers[name], WARM_UP_MS);
    }
    for (let i = 0; i < ROUNDS; i++) {
      for (const name of ['ours', 'bare']) rounds[name].push(await measure(servers[name], ROUND_MS));
    }
    return {
      ours: medians(rounds.ours),
      bare: medians(rounds.bare),
      ratio: median(rounds.ours.map(({ perSecond }, i) => perSecond / rounds.bare[i].perSecond)),
    };
  } finally {
    for (const child of [...Object.values(servers), load]) child.kill();
  }
}

/** KiB of resident memory for each connection from `IDLE_FROM` to `IDLE_TO`, all joined, garbage collected. */
async function benchIdle(name) {
  const server = start('server-process.mjs', name);
  const load = start('load-process.mjs');
  try {
    const port = await answer(server);
    await ask(load, { what: 'idle', ports: [port], total: IDLE_FROM });
    const before = await ask(server, 'memory');
    await ask(load, { what: 'idle', ports: [port], total: IDLE_TO });
    const after = await ask(server, 'memory');
    return (after - before) / (IDLE_TO - IDLE_FROM) / 1024;
  } finally {
    server.kill();
    load.kill();
  }
}

function medians(rounds) {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    cpuMicros: median(rounds.map(({ cpuMicros }) => cpuMicros)),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows, figures } = await benchSignal();
  console.table(rows);
  console.log(JSON.stringify(figures));
}
