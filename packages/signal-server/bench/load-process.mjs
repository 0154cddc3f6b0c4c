// All clients, in a process of their own: relays offers between rooms of two, or just connects. With several ports the two
// of a room are at any two of them, so with two servers half of the offers go from one to the other.
import { frame, joinNetwork } from './wire-client.mjs';

const PAIRS = 100;
const IN_FLIGHT = 4;
/** Of a calm client beside the others: it sends one offer, waits for it, and for so long. */
const CALM_PAUSE_MS = 10;
const OFFER_BYTES = 1500;
const CONNECTING_AT_ONCE = 50;
const SETTLE_MS = 200;

const idle = [];
let networks = 0;

/** Joins so many rooms of two and resolves with a function that relays for a while and counts. */
async function makePairs(ports, pairs = PAIRS, inFlight = IN_FLIGHT) {
  let relayed = 0;
  let isOver = true;
  const starts = [];
  for (let i = 0; i < pairs; i++) {
    const network = nextNetwork();
    const one = await joinNetwork(ports[i % ports.length], network);
    const two = await joinNetwork(ports[Math.floor(i / ports.length) % ports.length], network);
    const exchange = (from, to) => {
      const offer = offerTo(to);
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
    for (let i = 0; i < inFlight; i++) for (const begin of starts) begin();
    await wait(durationMs);
    const perSecond = relayed / ((performance.now() - start) / 1000);
    isOver = true;
    await wait(SETTLE_MS);
    return { perSecond, relayed };
  };
}

/** Offers from a calm client at one server to one at another, one at a time: how long each takes, in milliseconds. */
async function beCalm(ports, durationMs) {
  const network = nextNetwork();
  const from = await joinNetwork(ports[0], network);
  const to = await joinNetwork(ports.at(-1), network);
  const offer = offerTo(to);
  const tookMs = [];
  for (const end = performance.now() + durationMs; performance.now() < end; ) {
    const sentMs = performance.now();
    await new Promise((resolve) => {
      to.onSignal = resolve;
      from.socket.write(offer);
    });
    tookMs.push(performance.now() - sentMs);
    await wait(CALM_PAUSE_MS);
  }
  for (const { socket } of [from, to]) socket.destroy();
  return tookMs;
}

/**
 * Joins so many a second for so long, at the servers in turn, and leaves after `stayMs`.
 *
 * @returns how many joined, how many could not or were disconnected before they left, and why they could not
 */
async function joinSteadily(ports, perSecond, durationMs, stayMs) {
  let joined = 0;
  let lost = 0;
  /** Why some could not join. */
  const reasons = {};
  const visit = async (port, network) => {
    try {
      const { socket } = await joinNetwork(port, network);
      joined++;
      const isLost = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), stayMs);
        socket.on('close', () => {
          clearTimeout(timer);
          resolve(true);
        });
      });
      if (isLost) lost++;
      socket.removeAllListeners('close');
      socket.destroy();
    } catch (error) {
      lost++;
      reasons[error.message] = (reasons[error.message] ?? 0) + 1;
    }
  };
  const visits = [];
  const startMs = performance.now();
  const total = (perSecond * durationMs) / 1000;
  while (visits.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * perSecond) / 1000));
    while (visits.length < due) visits.push(visit(ports[visits.length % ports.length], nextNetwork(50)));
    await wait(5);
  }
  await Promise.all(visits);
  return { joined, lost, reasons };
}

function offerTo({ id }) {
  const sdp = 'v=0 a=candidate '.repeat(OFFER_BYTES / 16);
  return frame(`42${JSON.stringify(['signal', { to: id, data: { type: 'offer', sdp } }])}`);
}

async function growIdle(port, total) {
  while (idle.length < total) {
    const batch = Array.from({ length: CONNECTING_AT_ONCE }, () => joinNetwork(port, nextNetwork(50)));
    idle.push(...(await Promise.all(batch)));
  }
  await wait(SETTLE_MS);
  return idle.length;
}

/** A network id that no other process has; the same one for `members` calls in a row. */
function nextNetwork(members = 1) {
  const number = Math.floor(networks++ / members).toString(16);
  return process.pid.toString(16).padStart(32, '0') + number.padStart(32, '0');
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

const measures = new Map();

async function relay({ ports, durationMs, pairs, inFlight }) {
  const key = ports.join();
  if (!measures.has(key)) measures.set(key, await makePairs(ports, pairs, inFlight));
  return await measures.get(key)(durationMs);
}

process.on('message', async ({ what, ...load }) => {
  const { ports, total, perSecond, durationMs, stayMs } = load;
  if (what === 'relay') process.send(await relay(load));
  else if (what === 'calm') process.send(await beCalm(ports, durationMs));
  else if (what === 'join') process.send(await joinSteadily(ports, perSecond, durationMs, stayMs));
  else process.send(await growIdle(ports[0], total));
});
