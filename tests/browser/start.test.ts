/** A start that is called off, and one in which the browser does not answer. */

import { createLightNode } from '@vision-light/browser-node';
import type { PowAnswer, PowWorkerPort } from '@vision-light/pow';
import { START_DEADLINE_MS } from '../../packages/browser-node/src/boundary/start-deadline.js';
import { requestWriteLock } from '../../packages/browser-node/src/store/write-lock.js';
import { PowWorkerPorts, STARTED } from '../../packages/browser-node/src/worker/pow-worker-ports.js';
import { assertEqual, assertTrue, rejection } from './expect.js';
import {
  closeNodes,
  errorOf,
  newNetwork,
  signalAt,
  startNode,
  withWorkerPrelude,
  withWorkers,
} from './nodes.js';

/** Makes the deadline of a start short, in whatever global this runs. */
const hurry = (deadlineMs: number, hurriedMs: number): void => {
  const own = globalThis.setTimeout;
  globalThis.setTimeout = ((run: () => void, ms?: number) =>
    own(run, ms === deadlineMs ? hurriedMs : ms)) as typeof setTimeout;
};
const hurryInWorker = (hurriedMs: number): string => `(${hurry})(${START_DEADLINE_MS}, ${hurriedMs})`;

/** For the time of `body`, nobody waits long for this page's start. */
async function hurried<T>(body: () => Promise<T>): Promise<T> {
  const own = globalThis.setTimeout;
  hurry(START_DEADLINE_MS, 50);
  try {
    return await body();
  } finally {
    globalThis.setTimeout = own;
  }
}

function finished<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

describe('abort', () => {
  afterEach(closeNodes);

  it('that came before the start keeps it from beginning', () =>
    withWorkers(async (workers) => {
      const reason = new Error('of the application');
      assertEqual(await rejection(startNode({ abort: AbortSignal.abort(reason) })), reason, 'error');
      assertEqual(workers.size, 0, 'workers');
    }));

  it('during the start rejects with its reason, and leaves nothing behind', () =>
    withWorkers(async (workers) => {
      const network = newNetwork();
      const controller = new AbortController();
      const starting = rejection(startNode({ network, storage: 'indexeddb', abort: controller.signal }));
      controller.abort();
      assertEqual((await starting).name, 'AbortError', 'error');
      assertEqual(workers.size, 0, 'workers');
      // The lock of its storage is free for the next one.
      const node = await startNode({ network, storage: 'indexeddb' });
      await node.close();
    }));

  it('afterwards closes the node', async () => {
    const controller = new AbortController();
    const node = await startNode({ abort: controller.signal });
    const closed = new Promise<void>((resolve) => {
      node.subscribe('status', ({ phase }) => {
        if (phase === 'closed') resolve();
      });
    });
    controller.abort();
    await closed;
    assertEqual((await rejection(node.header(0))).code, 'NODE_CLOSED', 'code');
  });

  it('of a node that was closed does nothing', async () => {
    const controller = new AbortController();
    const node = await startNode({ abort: controller.signal });
    await node.close();
    controller.abort();
    assertEqual(node.status.phase, 'closed', 'phase');
  });
});

describe('a browser that does not answer', () => {
  afterEach(closeNodes);

  it('when the worker is started: WORKER_FAILED', async () => {
    const options = { network: newNetwork(), signal: [signalAt('honest')], storage: 'memory' } as const;
    const silent = 'self.importScripts = () => {}';
    const error = await withWorkerPrelude(silent, () => hurried(() => rejection(createLightNode(options))));
    assertEqual(error.code, 'WORKER_FAILED', 'code');
    assertTrue(error.message.includes('it does not answer'), error.message);
  });

  it('when the database is opened, since a deletion waits for a frozen tab: STORE_FAILED, and it runs from memory', async () => {
    const network = newNetwork();
    const before = new Set((await indexedDB.databases()).map(({ name }) => name));
    await (await startNode({ network, storage: 'indexeddb' })).close();
    const { name = '' } = (await indexedDB.databases()).find((each) => !before.has(each.name)) ?? {};
    const frozen = await finished(indexedDB.open(name));
    const deleting = finished(indexedDB.deleteDatabase(name));
    const node = await withWorkerPrelude(hurryInWorker(50), () =>
      startNode({ network, storage: 'indexeddb' }),
    );
    assertTrue((await errorOf(node, 'STORE_FAILED')).message.includes('does not open'), 'no reason');
    assertEqual((await node.header(0))?.height, 0, 'height');
    await node.close();
    frozen.close();
    await deleting;
  });

  it('when the database is read: STORE_FAILED, and the node runs from memory', async () => {
    const silent = `const { getAll } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.getAll = function (...args) {
        return Object.assign(getAll.apply(this, args), { addEventListener: () => {} });
      }`;
    // Time enough to open it.
    const prelude = `${hurryInWorker(3000)}; ${silent}`;
    const node = await withWorkerPrelude(prelude, () => startNode({ storage: 'indexeddb' }));
    assertTrue((await errorOf(node, 'STORE_FAILED')).message.includes('does not answer'), 'no reason');
    assertEqual((await node.header(0))?.height, 0, 'height');
  });

  it('who has the lock: this tab is no writer, until the lock comes', async () => {
    const { request, query } = navigator.locks;
    let grant = (): void => {};
    Object.assign(navigator.locks, {
      request: (_name: string, _options: unknown, hold: () => unknown) => {
        grant = hold;
        return new Promise(() => {});
      },
      query: () => new Promise(() => {}),
    });
    try {
      const lock = await hurried(async () => {
        const requested = requestWriteLock('silent', 0);
        await requested.isWriter;
        return requested;
      });
      assertEqual(await lock.isWriter, false, 'isWriter');
      grant();
      await lock.takenLate;
    } finally {
      Object.assign(navigator.locks, { request, query });
    }
  });

  it('when a hash worker is started: it counts as dead; one that has started may take its time', async () => {
    const starting: MessagePort[] = [];
    const ports = new PowWorkerPorts((message) => {
      if (message.type === 'hasherWanted') starting.push(message.port);
    });
    const deaths: string[] = [];
    const spawn = (): PowWorkerPort => {
      const own = globalThis.setTimeout;
      // Longer than a message takes on a slow machine.
      hurry(START_DEADLINE_MS, 2000);
      try {
        return ports.spawn();
      } finally {
        globalThis.setTimeout = own;
      }
    };
    const slow = spawn();
    slow.onDeath = (reason) => deaths.push(`slow: ${reason}`);
    const answer = new Promise<PowAnswer>((resolve) => {
      slow.onAnswer = resolve;
    });
    starting[0]?.postMessage(STARTED);
    starting[0]?.postMessage({ error: 'at once' });
    await answer;
    const silent = spawn();
    await new Promise<void>((resolve) => {
      silent.onDeath = (reason) => {
        deaths.push(`silent: ${reason}`);
        resolve();
      };
    });
    // The deadline of the slow one was earlier.
    assertEqual(deaths.join(), 'silent: it does not start', 'deaths');
  });
});
