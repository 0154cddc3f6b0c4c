/** Many nodes with few places each: all of them find peers, and the chain reaches everyone. */
import { beforeAll, expect, it } from 'vitest';
import { engine } from './browser.js';
import { buildLibrary, type LibraryBuild, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** In one page. Firefox takes twice as long as Chromium to join two of them. */
const NODES = engine === 'firefox' ? 12 : 20;
const HISTORY = 20;
const stage = new Stage();
const { servers } = stage;
let build: LibraryBuild;

beforeAll(async () => {
  build = await buildLibrary();
});

it.each([2, 4])('with %i places each', async (maxPeers) => {
  const network = smallNetwork(`vision-e2e-swarm-${maxPeers}`);
  const signal = await servers.signal();
  const library = await serveLibrary({ network, signal: [signal.url] }, { now: build });
  servers.defer(() => library.close());
  const gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY, mine: true });
  await reaches(gateway, HISTORY + 1);
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${library.url}/now/`);
  await page.waitForFunction('globalThis.lightNode !== undefined', { polling: 50 });
  const swarm = await page.evaluate(
    async (options, count, height) => {
      type Node = {
        readonly tip: { readonly height: number };
        peers(): readonly unknown[];
        subscribe(type: string, listener: () => void): () => void;
        close(): Promise<void>;
      };
      const { createLightNode } = globalThis as unknown as {
        createLightNode(options: object): Promise<Node>;
      };
      const nodes: Node[] = [];
      const is = (node: Node, type: string, holds: () => boolean): Promise<void> =>
        new Promise((resolve) => {
          const look = (): void => {
            if (!holds()) return;
            unsubscribe();
            resolve();
          };
          const unsubscribe = node.subscribe(type, look);
          look();
        });
      const begun = performance.now();
      for (let i = 0; i < count; i++) nodes.push(await createLightNode(options));
      await Promise.all(nodes.map((node) => is(node, 'peer', () => node.peers().length > 0)));
      const metMs = performance.now() - begun;
      await Promise.all(nodes.map((node) => is(node, 'tip', () => node.tip.height >= height)));
      const most = Math.max(...nodes.map((node) => node.peers().length));
      await Promise.all(nodes.map((node) => node.close()));
      return { metMs, most };
    },
    { network, signal: [signal.url], storage: 'memory', hashers: 1, maxPeers },
    NODES,
    HISTORY,
  );
  console.log(
    `${NODES} nodes with ${maxPeers} places each had met after ${(swarm.metMs / 1000).toFixed(1)} s`,
  );
  expect(swarm.most).toBeLessThanOrEqual(maxPeers);
  await context.close();
});
