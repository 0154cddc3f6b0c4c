/** A gateway that takes a chain from a full node over TCP, and a page that takes it from that gateway meanwhile. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSignalServer } from '@vision-light/signal-server';
import { importSource } from '../../scripts/run/import-source.mjs';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { firstLine, startScript, stopScript } from './bench-process.mjs';
import { launchChromium, median } from './chromium.mjs';
import { startGateway, syncMs } from './whole-path.mjs';

const HEADERS = 300_000;
/** As many as Bitcoin's mainnet has, and some more. */
const MANY_HEADERS = 1_000_000;
const ROUNDS = 3;
const MB = 1e6;
const network = 'bitcoin-regtest';
const cli = new URL('../../packages/gateway/dist/cli.js', import.meta.url);

/** @returns rows for people and figures for machines */
export async function benchFullNode() {
  const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
  try {
    const { writeRegtestChain } = await importSource('tests/e2e/regtest-headers.ts');
    const file = await writeRegtestChain(folder, HEADERS, 1);
    const takes = [];
    const behind = [];
    const ahead = [];
    for (let round = 0; round < ROUNDS; round++) {
      takes.push(await takeFromNode(folder, file, HEADERS));
      ahead.push(await pageOfSyncedGateway(folder, file));
      behind.push(await pageOfSyncingGateway(folder, file));
    }
    const many = await takeFromNode(folder, await writeRegtestChain(folder, MANY_HEADERS, 2), MANY_HEADERS);
    return describe({ takes, ahead, behind, many });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function describe({ takes, ahead, behind, many }) {
  const headersPerS = Math.round((HEADERS * 1000) / median(takes.map(({ ms }) => ms)));
  const ratio = median(behind) / median(ahead);
  const heldMb = many.heldBytes / MB;
  return {
    rows: [
      {
        what: 'gateway takes 300,000 headers from a full node over TCP, stored',
        value: headersPerS,
        unit: 'headers/s',
        target: '≥ 150,000',
        note: `${Math.round(median(takes.map(({ cpuMs }) => cpuMs)))} ms of processor time`,
      },
      {
        what: 'page behind a gateway that has 300,000 headers',
        value: Math.round(median(ahead)),
        unit: 'ms',
      },
      {
        what: 'page behind a gateway that takes them meanwhile, compared with that',
        value: ratio,
        unit: 'times as long',
        target: '≤ 1.3',
      },
      {
        what: 'memory of a gateway that has taken 1,000,000 headers',
        value: heldMb,
        unit: 'MB',
        target: '< 400',
        note: `${Math.round(many.peakBytes / MB)} MB at the most`,
      },
    ],
    figures: {
      fullNodeHeadersPerS: headersPerS,
      syncingGatewayRatio: ratio,
      gatewayHeldMb: heldMb,
      gatewayPeakMb: many.peakBytes / MB,
    },
  };
}

/** A full node that gives headers at once, or once it is told to. */
async function startNode(file) {
  const child = startScript(new URL('./replay-node.mjs', import.meta.url), file);
  const { place } = await firstLine(child);
  return { child, place, open: () => child.stdin.write('go\n') };
}

async function takeFromNode(folder, file, headers) {
  const node = await startNode(file);
  node.open();
  const dataDir = await mkdtemp(path.join(folder, 'store-'));
  const gateway = startScript(
    new URL('./following-gateway.mjs', import.meta.url),
    node.place,
    headers,
    dataDir,
  );
  const taken = await firstLine(gateway);
  await once(gateway, 'exit');
  await stopScript(node.child);
  return taken;
}

/** What a page needs. @param more  where the gateway has its headers from */
async function withPage(folder, options, measure) {
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const dataDir = await mkdtemp(path.join(folder, 'store-'));
  const gateway = await startGateway(cli, { network, signalUrl: signal.url, dataDir, ...options });
  const page = await servePage({ port: 0, host: '127.0.0.1', config: { network, signal: [signal.url] } });
  const browser = await launchChromium();
  try {
    return await measure(browser, page.url);
  } finally {
    await browser.close();
    await page.close();
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
    await signal.close();
  }
}

function pageOfSyncedGateway(folder, headersFile) {
  return withPage(folder, { headersFile }, (browser, url) => syncMs(browser, url, HEADERS));
}

/** The clock starts when the full node begins to give headers, to a gateway that the page is connected to already. */
async function pageOfSyncingGateway(folder, file) {
  const node = await startNode(file);
  const more = ['--bitcoin-peer', node.place];
  const ms = await withPage(folder, { more }, async (browser, url) => {
    const tab = await browser.newPage();
    await tab.goto(url);
    await tab.waitForFunction('globalThis.lightNode?.status.peers > 0', { polling: 10 });
    const startedAt = Date.now();
    node.open();
    const storedAt = await tab.evaluate(
      (height) =>
        new Promise((resolve) => {
          globalThis.lightNode.subscribe('status', ({ storedHeight }) => {
            if (storedHeight === height) resolve(Date.now());
          });
        }),
      HEADERS,
    );
    return storedAt - startedAt;
  });
  await stopScript(node.child);
  return ms;
}
