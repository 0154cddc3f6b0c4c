import { GuardedChannel } from '../../packages/browser-node/src/channel/guarded-channel.js';
import { PeerConnection } from '../../packages/browser-node/src/peers/peer-connection.js';
import { openTrackerSocket } from '../../packages/browser-node/src/peers/tracker-socket.js';
import { definePeerLinksSuite } from '../conformance-suites/peer-links-suite.js';
import { defineSignalingClientSuite } from '../conformance-suites/signaling-client-suite.js';
import { defineTrackerClientSuite } from '../conformance-suites/tracker-client-suite.js';
import { assertEqual, assertTrue } from './expect.js';
import { closeNodes, errorOf, newNetwork, peersOf, signalAt, startNode } from './nodes.js';

const isFirefox = navigator.userAgent.includes('Firefox');

defineSignalingClientSuite(globalThis, signalAt);
defineTrackerClientSuite(globalThis, signalAt, openTrackerSocket);

definePeerLinksSuite(globalThis, {
  name: isFirefox ? 'Firefox' : 'Chromium',
  maxMessageBytes: isFirefox ? 2 ** 30 - 1 : 262_144,
  // The channel stays on the page, in the class that the node worker uses for it.
  connect: (options, { opened, received }) => {
    const connection = new PeerConnection(options);
    const channel = new GuardedChannel(connection.channel, {
      opened,
      received,
      drained: () => {},
      closed: () => options.onClosed('the channel is closed'),
    });
    return Object.assign(connection, {
      send: (bytes: Uint8Array<ArrayBuffer>) => channel.send(bytes),
      end: () => channel.close(),
    });
  },
  later: (callback) => void setTimeout(callback),
});

interface WatchedPosts {
  /** Types of the messages that went out to workers, in order. */
  readonly types: string[];
  end(): void;
}

/**
 * Watches what pages post to their workers.
 *
 * @param canTransfer  false makes transferring a data channel fail, as in browsers that cannot
 */
function watchPosts(canTransfer: boolean): WatchedPosts {
  const types: string[] = [];
  const post = Worker.prototype.postMessage as (message: unknown, transfer: Transferable[]) => void;
  Worker.prototype.postMessage = function (this: Worker, message: { type: string }, transfer?: unknown) {
    const hasChannel = Array.isArray(transfer) && transfer.some((item) => item instanceof RTCDataChannel);
    if (hasChannel && !canTransfer) throw new DOMException('not here', 'DataCloneError');
    post.call(this, message, transfer as Transferable[]);
    types.push(message.type);
  } as typeof Worker.prototype.postMessage;
  const end = (): void => {
    Worker.prototype.postMessage = post as typeof Worker.prototype.postMessage;
  };
  return { types, end };
}

describe('links between nodes', () => {
  const own = RTCPeerConnection;

  afterEach(async () => {
    // Here and not in the tests: one that times out never gets to its end, and must not spoil those after it.
    Object.assign(globalThis, { RTCPeerConnection: own });
    await closeNodes();
  });

  it('two nodes meet through a signaling server, and part', async () => {
    const network = newNetwork();
    const first = await startNode({ network });
    const second = await startNode({ network });
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
    assertEqual(first.peers()[0]?.kind, 'browser', 'kind');
    await second.close();
    await peersOf(first, 0);
  });

  it('two nodes meet through a tracker, whose client is loaded when they name it', async () => {
    const network = newNetwork();
    const tracker = `${signalAt('tracker/honest').replace('http', 'ws')}#tracker`;
    const options = { network, signal: [tracker, 'http://127.0.0.1:9'] };
    const first = await startNode(options);
    const second = await startNode(options);
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
    const { signaling } = first.trust();
    assertEqual(`${signaling.joined} of ${signaling.named}`, '1 of 2', 'trust');
    const { findings, evidence } = await first.diagnose();
    assertEqual(evidence.signaling.map(({ isReachable }) => isReachable).join(), 'true,false', 'reachable');
    assertTrue(findings.length > 0, 'no finding');
    await second.close();
    await peersOf(first, 0);
  });

  it('a tracker that is none is reported', async () => {
    const network = newNetwork();
    const tracker = `${signalAt('tracker/malformed').replace('http', 'ws')}#tracker`;
    const node = await startNode({ network, signal: [tracker] });
    const { message } = await errorOf(node, 'SIGNAL_MALFORMED');
    assertTrue(message.includes(tracker), message);
  });

  it('two that offer at the same time have one connection', async () => {
    const network = newNetwork();
    const options = { network, signal: [signalAt('glare')] };
    const [first, second] = await Promise.all([startNode(options), startNode(options)]);
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
    assertEqual(first.peers().length, 1, 'peers');
    assertEqual(second.peers().length, 1, 'peers');
  });

  for (const [what, canTransfer, used, unused] of [
    ['this browser gives each channel itself to the worker', true, 'channel', 'relay'],
    ['a browser that cannot transfer channels relays them', false, 'relay', 'channel'],
  ] as const) {
    it(what, async () => {
      const network = newNetwork();
      const { types, end } = watchPosts(canTransfer);
      try {
        const first = await startNode({ network });
        const second = await startNode({ network });
        await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
        await second.close();
        await peersOf(first, 0);
      } finally {
        end();
      }
      assertTrue(types.filter((type) => type === used).length >= 2, `${types.join()}: no ${used} for each`);
      assertTrue(!types.includes(unused), `${types.join()}: ${unused}`);
    });
  }

  it('a peer of which the server says that it is gone is given up at once', async function () {
    // Left alone an attempt lasts 20 s from its first signal: longer than this test.
    this.timeout(20_000);
    const closed = new Promise<void>((resolve) => {
      class WatchedConnection extends own {
        override close(): void {
          // The first ones only try out what the server named as its ICE servers.
          if (this.localDescription !== null) resolve();
          super.close();
        }
      }
      Object.assign(globalThis, { RTCPeerConnection: WatchedConnection });
    });
    await startNode({ signal: [signalAt('haunted')] });
    await closed;
  });

  it('PEER_CONNECTION_FAILED: a browser that refuses connections is named, once, and no server blamed', async () => {
    const network = newNetwork();
    // Whoever joins second dials, and that must be the node that is looked at: these two have joined.
    const first = await startNode({ network });
    const second = await startNode({ network });
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
    class BlockedConnection {
      constructor() {
        throw new DOMException('blocked here', 'NotAllowedError');
      }
    }
    Object.assign(globalThis, { RTCPeerConnection: BlockedConnection });
    for (const options of [{}, { iceServers: [] }]) {
      const node = await startNode({ network, ...options });
      const codes: string[] = [];
      node.subscribe('error', ({ code }) => codes.push(code));
      await errorOf(node, 'PEER_CONNECTION_FAILED');
      await node.close();
      assertEqual(codes.join(), 'PEER_CONNECTION_FAILED', 'codes');
    }
    assertEqual(first.peers().length, 1, 'peers');
  });

  it('keeps to maxPeers', async () => {
    const network = newNetwork();
    const modest = await startNode({ network, maxPeers: 1 });
    const second = await startNode({ network });
    await Promise.all([peersOf(modest, 1), peersOf(second, 1)]);
    const third = await startNode({ network });
    await Promise.all([peersOf(second, 2), peersOf(third, 1)]);
    assertEqual(modest.peers().length, 1, 'peers');
  });

  it('says good-bye to its peers when the page is left', async () => {
    const network = newNetwork();
    const first = await startNode({ network });
    const second = await startNode({ network });
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
    window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    await Promise.all([peersOf(first, 0), peersOf(second, 0)]);
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    await Promise.all([peersOf(first, 1), peersOf(second, 1)]);
  });
});
