/** Block bodies: from two gateways to a page, each held to its header, beside what the raw data channels give. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createSignalServer } from '@vision-light/signal-server';
import { importSource } from '../../scripts/run-source.mjs';
import { launchChromium } from './chromium.mjs';

const BODIES = 1000;
const BODY_BYTES = 1_000_000;
/** Enough for the rate, in a third of the time. */
const RAW_BYTES = 150_000_000;
/** Blocks that the page asks for at a time: more than both windows hold. */
const ASKED_AT_ONCE = 48;
/** Milliseconds between two looks at the worker's memory. */
const SAMPLE_MS = 100;
const MB = 1e6;
const MiB = 2 ** 20;

/** @returns rows for people and figures for machines */
export async function benchBodies() {
  const browser = await launchChromium();
  try {
    const { bodyNetwork } = await importSource('tests/bench/body-network.ts');
    const raw = await rawRate(browser);
    const { rate, workerMib } = await bodyRate(browser, bodyNetwork);
    const share = rate / raw;
    return {
      rows: [
        { what: 'raw data channels, two senders to a worker', value: raw / MB, unit: 'MB/s' },
        {
          what: `${BODIES} bodies of 1 MB, two gateways to Chromium`,
          value: rate / MB,
          unit: 'MB/s',
          note: 'checked against their headers',
        },
        { what: 'bodies against raw channels', value: share, unit: '', target: '≥ 0.6' },
        {
          what: 'most memory of the worker above its start',
          value: workerMib,
          unit: 'MiB',
          target: '≤ 64',
          note: 'heap and buffers, sampled',
        },
      ],
      figures: {
        bodiesRawMBPerS: round(raw / MB),
        bodiesMBPerS: round(rate / MB),
        bodiesShareOfRaw: round(share),
        bodiesWorkerMib: round(workerMib),
      },
    };
  } finally {
    await browser.close();
  }
}

const round = (value) => Math.round(value * 100) / 100;

function start(script, ...args) {
  return spawn(process.execPath, [fileURLToPath(new URL(script, import.meta.url)), ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function stop(child) {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function firstLine(child) {
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line);
}

/** Bytes a second that a worker of the page receives over two channels at once, from first to last. */
async function rawRate(browser) {
  const senders = [0, 1].map(() => start('../../packages/gateway/bench/raw-sender.mjs', RAW_BYTES));
  const site = await serveLibrary();
  const tab = await browser.newPage();
  try {
    await tab.goto(site.url);
    await tab.exposeFunction('answerOf', async (index, offer) => {
      senders[index].stdin.write(`${JSON.stringify(offer)}\n`);
      return firstLine(senders[index]);
    });
    const ms = await tab.evaluate(receiveRaw, senders.length, RAW_BYTES);
    return (senders.length * RAW_BYTES * 1000) / ms;
  } finally {
    await tab.close();
    site.close();
    await Promise.all(senders.map(stop));
  }
}

/** Runs in the page. */
async function receiveRaw(count, bytes) {
  const script = `
    let received = 0; let startedAt;
    onmessage = ({ data }) => {
      data.channel.binaryType = 'arraybuffer';
      data.channel.onmessage = ({ data: frame }) => {
        startedAt ??= performance.now();
        received += frame.byteLength;
        if (received >= data.total) postMessage(performance.now() - startedAt);
      };
    };`;
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  const done = new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
  });
  for (let index = 0; index < count; index++) {
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel('raw', { negotiated: true, id: 64, ordered: true });
    worker.postMessage({ channel, total: count * bytes }, [channel]);
    await connection.setLocalDescription(await connection.createOffer());
    while (connection.iceGatheringState !== 'complete')
      await new Promise((resolve) =>
        connection.addEventListener('icegatheringstatechange', resolve, { once: true }),
      );
    const { type, sdp } = connection.localDescription;
    await connection.setRemoteDescription(await globalThis.answerOf(index, { type, sdp }));
  }
  return done;
}

/** The same through two nodes: asked for, framed, put together, and held to the root of its header. */
async function bodyRate(browser, network) {
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const tipTime = Math.floor(Date.now() / 1000);
  const gateways = [0, 1].map(() => start('body-gateway.mjs', signal.url, BODIES, BODY_BYTES, tipTime));
  const site = await serveLibrary();
  try {
    const [{ bodyBytes }] = await Promise.all(gateways.map(firstLine));
    const tab = await browser.newPage();
    await tab.goto(site.url);
    const options = { network, signal: [signal.url], followedBlocks: 0, storage: 'memory' };
    await tab.evaluate(joinNetwork, options, BODIES, gateways.length);
    const memory = await watchWorker(tab);
    const ms = await tab.evaluate(fetchAll, BODIES, ASKED_AT_ONCE, bodyBytes);
    const workerMib = (await memory.stop()) / MiB;
    await tab.close();
    return { rate: (BODIES * bodyBytes * 1000) / ms, workerMib };
  } finally {
    site.close();
    await Promise.all(gateways.map(stop));
    await signal.close();
  }
}

/** Runs in the page: a node that has all headers and both gateways, and no body. */
async function joinNetwork(options, height, peers) {
  const library = '/index.js';
  const { createLightNode } = await import(library);
  const node = await createLightNode(options);
  globalThis.lightNode = node;
  for await (const tip of node.tips()) if (tip.height >= height) break;
  await new Promise((resolve) => {
    const look = () => node.peers().length >= peers && resolve();
    node.subscribe('peer', look);
    look();
  });
}

/** Runs in the page: every block once, so many at a time; @returns milliseconds */
async function fetchAll(height, atOnce, bodyBytes) {
  const node = globalThis.lightNode;
  const hashes = [];
  for (let h = 1; h <= height; h++) hashes.push((await node.header(h)).hash);
  const startedAt = performance.now();
  const fetchNext = async () => {
    for (let hash = hashes.pop(); hash !== undefined; hash = hashes.pop()) {
      const { body } = await node.block(hash);
      if (body.length !== bodyBytes) throw new Error(`a body of ${body.length} bytes`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, fetchNext));
  return performance.now() - startedAt;
}

/** Samples what the node's worker holds: its heap and the buffers behind it, after a collection at the start. */
async function watchWorker(tab) {
  const worker = tab.workers().find((each) => each.url().startsWith('blob:'));
  const used = async () => {
    const { usedSize, backingStorageSize = 0 } = await worker.client.send('Runtime.getHeapUsage');
    return usedSize + backingStorageSize;
  };
  await worker.client.send('HeapProfiler.collectGarbage');
  const before = await used();
  let most = before;
  const timer = setInterval(async () => {
    most = Math.max(most, await used().catch(() => 0));
  }, SAMPLE_MS);
  return {
    async stop() {
      clearInterval(timer);
      return Math.max(most, await used()) - before;
    },
  };
}

/** An empty page, and the library beside it. */
async function serveLibrary() {
  const library = await readFile(new URL('../../packages/browser-node/dist/index.js', import.meta.url));
  const server = createServer(({ url }, response) => {
    const isLibrary = url === '/index.js';
    response.writeHead(200, { 'content-type': isLibrary ? 'text/javascript' : 'text/html' });
    response.end(isLibrary ? library : '<!doctype html><title>Bodies</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchBodies()).rows);
