import type { createLightNode } from '@vision-light/browser-node';
import { assertEqual, assertTrue } from './expect.js';
import { newNetwork, signalAt } from './nodes.js';

/** What `npm run build` made, as an application gets it. */
const bundle = '/packages/browser-node/dist/index.js';
const workerUrl = '/packages/browser-node/dist/worker.js';

/** Bytes that the whole library may weigh, gzipped. The project's own budget. */
const GZIPPED_BYTES_MAX = 80_000;

async function load(): Promise<typeof createLightNode> {
  return ((await import(/* @vite-ignore */ bundle)) as { createLightNode: typeof createLightNode })
    .createLightNode;
}

describe('the built library', () => {
  for (const [what, options] of [
    ['with the worker inside it', {}],
    ['with the worker from an address', { workerUrl }],
  ] as const) {
    it(`runs by itself, ${what}`, async () => {
      const create = await load();
      const network = newNetwork();
      const node = await create({ network, signal: [signalAt('honest')], storage: 'memory', ...options });
      assertEqual((await node.header(0))?.hash, node.tip.hash, 'hash');
      await node.close();
    });
  }

  it('imports nothing and is small', async () => {
    const text = await (await fetch(bundle)).text();
    assertTrue(!/\bimport\s*["'{*]/.test(text.slice(0, 1000)), 'it imports something');
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
    const { byteLength } = await new Response(stream).arrayBuffer();
    assertTrue(byteLength > 10_000 && byteLength <= GZIPPED_BYTES_MAX, `${byteLength} bytes gzipped`);
  });
});
