/**
 * Block bodies in real pages: a page that knows the gateway, one that knows only that page, and a gateway that is killed
 * while its bodies are fetched.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import type { createLightNode } from '@vision-light/browser-node';
import { FOLLOWED_BLOCKS, type Metrics } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

type LightNodeHandle = Awaited<ReturnType<typeof createLightNode>>;

const HISTORY = 300;
const stage = new Stage();
const { servers } = stage;

const metricsOf = (visitor: Visitor): Promise<Metrics> =>
  visitor.page.evaluate(() => (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode.metrics());

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** How many bodies a gateway has sent, by its own metrics. */
async function bodiesSentBy(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^vision_p2p_blocks_sent_total\{.*\} (\d+)$/m.exec(text)?.[1]);
}

/** Asks a page for blocks of its best chain: transactions and body bytes of each, or the code of the error. */
function blocksOf(visitor: Visitor, from: number, count: number): Promise<(string | [number, number])[]> {
  return visitor.page.evaluate(
    async (first, many) => {
      const { lightNode: node } = globalThis as unknown as { lightNode: LightNodeHandle };
      const fetchOne = async (height: number): Promise<string | [number, number]> => {
        try {
          const header = await node.header(height);
          const block = await node.block(header?.hash as string);
          return block === undefined ? 'unknown' : [block.transactionCount, block.body.length];
        } catch (error) {
          return (error as { code: string }).code;
        }
      };
      return Promise.all(Array.from({ length: many }, (_, i) => fetchOne(first + i)));
    },
    from,
    count,
  );
}

it('one mines, two sync: one from the gateway, one only through the other; all have the newest bodies', async () => {
  const network = smallNetwork('vision-e2e-bodies');
  const [inner, outer] = [await servers.signal(), await servers.signal()];
  const gateway = await servers.gateway({ network, signal: [inner.url], history: HISTORY });
  await reaches(gateway, HISTORY);
  const near = await Visitor.open(stage.browser, await servers.page(network, [inner.url, outer.url]));
  // It takes one peer, so the near page cannot introduce it to the gateway.
  const farConfig = { network, signal: [outer.url], options: 'maxPeers: 1' };
  const farPage = await serveLibrary(farConfig, { now: await buildLibrary() });
  servers.defer(() => farPage.close());
  const far = await Visitor.open(stage.browser, `${farPage.url}/now/`);
  await Promise.all([near.reaches(HISTORY), far.reaches(HISTORY)]);
  expect(
    await far.page.evaluate(() =>
      (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode.peers().map(({ kind }) => kind),
    ),
  ).toEqual(['browser']);

  // Each block that is mined from now on reaches the far page through the near one, with its body.
  const grown = gateway.tip.height + 3;
  await Promise.all([near.reaches(grown), far.reaches(grown)]);
  for (const visitor of [near, far]) {
    const blocks = await blocksOf(visitor, grown - 15, 16);
    expect(blocks.filter((block) => typeof block === 'string')).toEqual([]);
    // The miner puts transactions into some of its blocks.
    expect(blocks.some(([count]) => Number(count) > 0)).toBe(true);
  }
  // Mining goes on. The far page is read first: the near one had already sent all that the far one had received then.
  const ofFar = await metricsOf(far);
  const ofNear = await metricsOf(near);
  expect(ofFar.vision_p2p_blocks_received_total).toBeGreaterThan(0);
  // Some of them as compact blocks, which the far one put together.
  const sent = ofNear.vision_p2p_blocks_sent_total + ofNear.vision_compact_blocks_sent_total;
  expect(sent).toBeGreaterThanOrEqual(ofFar.vision_p2p_blocks_received_total);
  expect(ofFar.vision_p2p_dupes_dropped_total).toBe(0);

  // The signaling servers have the sums as soon as both pages have reported.
  const summed = async (name: keyof Metrics): Promise<number> => {
    const [one, two] = await Promise.all(
      [inner, outer].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    return Number(new RegExp(`^${name}\\{network="other"\\} (.+)$`, 'm').exec(`${one}\n${two}`)?.[1]);
  };
  await expect.poll(() => summed('vision_p2p_blocks_received_total')).toBeGreaterThan(0);
  expect([...near.complaints, ...far.complaints]).toEqual([]);
});

it('fetches every body though a gateway is killed in the middle', async () => {
  const network = smallNetwork('vision-e2e-kill');
  const signal = await servers.signal();
  const dataDir = await servers.folder();
  const maker = await servers.gateway({ network, dataDir, history: HISTORY });
  await reaches(maker, HISTORY);
  await maker.close();
  const copyDir = await servers.folder();
  // Without its key: two gateways with one key are one peer.
  await cp(dataDir, copyDir, { recursive: true, filter: (source) => !source.endsWith('identity.pem') });
  await servers.gateway({ network, signal: [signal.url], dataDir, mine: false });
  const port = await freePort();
  const doomed = fork(new URL('gateway-process.mjs', import.meta.url), {
    // It runs the built package, and this process runs the sources.
    execArgv: [],
    env: {
      ...process.env,
      GATEWAY_OPTIONS: JSON.stringify({
        network,
        signal: [signal.url],
        dataDir: copyDir,
        mine: false,
        port,
      }),
    },
  });
  servers.defer(async () => {
    if (doomed.exitCode === null && doomed.signalCode === null) doomed.kill('SIGKILL');
  });
  const [ready] = (await once(doomed, 'message')) as [{ readonly height: number }];
  expect(ready.height).toBeGreaterThanOrEqual(HISTORY);

  const page = await Visitor.open(stage.browser, await servers.page(network, [signal.url]));
  await page.reaches(HISTORY);
  await page.hasPeers(2, 'gateway');
  // In parts, since the number of awaited blocks is limited. During the second part a gateway is killed.
  const found: (string | [number, number])[] = [];
  for (let from = 1; from < HISTORY; from += FOLLOWED_BLOCKS) {
    const isSecond = from === 1 + FOLLOWED_BLOCKS;
    if (isSecond) {
      expect(await bodiesSentBy(port)).toBeGreaterThan(0);
      // A stopped process receives requests, but answers none.
      doomed.kill('SIGSTOP');
    }
    let isDone = false;
    const part = blocksOf(page, from, Math.min(FOLLOWED_BLOCKS, HISTORY - from)).finally(() => {
      isDone = true;
    });
    if (isSecond) {
      await expect
        .poll(async () => (await metricsOf(page)).vision_p2p_inflight_blocks, { interval: 20 })
        .toBeGreaterThan(0);
      expect(isDone).toBe(false);
      doomed.kill('SIGKILL');
    }
    found.push(...(await part));
  }
  expect(found.length).toBe(HISTORY - 1);
  expect(found.filter((block) => typeof block === 'string')).toEqual([]);
  expect(page.complaints).toEqual([]);
});
