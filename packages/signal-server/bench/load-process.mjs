// All clients, in a process of their own: relays offers between rooms of two, or just connects.
import { frame, joinNetwork } from './wire-client.mjs';

const PAIRS = 100;
const IN_FLIGHT = 4;
const OFFER_BYTES = 1500;
const CONNECTING_AT_ONCE = 50;
const SETTLE_MS = 200;

const idle = [];
let networks = 0;

/** Joins `PAIRS` rooms of two and resolves with a function that relays for a while and counts. */
async function makePairs(port) {
  let relayed = 0;
  let isOver = true;
  const starts = [];
  for (let i = 0; i < PAIRS; i++) {
    const network = nextNetwork();
    const one = await joinNetwork(port, network);
    const two = await joinNetwork(port, network);
    const exchange = (from, to) => {
      const sdp = 'v=0 a=candidate '.repeat(OFFER_BYTES / 16);
      const offer = frame(`42${JSON.stringify(['signal', { to: to.id, data: { type: 'offer', sdp } }])}`);
      to.onSignal = () => {
        relayed++;
        if (!isOver) from.socket.write(offer);
      };
      starts.push(() => from.socket.write(offer));
    };
    exchange(one, two);
    exchange(two, one);
  }
  return async (durationMs) => {
    isOver = false;
    relayed = 0;
    const start = performance.now();
    for (let i = 0; i < IN_FLIGHT; i++) for (const begin of starts) begin();
    await wait(durationMs);
    const perSecond = relayed / ((performance.now() - start) / 1000);
    isOver = true;
    await wait(SETTLE_MS);
    return { perSecond, relayed };
  };
}

async function growIdle(port, total) {
  while (idle.length < total) {
    const batch = Array.from({ length: CONNECTING_AT_ONCE }, () => joinNetwork(port, nextNetwork(50)));
    idle.push(...(await Promise.all(batch)));
  }
  await wait(SETTLE_MS);
  return idle.length;
}

/** A network id; the same one for `members` calls in a row. */
function nextNetwork(members = 1) {
  return Math.floor(networks++ / members)
    .toString(16)
    .padStart(64, '0');
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const measures = new Map();
process.on('message', async ({ port, durationMs, total }) => {
  if (total !== undefined) return process.send(await growIdle(port, total));
  if (!measures.has(port)) measures.set(port, await makePairs(port));
  process.send(await measures.get(port)(durationMs));
});
