import {
  type Checkpoint,
  createLightNode,
  LightNodeError,
  type LightNodeOptions,
  lightNodeErrors,
} from '@vision-light/browser-node';
import { assertEqual, assertTrue, rejection, thrown } from './expect.js';
import {
  closeNodes,
  errorOf,
  newNetwork,
  peersOf,
  signalAt,
  startNode,
  withWorkerPrelude,
  withWorkers,
} from './nodes.js';

const signal = ['http://localhost:1'];
/** Addresses of gateways that are not there. */
const directAddresses = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `127.0.0.1:${i + 1}/${'ab'.repeat(32)}`);

/** Replaces a global for the time of a test. */
async function without<T>(
  name: 'RTCPeerConnection' | 'WebAssembly' | 'Worker',
  value: unknown,
  body: () => Promise<T>,
) {
  const own = Object.getOwnPropertyDescriptor(globalThis, name) as PropertyDescriptor;
  Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
  try {
    return await body();
  } finally {
    Object.defineProperty(globalThis, name, own);
  }
}

/** Writes bytes into the journal of a database that others have open. */
function putEntry(name: string, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const transaction = request.result.transaction('journal', 'readwrite');
      transaction.objectStore('journal').put(bytes, 0);
      transaction.oncomplete = () => {
        request.result.close();
        resolve();
      };
    };
  });
}

describe('createLightNode: arguments', () => {
  const cases: readonly (readonly [name: string, error: string, options: unknown])[] = [
    ['options', 'TypeError', undefined],
    ['options', 'TypeError', 7],
    ['signal', 'TypeError', {}],
    ['signal', 'TypeError', { signal: 'https://signal.example' }],
    ['signal', 'TypeError', { signal: [7] }],
    ['signal', 'RangeError', { signal: ['ftp://signal.example'] }],
    ['signal', 'RangeError', { signal: ['http://'] }],
    ['signal', 'RangeError', { signal: ['https://tracker.example/#tracker'] }],
    ['network', 'TypeError', { signal, network: 7 }],
    ['network', 'RangeError', { signal, network: 'vision-moonnet' }],
    ['network', 'TypeError', { signal, network: { name: 'x' } }],
    ['network', 'TypeError', { signal, network: { ...newNetwork(), name: () => 'x' } }],
    ['network', 'RangeError', { signal, network: { ...newNetwork(), targetSpacingS: 0 } }],
    ['storage', 'TypeError', { signal, storage: true }],
    ['storage', 'RangeError', { signal, storage: 'disk' }],
    ['share', 'TypeError', { signal, share: 'no' }],
    ['hashers', 'TypeError', { signal, hashers: '2' }],
    ['hashers', 'RangeError', { signal, hashers: 0 }],
    ['hashers', 'RangeError', { signal, hashers: 1.5 }],
    ['hashers', 'RangeError', { signal, hashers: 17 }],
    ['maxPeers', 'RangeError', { signal, maxPeers: 0 }],
    ['maxPeers', 'RangeError', { signal, maxPeers: 49 }],
    ['iceServers', 'TypeError', { signal, iceServers: 'stun:x' }],
    ['iceServers', 'TypeError', { signal, iceServers: [{ url: 'stun:x' }] }],
    ['iceServers', 'RangeError', { signal, iceServers: [{ urls: 'cat:x' }] }],
    ['privacy', 'TypeError', { signal, privacy: true }],
    ['privacy', 'RangeError', { signal, privacy: 'none' }],
    ['gateways', 'TypeError', { signal, gateways: 'ab' }],
    ['gateways', 'TypeError', { signal, gateways: [7] }],
    ['gateways', 'RangeError', { signal, gateways: ['ab'] }],
    ['gateways', 'RangeError', { signal: [], gateways: [`gateway.example:8082/${'ab'.repeat(32)}`] }],
    ['gateways', 'RangeError', { signal, gateways: directAddresses(17) }],
    ['reportMetrics', 'TypeError', { signal, reportMetrics: 1 }],
    ['workerUrl', 'TypeError', { signal, workerUrl: 7 }],
    ['workerUrl', 'RangeError', { signal, workerUrl: 'http://' }],
  ];
  for (const [name, expected, options] of cases) {
    const given = JSON.stringify(options, (_key, value) =>
      typeof value === 'function' ? '(function)' : value,
    );
    it(`${expected} naming ${name} for ${given}`, async () => {
      const error = await rejection(createLightNode(options as LightNodeOptions));
      assertEqual(error.name, expected, 'error');
      assertTrue(error.message.includes(name), `"${error.message}" does not name ${name}`);
    });
  }
});

describe('createLightNode: the platform', () => {
  it('NO_WEBRTC', async () => {
    const error = await without('RTCPeerConnection', undefined, () => rejection(createLightNode({ signal })));
    assertEqual(error.code, 'NO_WEBRTC', 'code');
    assertTrue(error instanceof LightNodeError, 'no LightNodeError');
  });

  it('NO_WASM', async () => {
    const error = await without('WebAssembly', undefined, () => rejection(createLightNode({ signal })));
    assertEqual(error.code, 'NO_WASM', 'code');
  });

  it('NO_WASM where WebAssembly is known, and SIMD is not', async () => {
    const refuse = `WebAssembly.Module = class {
      constructor() { throw new WebAssembly.CompileError('invalid value type 0x7b'); }
    }`;
    const error = await withWorkerPrelude(refuse, () => rejection(createLightNode({ signal })));
    assertEqual(error.code, 'NO_WASM', 'code');
    assertTrue(error instanceof LightNodeError, 'no LightNodeError');
    assertTrue(error.message.includes('invalid value type 0x7b'), error.message);
  });

  it('WORKER_FAILED for a worker that is not there', async () => {
    const error = await rejection(createLightNode({ signal, workerUrl: '/no/such/worker.js' }));
    assertEqual(error.code, 'WORKER_FAILED', 'code');
  });

  it('WORKER_FAILED where workers are forbidden', async () => {
    class ForbiddenWorker {
      constructor() {
        throw new DOMException('forbidden', 'SecurityError');
      }
    }
    const error = await without('Worker', ForbiddenWorker, () => rejection(createLightNode({ signal })));
    assertEqual(error.code, 'WORKER_FAILED', 'code');
  });

  it('every code has a sentence', () => {
    for (const [code, sentence] of Object.entries(lightNodeErrors)) {
      assertTrue(/^[A-Z].*\.$/.test(sentence), `${code}: ${sentence}`);
    }
  });
});

describe('a light node', () => {
  afterEach(closeNodes);

  it('is at genesis before it has met anyone', async () => {
    const node = await startNode({ network: 'bitcoin-mainnet', checkpoint: false });
    assertEqual(node.tip.height, 0, 'height');
    assertEqual(node.tip.hash, '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f', 'hash');
    assertEqual(node.tip.chainwork, 0x100010001n, 'chainwork');
    assertEqual(node.tip.time, 1231006505, 'time');
    assertEqual(node.status.phase, 'connecting', 'phase');
    assertEqual(node.peers().length, 0, 'peers');
  });

  it('is at the checkpoint that ships with the code, or at the one that it is given', async () => {
    const shipped = await startNode({ network: 'bitcoin-mainnet' });
    assertEqual(shipped.tip.height, 32_256, 'height');
    assertEqual(shipped.tip.hash, '000000004f2886a170adb7204cb0c7a824217dd24d11a74423d564c4e0904967', 'hash');
    assertEqual((await rejection(shipped.checkpoint())).code, 'CHECKPOINT_UNAVAILABLE', 'a checkpoint of it');
    const regtest = await startNode({ network: 'bitcoin-regtest' });
    const own = await regtest.checkpoint({ height: 0 });
    const given = await startNode({ network: 'bitcoin-regtest', checkpoint: own });
    assertEqual(given.tip.hash, own.hash, 'hash');
  });

  it('refuses what is no checkpoint of its network', async () => {
    const node = await startNode({ network: 'bitcoin-regtest' });
    const checkpoint = await node.checkpoint({ height: 0 });
    for (const [given, text] of [
      ['x', 'checkpoint: must be a checkpoint or false, got "x"'],
      [{ ...checkpoint, network: 'bitcoin-signet' }, 'checkpoint.network: is not bitcoin-regtest'],
      [{ ...checkpoint, root: 5 }, 'checkpoint.root: must be a string, got number'],
      [{ ...checkpoint, height: 1 }, 'checkpoint.window: '],
    ] as const) {
      const message = await startNode({ network: 'bitcoin-regtest', checkpoint: given as Checkpoint }).catch(
        String,
      );
      assertTrue(String(message).includes(text), `${text} in ${message}`);
    }
  });

  it('answers header(height) and header(hash), and undefined for what it does not know', async () => {
    const node = await startNode({ network: 'bitcoin-mainnet', checkpoint: false });
    const genesis = await node.header(0);
    assertEqual(genesis?.hash, node.tip.hash, 'hash');
    assertEqual((await node.header(node.tip.hash))?.height, 0, 'height');
    assertEqual(await node.header(1), undefined, 'header 1');
    assertEqual(await node.header('0'.repeat(64)), undefined, 'header 00…');
  });

  it('mines on networks of one’s own only, and says what is wrong with an option', async () => {
    const network = newNetwork();
    const node = await startNode({ network });
    const first = (options: object) => rejection(node.mine(options).next());
    assertTrue(node.canMine, 'a network of one’s own');
    assertEqual((await first({ miner: 'x'.repeat(65) })).name, 'RangeError', 'a long name');
    assertEqual((await first({ miner: 7 })).name, 'TypeError', 'a name that is a number');
    assertEqual((await first({ signal: 7 })).name, 'TypeError', 'a signal that is a number');
    const regtest = await startNode({ network: 'bitcoin-regtest' });
    assertEqual(regtest.canMine, false, 'regtest');
    assertEqual((await rejection(regtest.mine().next())).code, 'MINING_UNSUPPORTED', 'regtest');

    // Alone it waits.
    const mining = node.mine();
    assertEqual((await mining.next()).value?.kind, 'paused', 'alone');
    const other = await startNode({ network });
    const found = await mining.next();
    assertTrue(found.value?.kind === 'mined' || found.value?.kind === 'searched', String(found.value?.kind));
    await mining.return?.();
    assertEqual((await mining.next()).done, true, 'it has ended');
    const pending = other.mine();
    await other.close();
    // What it told before is still to be read.
    while ((await pending.next()).done !== true);
  });

  it('gives out nothing that can be changed, and nothing but the public names', async () => {
    const network = newNetwork();
    const node = await startNode({ network });
    const names =
      'accept block canMine checkpoint close diagnose header identity invite mempool metrics mine nextNonce peers proveTx sendTx status subscribe tip tips trust txStatus waitForConfirmations watch watchAddress watchTx';
    assertEqual(Object.getOwnPropertyNames(node).sort().join(' '), names, 'names');
    assertEqual(Object.getPrototypeOf(node), Object.prototype, 'prototype');
    assertTrue(Object.isFrozen(node), 'the handle');
    const events: object[] = [];
    node.subscribe('peer', (event) => events.push(event, event.change, event.peers));
    node.subscribe('status', (status) => events.push(status));
    await startNode({ network });
    await peersOf(node, 1);
    const [peer] = node.peers();
    for (const value of [node.tip, node.status, node.peers(), peer, ...events]) {
      assertTrue(Object.isFrozen(value), `${JSON.stringify(Object.keys(value ?? {}))} can be changed`);
    }
    assertTrue(events.length >= 3, 'no events');
    const error = thrown(() => Object.assign(node.tip, { height: 5 }));
    assertEqual(error.name, 'TypeError', 'error');
    assertEqual(node.tip.height, 0, 'height');
  });

  it('metrics() is a copy of what the node counts; of a closed node the gauges are 0', async () => {
    const network = newNetwork();
    const [first, second] = [await startNode({ network }), await startNode({ network })];
    assertEqual(first.metrics().vision_p2p_peers, 0, 'peers');
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
    const metrics = first.metrics();
    assertEqual(metrics.vision_p2p_peers, 1, 'peers');
    assertEqual(metrics.vision_p2p_headers_received_total, 0, 'headers');
    for (const [name, value] of Object.entries(metrics)) {
      assertTrue(name.startsWith('vision_') && Number.isSafeInteger(value), `${name}: ${value}`);
    }
    Object.assign(metrics, { vision_p2p_peers: 7 });
    assertEqual(first.metrics().vision_p2p_peers, 1, 'peers');
    await first.close();
    assertEqual(first.metrics().vision_p2p_peers, 0, 'peers');
  });

  it('reports metrics to its signaling server, numbers only, and not at all if it is told not to', async () => {
    const options = { network: newNetwork(), signal: [signalAt('counting')] };
    const silent = await startNode({ ...options, reportMetrics: false });
    while ((await (await fetch(signalAt('clients'))).text()) === '0');
    const open = await startNode(options);
    await Promise.all([peersOf(silent, 1), peersOf(open, 1)]);
    // The silent one joined first, so its turn to report has passed when the other one's comes.
    const reports: [number, object][] = [];
    while (!reports.some(([order]) => order === 1)) {
      reports.push(...(await (await fetch(signalAt('../reports'))).json()));
    }
    assertEqual(reports.filter(([order]) => order === 0).length, 0, 'reports of the silent one');
    for (const [name, value] of reports.flatMap(([, report]) => Object.entries(report))) {
      assertTrue(
        /^vision_(p2p|chain|tx|mempool|compact)_/.test(name) && Number.isSafeInteger(value),
        `${name}: ${value}`,
      );
    }
  });

  it('header() refuses what is neither a height nor a hash', async () => {
    const node = await startNode();
    for (const [value, expected] of [
      [-1, 'RangeError'],
      [1.5, 'RangeError'],
      ['cat', 'RangeError'],
      ['A'.repeat(64), 'RangeError'],
      [undefined, 'TypeError'],
      [7n, 'TypeError'],
    ] as const) {
      const error = await rejection(node.header(value as number));
      assertEqual(error.name, expected, `error for ${String(value)}`);
    }
  });

  it('subscribe() and tips() refuse wrong arguments', async () => {
    const node = await startNode();
    assertEqual(thrown(() => node.subscribe('cat' as 'tip', () => {})).name, 'RangeError', 'error');
    assertEqual(thrown(() => node.subscribe('tip', 7 as never)).name, 'TypeError', 'error');
    assertEqual(thrown(() => node.tips({ signal: 7 as never })).name, 'TypeError', 'error');
  });

  it('tips() begins with the present tip and ends when it is aborted', async () => {
    const node = await startNode();
    const controller = new AbortController();
    const heights: number[] = [];
    for await (const { height } of node.tips({ signal: controller.signal })) {
      heights.push(height);
      setTimeout(() => controller.abort());
    }
    assertEqual(heights.join(), '0', 'heights');
    for await (const _tip of node.tips({ signal: controller.signal })) throw new Error('an aborted signal');
  });

  it('two nodes of one page share nothing', async () => {
    const [first, second] = [await startNode({ network: 'bitcoin-mainnet' }), await startNode()];
    await first.close();
    assertEqual((await second.header(0))?.height, 0, 'height');
  });

  it('SIGNAL_UNREACHABLE: an unreachable server is an error event, once, and the node goes on', async () => {
    const node = await startNode({ signal: ['http://127.0.0.1:9'] });
    let reports = 0;
    node.subscribe('error', () => {
      reports += 1;
    });
    const error = await errorOf(node, 'SIGNAL_UNREACHABLE');
    assertTrue(error instanceof LightNodeError, 'no LightNodeError');
    assertTrue(error.message.includes('127.0.0.1:9'), error.message);
    assertEqual((await node.header(0))?.height, 0, 'height');
    assertEqual(reports, 1, 'reports');
  });

  it('SIGNAL_REFUSED and SIGNAL_MALFORMED: what servers do wrong is an error event', async () => {
    const refused = await startNode({ signal: [signalAt('refusing')] });
    assertTrue((await errorOf(refused, 'SIGNAL_REFUSED')).message.includes('SIGNAL_ROOM_FULL'), 'no reason');
    const malformed = await startNode({ signal: [signalAt('malformed')] });
    await errorOf(malformed, 'SIGNAL_MALFORMED');
    const hostile = await startNode({ signal: [signalAt('hostile')] });
    // Its ICE servers first, then a refusal with a code that is none; all signals in between are ignored.
    await errorOf(hostile, 'SIGNAL_MALFORMED');
    await errorOf(hostile, 'SIGNAL_REFUSED');
    assertEqual((await hostile.header(0))?.height, 0, 'height');
  });

  it('TURN_MISSING: a node that is to be relayed meets nobody where no server relays', async () => {
    const network = newNetwork();
    await startNode({ network });
    const relayed = await startNode({ network, privacy: 'relay-only' });
    await errorOf(relayed, 'TURN_MISSING');
    assertEqual(relayed.peers().length, 0, 'peers');
  });

  it('a server that shuts down is one outage, not two faults', async () => {
    const node = await startNode({ signal: [signalAt('leaving')] });
    const first = await new Promise<LightNodeError>((resolve) => node.subscribe('error', resolve));
    assertEqual(first.code, 'SIGNAL_UNREACHABLE', 'code');
    assertTrue(first.message.includes('SIGNAL_SHUTTING_DOWN'), first.message);
  });

  it('a listener that throws disturbs nobody else', async () => {
    const node = await startNode({ signal: ['http://127.0.0.1:9'] });
    const reported: unknown[] = [];
    const report = globalThis.reportError;
    globalThis.reportError = (error: unknown) => reported.push(error);
    node.subscribe('error', () => {
      throw new Error('of the listener');
    });
    await errorOf(node, 'SIGNAL_UNREACHABLE');
    globalThis.reportError = report;
    assertEqual((reported[0] as Error).message, 'of the listener', 'report');
  });

  it('STORE_DENIED: without storage it runs from memory and says so', async () => {
    const deny = `Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('', 'SecurityError') } })`;
    const node = await withWorkerPrelude(deny, () => startNode({ storage: 'indexeddb' }));
    const codes: string[] = [];
    node.subscribe('error', ({ code }) => codes.push(code));
    await errorOf(node, 'STORE_DENIED');
    assertEqual(node.status.storedHeight, 0, 'storedHeight');
    assertEqual((await node.header(0))?.height, 0, 'height');
    // Closing writes what is not written yet, and so asks the storage once more.
    await node.close();
    assertEqual(codes.join(), 'STORE_DENIED', 'codes');
  });

  it('STORE_CORRUPT and STORE_BUSY: a damaged chain is noticed, and only one tab repairs it', async () => {
    const network = newNetwork();
    const before = new Set((await indexedDB.databases()).map(({ name }) => name));
    await startNode({ network, storage: 'indexeddb' });
    const name = (await indexedDB.databases()).map((each) => each.name).find((each) => !before.has(each));
    await putEntry(String(name), Uint8Array.of(1, 2, 3));
    const second = await startNode({ network, storage: 'indexeddb', share: false });
    await errorOf(second, 'STORE_CORRUPT');
    await errorOf(second, 'STORE_BUSY');
    assertEqual(second.tip.height, 0, 'height');
  });

  for (const [when, happens] of [
    ['with what happens to the page', () => window.dispatchEvent(new Event('online'))],
    ['with a timer of its own', () => {}],
  ] as const) {
    it(`NODE_BROKEN: a node whose invariants break ${when} says so in a sentence, tells the console where, and closes`, () =>
      assertBreaks(happens));
  }

  async function assertBreaks(happens: () => void): Promise<void> {
    const channel = new BroadcastChannel('break the node');
    const prelude = `new BroadcastChannel('break the node').onmessage = ({ target }) => {
      Date.now = () => { throw new Error('of the invariant'); };
      console.error = (error) => target.postMessage([error.message, error.stack].join('\\n'));
      target.postMessage('done');
    }`;
    const node = await withWorkerPrelude(prelude, () => startNode());
    // Every worker has the prelude, and each says "done".
    const armed = new Promise((resolve) => {
      channel.onmessage = resolve;
    });
    channel.postMessage('break');
    await armed;
    const printed = new Promise<string>((resolve) => {
      channel.onmessage = ({ data }) => {
        if (data !== 'done') resolve(data);
      };
    });
    const broken = errorOf(node, 'NODE_BROKEN');
    happens();
    assertEqual((await broken).message, lightNodeErrors.NODE_BROKEN, 'message');
    assertTrue(/of the invariant\n(.*\n)? *[^\n]*:\d+:\d+/.test(await printed), 'no stack on the console');
    channel.close();
    await node.close();
    assertEqual(node.status.phase, 'closed', 'phase');
  }
});

describe('close()', () => {
  it('ends everything, once', async () => {
    const node = await startNode();
    const phases: string[] = [];
    node.subscribe('status', ({ phase }) => phases.push(phase));
    const heights: number[] = [];
    const reading = (async () => {
      for await (const { height } of node.tips()) heights.push(height);
    })();
    const asked = node.header(0);
    await Promise.all([node.close(), node.close()]);
    await reading;
    assertEqual(node.status.phase, 'closed', 'phase');
    assertEqual(phases.filter((phase) => phase === 'closed').length, 1, 'closed notices');
    assertEqual((await asked)?.height, 0, 'height');
    assertEqual((await rejection(node.header(0))).code, 'NODE_CLOSED', 'code');
    assertEqual(node.peers().length, 0, 'peers');
    assertEqual(node.tip.height, 0, 'height');
    for await (const _tip of node.tips()) throw new Error('a tip of a closed node');
    node.subscribe('tip', () => {})();
    await node.close();
  });

  it('terminates the workers, revokes its script and closes connections and sockets', async () => {
    const connections = new Set<RTCPeerConnection>();
    const revoked: string[] = [];
    const own = { RTCPeerConnection };
    const revoke = URL.revokeObjectURL;
    class WatchedConnection extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.add(this);
      }
    }
    Object.assign(globalThis, { RTCPeerConnection: WatchedConnection });
    URL.revokeObjectURL = (url) => {
      revoked.push(url);
      revoke.call(URL, url);
    };
    try {
      await withWorkers(async (workers) => {
        const network = newNetwork();
        const nodes = [await startNode({ network }), await startNode({ network })];
        await Promise.all(nodes.map((node) => peersOf(node, 1)));
        assertEqual(workers.size, 4, 'workers: two nodes, each with a hash worker');
        assertTrue(connections.size >= 2, 'no connections');
        await Promise.all(nodes.map((node) => node.close()));
        assertEqual(workers.size, 0, 'workers');
      });
    } finally {
      Object.assign(globalThis, own);
      URL.revokeObjectURL = revoke;
    }
    assertEqual(revoked.length, 2, 'revoked addresses');
    for (const { signalingState } of connections) assertEqual(signalingState, 'closed', 'connection');
    // The server hears of it a moment later.
    while ((await (await fetch(signalAt('clients'))).text()) !== '0');
  });

  it('frees the storage for the next node at once', async () => {
    const network = newNetwork();
    const first = await startNode({ network, storage: 'indexeddb' });
    await first.close();
    const held = await navigator.locks.query();
    assertEqual((held.held ?? []).filter(({ name }) => name?.startsWith('vision-light')).length, 0, 'locks');
    const second = await startNode({ network, storage: 'indexeddb' });
    await second.close();
  });

  it('a page that loses its worker says WORKER_FAILED and closes', async () => {
    await withWorkers(async (workers) => {
      const node = await startNode();
      const failed = errorOf(node, 'WORKER_FAILED');
      const [first] = workers;
      first?.dispatchEvent(new ErrorEvent('error', { message: 'crashed' }));
      assertTrue((await failed).message.includes('crashed'), 'no reason');
      await node.close();
      assertEqual(node.status.phase, 'closed', 'phase');
    });
  });
});
