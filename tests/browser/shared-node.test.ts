/** One node for all who ask for it in a page, and for other tabs, of which frames of this page take the place. */
import { createLightNode, type LightNodeHandle, type LightNodeOptions } from '@vision-light/browser-node';
import { assertEqual, assertTrue, rejection } from './expect.js';
import { newNetwork, signalAt, withWorkers } from './nodes.js';

describe('a node that is shared within a page', () => {
  const open: LightNodeHandle[] = [];
  const network = newNetwork();
  const start = async (options: Partial<LightNodeOptions> = {}): Promise<LightNodeHandle> => {
    const node = await createLightNode({ network, signal: [signalAt('honest')], hashers: 1, ...options });
    open.push(node);
    return node;
  };

  /** Number of nodes that run: with one hash worker each has two workers. */
  let nodesThatRun = (): number => 0;

  /** For the time of `body`, this page counts its workers. */
  const counted = (body: () => Promise<void>) => (): Promise<void> =>
    withWorkers(async (workers) => {
      nodesThatRun = () => workers.size / 2;
      const { warn } = console;
      try {
        await body();
      } finally {
        await Promise.all(open.splice(0).map((node) => node.close()));
        console.warn = warn;
      }
      assertEqual(nodesThatRun(), 0, 'nodes');
    });

  it(
    'is one for two who start it at the same time, and for one who comes later',
    counted(async () => {
      const [first, second] = await Promise.all([start(), start()]);
      const third = await start();
      assertEqual(nodesThatRun(), 1, 'nodes');
      assertTrue(first !== second, 'one handle for two');
      for (const node of [first, second, third]) {
        assertEqual(node.tip.height, 0, 'height');
        assertEqual(node.identity, first?.identity, 'identity');
        assertEqual((await node.header(0))?.hash, node.tip.hash, 'hash');
      }
    }),
  );

  it(
    'ends with the last of them, and each ends for itself',
    counted(async () => {
      const [first, second] = await Promise.all([start(), start()]);
      const phases: string[] = [];
      first.subscribe('status', ({ phase }) => phases.push(phase));
      await first.close();
      assertEqual(phases.join(), 'closed', 'phases');
      assertEqual((await rejection(first.header(0))).code, 'NODE_CLOSED', 'code');
      assertEqual(nodesThatRun(), 1, 'nodes');
      assertTrue(second.status.phase !== 'closed', 'both are closed');
      assertEqual((await second.header(0))?.height, 0, 'height');
      await second.close();
      assertEqual(nodesThatRun(), 0, 'nodes');
    }),
  );

  it(
    'outlives one that is called off while it starts',
    counted(async () => {
      const abort = new AbortController();
      const calledOff = rejection(start({ abort: abort.signal }));
      const starting = start();
      abort.abort();
      assertEqual((await calledOff).name, 'AbortError', 'error');
      assertEqual((await (await starting).header(0))?.height, 0, 'height');
    }),
  );

  it(
    'as a framework starts, ends and starts it again at once',
    counted(async () => {
      const first = start();
      const ending = first.then((node) => node.close());
      const second = await start();
      await ending;
      assertEqual(nodesThatRun(), 1, 'nodes');
      assertEqual((await second.header(0))?.height, 0, 'height');
      const closing = second.close();
      const third = await start();
      await closing;
      assertEqual((await third.header(0))?.height, 0, 'height');
    }),
  );

  it(
    'has the options of the first one, and the console says which of a later one differ',
    counted(async () => {
      const warnings: string[] = [];
      console.warn = (text: string) => warnings.push(text);
      await start();
      await start();
      assertEqual(warnings.length, 0, 'warnings');
      await start({ maxPeers: 3, minChainwork: 5n, abort: new AbortController().signal });
      assertEqual(warnings.length, 2, 'warnings');
      assertTrue(warnings[0]?.includes('maxPeers (16)') === true, String(warnings[0]));
      assertTrue(warnings[1]?.includes('minChainwork') === true, String(warnings[1]));
    }),
  );

  it(
    'is none of another network, in memory, that is not to be shared, or that is relayed alone',
    counted(async () => {
      await start();
      await start({ network: newNetwork() });
      await start({ storage: 'memory' });
      await start({ share: false });
      // A tab that is to hide its address would show it by a node of a tab that is not.
      await Promise.all([start({ privacy: 'relay-only' }), start({ privacy: 'relay-only' })]);
      assertEqual(nodesThatRun(), 5, 'nodes');
    }),
  );

  it(
    'is shared within a page that has no locks, too',
    counted(async () => {
      const { locks } = navigator;
      Object.defineProperty(navigator, 'locks', { configurable: true, value: undefined });
      try {
        await Promise.all([start(), start()]);
        assertEqual(nodesThatRun(), 1, 'nodes');
      } finally {
        Object.defineProperty(navigator, 'locks', { configurable: true, value: locks });
      }
    }),
  );

  it(
    'runs alone where the browser denies locks',
    counted(async () => {
      const { request } = navigator.locks;
      navigator.locks.request = () => Promise.reject(new DOMException('', 'SecurityError'));
      try {
        assertEqual((await (await start()).header(0))?.height, 0, 'height');
      } finally {
        navigator.locks.request = request;
      }
    }),
  );
});
