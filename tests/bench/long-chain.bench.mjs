/**
 * The whole path with a chain as long as Bitcoin's: 976,000 headers of regtest, made here. With `BENCH_BASE` set to a
 * built checkout of another commit everything is measured in turns with that commit, and compared.
 */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { importSource } from '../../scripts/run/import-source.mjs';
import { PlainError, root } from '../../scripts/run/run-command.mjs';
import { launchChromium, median } from './chromium.mjs';
import { rawTransferMs } from './raw-channel.mjs';
import { reloadTimes, startGateway, syncMs } from './whole-path.mjs';

const HEADERS = 976_000;
/** The length with which the reload is compared: as many as the bench of real headers has. */
const FEW_HEADERS = 32_259;
const ROUNDS = 3;
const RELOAD_ROUNDS = 7;
/** Of a header on the wire and on disk: 80 bytes without the hash of its parent. */
const WIRE_BYTES = 48;
/** Clock ticks a second of /proc, on every Linux that Node runs on. */
const TICKS_PER_S = 100;
const MB = 1e6;

/** @returns rows for people and figures for machines */
export async function benchLongChain() {
  const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
  const closers = [() => rm(folder, { recursive: true, force: true })];
  try {
    const { writeRegtestChain } = await importSource('tests/e2e/regtest-headers.ts');
    const [many, few] = [
      await writeRegtestChain(folder, HEADERS, 1),
      await writeRegtestChain(folder, FEW_HEADERS, 2),
    ];
    const base = process.env.BENCH_BASE;
    if (base && !existsSync(path.join(base, 'packages/gateway/dist/cli.js')))
      throw new PlainError(`BENCH_BASE names ${base}, where nothing is built.`);
    const builds = [];
    for (const at of base ? [root, base] : [root]) {
      const samples = { syncs: [], cpus: [], heaps: [], reloads: [], fewReloads: [] };
      const urls = [await serve(at, many, closers), await serve(at, few, closers)];
      builds.push({ ...samples, urls });
    }
    const raws = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const build of builds) await measureSync(build);
      raws.push(await inBrowser((browser) => rawTransferMs(browser, 1, HEADERS * WIRE_BYTES)));
    }
    for (const build of builds) await measureReloads(build);
    return describe(builds, raws);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Starts what a page of a build needs. */
async function serve(at, headersFile, closers) {
  const importFrom = (file) => import(pathToFileURL(path.join(at, file)).href);
  const pageServer = ['scripts/serve/page-server.mjs', 'scripts/page-server.mjs'].find((file) =>
    existsSync(path.join(at, file)),
  );
  const { createSignalServer } = await importFrom('packages/signal-server/dist/index.js');
  const { servePage } = await importFrom(pageServer);
  const network = 'bitcoin-regtest';
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  closers.push(() => signal.close());
  const dataDir = await mkdtemp(path.join(path.dirname(headersFile), 'store-'));
  const cli = pathToFileURL(path.join(at, 'packages/gateway/dist/cli.js'));
  const gateway = await startGateway(cli, { network, headersFile, signalUrl: signal.url, dataDir });
  closers.push(async () => {
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  });
  const page = await servePage({ port: 0, host: '127.0.0.1', config: { network, signal: [signal.url] } });
  closers.push(() => page.close());
  return { url: page.url, gateway };
}

async function inBrowser(body) {
  const browser = await launchChromium();
  try {
    return await body(browser);
  } finally {
    await browser.close();
  }
}

/** One new visitor in a browser of their own: time, processor time of browser and gateway, and what the worker holds. */
async function measureSync({ urls: [{ url, gateway }], syncs, cpus, heaps }) {
  await inBrowser(async (browser) => {
    const seconds = () => cpuSeconds([browser.process().pid, gateway.pid]);
    let before = 0;
    const ms = await syncMs(browser, url, HEADERS, {
      begun: () => {
        before = seconds();
      },
      ended: async (workers) => {
        cpus.push(seconds() - before);
        heaps.push(Math.max(...(await Promise.all(workers.map(heldBytes)))));
      },
    });
    syncs.push(ms);
  });
}

async function measureReloads({ urls: [many, few], reloads, fewReloads }) {
  await inBrowser(async (browser) => {
    reloads.push(...(await reloadTimes(browser, many.url, HEADERS, RELOAD_ROUNDS)));
    fewReloads.push(...(await reloadTimes(browser, few.url, FEW_HEADERS, RELOAD_ROUNDS)));
  });
}

/** Heap and buffers of a worker after a collection. */
async function heldBytes({ client }) {
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await client.send('Runtime.getHeapUsage');
  return usedSize + backingStorageSize;
}

/**
 * Processor time that processes and their descendants have used.
 *
 * @returns {number} seconds; NaN where there is no /proc
 */
function cpuSeconds(roots) {
  if (!existsSync('/proc/self/stat')) return Number.NaN;
  const wanted = new Set(roots);
  let ticks = 0;
  // A child has a higher number than its parent, or the numbers have begun anew, which a bench does not live to see.
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  for (const pid of pids.sort((a, b) => a - b)) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // After the name, which may hold spaces: state, parent, and eleven fields later the ticks of user and system, each
      // beside those of children that ended.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (!wanted.has(pid) && !wanted.has(Number(fields[1]))) continue;
      wanted.add(pid);
      ticks += fields.slice(11, 15).reduce((sum, each) => sum + Number(each), 0);
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / TICKS_PER_S;
}

function describe([own, base], raws) {
  const perS = (times) => (HEADERS * 1000) / median(times);
  const figures = {
    longSyncHeadersPerS: Math.round(perS(own.syncs)),
    longRawHeadersPerS: Math.round(perS(raws)),
    longSyncPerRaw: perS(own.syncs) / perS(raws),
    longReloadMs: Math.round(median(own.reloads)),
    longReloadPerShort: median(own.reloads) / median(own.fewReloads),
    longWorkerMb: median(own.heaps) / MB,
  };
  const rows = [
    {
      what: 'raw data channel, as many bytes as 976,000 headers',
      value: figures.longRawHeadersPerS,
      unit: 'headers/s',
    },
    { what: 'whole path, 976,000 headers, stored', value: figures.longSyncHeadersPerS, unit: 'headers/s' },
    {
      what: '976,000 headers, compared with the raw channel',
      value: figures.longSyncPerRaw,
      unit: 'times as fast',
      target: '≥ 0.55',
    },
    { what: 'reload of a page with 976,000 headers', value: figures.longReloadMs, unit: 'ms' },
    {
      what: 'reload at 976,000, compared with 32,259',
      value: figures.longReloadPerShort,
      unit: 'times as long',
      target: '≤ 1.3',
    },
    { what: 'worker after 976,000 headers', value: figures.longWorkerMb, unit: 'MB', target: '≤ 110' },
  ];
  if (!Number.isNaN(own.cpus[0])) {
    figures.longCpuS = median(own.cpus);
    rows.push({
      what: '976,000 headers, processor time of browser and gateway',
      value: figures.longCpuS,
      unit: 's',
    });
  }
  if (base !== undefined) {
    figures.longSyncPerBase = median(base.syncs) / median(own.syncs);
    figures.longCpuPerBase = median(own.cpus) / median(base.cpus);
    rows.push(
      {
        what: '976,000 headers, compared with the base commit',
        value: figures.longSyncPerBase,
        unit: 'times as fast',
        target: '≥ 1.6',
      },
      {
        what: '976,000 headers, processor time compared with the base commit',
        value: figures.longCpuPerBase,
        unit: 'times as much',
        target: '≤ 0.6',
      },
      { what: 'worker of the base commit', value: median(base.heaps) / MB, unit: 'MB' },
      { what: 'reload of the base commit', value: median(base.reloads), unit: 'ms' },
    );
  }
  return { rows, figures };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchLongChain()).rows);
