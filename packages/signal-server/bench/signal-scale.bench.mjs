// The signaling server on several processes with one Redis, large rooms, many joins, and a restart. About three minutes.

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { hasRedis, RedisProcess } from '../../../tests/redis-process.mjs';
import { memoryDirectory } from '../dist/directory/memory-directory.js';
import { defaultLimits } from '../dist/index.js';
import { redisDirectory } from '../dist/redis/redis-directory.js';
import { answer, ask, median, round, start } from './bench-process.mjs';

const RELAY_ROUNDS = 8;
const RELAY_MS = 2000;
/** So many offers are on their way at once, two for each pair: few enough that they queue for less than a calm client may wait. */
const PAIRS = 100;
const IN_FLIGHT = 1;

const SMALL_ROOM = 100;
const LARGE_ROOM = 10_000;
const JOINS = 5000;
const JOIN_ROUNDS = 7;

const JOINS_PER_SECOND = 300;
const JOINING_MS = 60_000;
const STAY_MS = 10_000;

const CLIENTS = 2000;
const DOWN_MS = 1000;

/** Measures signaling on several processes; `npm run build` comes first. */
export async function benchSignalScale() {
  const rows = [];
  const figures = {};
  const add = (what, name, value, unit, more = {}) => {
    figures[name] = round(value);
    rows.push({ what: `signaling: ${what}`, value: figures[name], unit, ...more });
  };
  await benchLargeRoom(add, 'in memory', 'Memory', () => memoryDirectory(directoryOptions()));
  if (!hasRedis) {
    console.log('Not measured: several processes. That needs redis-server (Debian: redis-server).');
    await benchRestart(add);
    return { rows, figures };
  }
  const redis = await RedisProcess.start();
  try {
    const open = () => redisDirectory({ ...directoryOptions(), url: redis.url });
    await benchLargeRoom(add, 'in Redis', 'Redis', open, redis);
    redis.empty();
    await benchRelay(add, redis);
    await benchJoins(add, redis);
  } finally {
    await redis.dispose();
  }
  await benchRestart(add);
  return { rows, figures };
}

function directoryOptions() {
  const log = pino({ level: 'silent' });
  return { ...defaultLimits, maxMembersPerRoom: 2 * LARGE_ROOM, randomBelow: randomInt, log };
}

/**
 * A newcomer of a room joins and leaves, in a small room and in a large one in turn. By processor time, that of Redis
 * included.
 */
async function benchLargeRoom(add, where, name, makeOpen, redis) {
  const directory = await makeOpen()(() => {});
  const rooms = [
    ['small', SMALL_ROOM, '5'.repeat(64)],
    ['large', LARGE_ROOM, 'a'.repeat(64)],
  ];
  const micros = { small: [], large: [] };
  for (const [size, members, network] of rooms) {
    const ids = Array.from({ length: members }, (_, i) => `${size}-${i}`);
    for (const [i, id] of ids.entries()) {
      await directory.join({ id, network, kind: i % 50 === 0 ? 'gateway' : 'browser' }, 1);
    }
  }
  for (let round = 0; round < JOIN_ROUNDS; round++) {
    for (const [size, , network] of rooms) {
      const before = ownMicros() + redisMicros(redis);
      for (let i = 0; i < JOINS; i++) {
        await directory.join({ id: 'newcomer', network, kind: 'browser' }, defaultLimits.peersOnJoin);
        await directory.leave('newcomer');
      }
      micros[size].push((ownMicros() + redisMicros(redis) - before) / JOINS);
    }
  }
  await directory.close();
  const ratios = micros.large.map((large, i) => large / micros.small[i]);
  add(
    `joining and leaving a room of ${LARGE_ROOM}, ${where}`,
    `signalJoin${name}Micros`,
    median(micros.large),
    'µs',
  );
  add('the same, to a room of 100', `signalJoin${name}Ratio`, median(ratios), '×', { target: '≤ 1.2' });
}

/** One server and two servers with Redis, in turn, under the same load. A calm client is beside those of two. */
async function benchRelay(add, redis) {
  const servers = Array.from({ length: 3 }, () => start('server-process.mjs', 'ours', redis.url));
  const [load, calm] = [start('load-process.mjs'), start('load-process.mjs')];
  try {
    const ports = await Promise.all(servers.map(answer));
    const groups = { one: [0], two: [1, 2] };
    const measured = { one: [], two: [] };
    const calmMs = [];
    const measure = async (group, durationMs) => {
      const cpuOf = () => Promise.all(groups[group].map((i) => ask(servers[i], 'cpu')));
      const [before, redisBefore] = [await cpuOf(), redisMicros(redis)];
      const theirPorts = groups[group].map((i) => ports[i]);
      const waiting = group === 'two' ? ask(calm, { what: 'calm', ports: theirPorts, durationMs }) : [];
      const options = { what: 'relay', ports: theirPorts, durationMs, pairs: PAIRS, inFlight: IN_FLIGHT };
      const { perSecond, relayed } = await ask(load, options);
      const took = await waiting;
      const cpu = (await cpuOf()).map((after, i) => after - before[i]);
      return {
        perSecond,
        took,
        perCore: (relayed * 1e6) / Math.max(...cpu),
        redisMicros: (redisMicros(redis) - redisBefore) / relayed,
      };
    };
    for (const group of ['one', 'two']) await measure(group, RELAY_MS);
    for (let i = 0; i < RELAY_ROUNDS; i++) {
      for (const group of ['one', 'two']) {
        const result = await measure(group, RELAY_MS);
        measured[group].push(result);
        calmMs.push(...result.took);
      }
    }
    const of = (group, key) => measured[group].map((each) => each[key]);
    const ratios = (key) => of('two', key).map((two, i) => two / of('one', key)[i]);
    const note = 'a processor for each';
    add('offers by one process with Redis', 'signalOneRelayed', median(of('one', 'perSecond')), 'messages/s');
    add('the same by two', 'signalTwoRelayed', median(of('two', 'perSecond')), 'messages/s');
    add('two to one on this machine', 'signalTwoToOneHere', median(ratios('perSecond')), '×');
    add('two to one by processor time', 'signalTwoToOne', median(ratios('perCore')), '×', {
      target: '≥ 1.6',
      note,
    });
    add('Redis, processor time for a message', 'signalRedisMicros', median(of('two', 'redisMicros')), 'µs');
    add('p99 of a calm client beside two', 'signalCalmP99Ms', percentile(calmMs, 0.99), 'ms', {
      target: '< 10',
    });
    add('median of a calm client beside two', 'signalCalmMedianMs', median(calmMs), 'ms');
  } finally {
    for (const child of [...servers, load, calm]) child.kill();
  }
}

async function benchJoins(add, redis) {
  const servers = Array.from({ length: 2 }, () => start('server-process.mjs', 'ours', redis.url));
  const load = start('load-process.mjs');
  try {
    const ports = await Promise.all(servers.map(answer));
    const options = {
      what: 'join',
      ports,
      perSecond: JOINS_PER_SECOND,
      durationMs: JOINING_MS,
      stayMs: STAY_MS,
    };
    const { joined, lost, reasons } = await ask(load, options);
    add(`joined at ${JOINS_PER_SECOND} a second in a minute`, 'signalJoined', joined, 'clients');
    for (const [reason, count] of Object.entries(reasons))
      console.log(`could not join: ${count} × ${reason}`);
    add('lost of them', 'signalJoinsLost', lost, 'clients', { target: '≤ 0' });
  } finally {
    for (const child of [...servers, load]) child.kill();
  }
}

/** A server with many clients is killed and started again at its port. */
async function benchRestart(add) {
  const clients = start('client-process.mjs');
  let server = start('server-process.mjs', 'ours');
  try {
    const port = await answer(server);
    if ((await answer(clients)) !== 'ready') throw new Error('the clients are not ready');
    await ask(clients, { url: `http://127.0.0.1:${port}`, count: CLIENTS });
    const back = ask(clients, { count: CLIENTS });
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
    await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
    server = start('server-process.mjs', 'ours', '', String(port));
    await answer(server);
    const joinedMs = (await back).sort((a, b) => a - b);
    // The fullest second, wherever it begins.
    const most = Math.max(
      ...joinedMs.map((from, i) => joinedMs.filter((ms, j) => j >= i && ms < from + 1000).length),
    );
    const what = `a restart with ${CLIENTS} clients`;
    add(`${what}: all are back after`, 'signalRestartSeconds', joinedMs.at(-1) / 1000, 's', {
      target: '≤ 30',
    });
    add(`${what}: most in a second`, 'signalRestartMostPercent', (100 * most) / CLIENTS, '%', {
      target: '≤ 10',
    });
  } finally {
    for (const child of [server, clients]) child.kill();
  }
}

function ownMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Processor time of Redis so far, if there is one; the clock of Linux ticks a hundred times a second. */
function redisMicros(redis) {
  if (redis === undefined) return 0;
  const fields = readFileSync(`/proc/${redis.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function percentile(values, share) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows, figures } = await benchSignalScale();
  console.table(rows);
  console.log(JSON.stringify(figures));
}
