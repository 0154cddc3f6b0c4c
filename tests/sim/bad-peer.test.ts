import {
  type Hello,
  type Message,
  PROTOCOL_VERSION_MIN,
  type peerFaults,
  type wireFaults,
} from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  DEFERRED_REQUESTS_MAX,
  FAILURES_BEFORE_PAUSE,
  HELLO_TIMEOUT_MS,
  MESSAGE_TIMEOUT_MS,
  MESSAGES_BURST_MAX,
  OVERSLEPT_MS,
  PAUSE_MS,
  PAUSES_MAX,
  PING_INTERVAL_MS,
  REQUEST_TIMEOUT_MAX_MS,
  REQUEST_TIMEOUT_MIN_MS,
  SEND_BUFFER_BYTES_MAX,
  UNPROVEN_CLAIMS_MAX,
  UNSENT_BYTES_MAX,
} from '../../packages/protocol/src/limits.js';
import { serve } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const chain = new VisionChain();
chain.mine({ count: 50 });
const genesisHash = visionSim.genesis.hash;
const honest: Partial<Hello> = { height: 50, chainwork: chain.tree.chainwork(chain.tree.tip) };

let world: World;
let node: SimNode;
let bystander: Stranger;

beforeEach(async () => {
  world = new World(genesisTime + 1_000_000);
  node = world.add('node', { family: visionSim });
  bystander = new Stranger(world, 'bystander', node);
  bystander.hello();
  await world.run(1000);
});

/** A stranger that does one wrong thing; the node is to say which, and to go on. */
async function expectReject(
  code: keyof typeof peerFaults | keyof typeof wireFaults,
  act: (stranger: Stranger) => void,
  options: { forMs?: number; answer?: (message: Message, self: Stranger) => void; greets?: boolean } = {},
): Promise<void> {
  const stranger = new Stranger(world, 'bad', node, options.answer);
  if (options.greets !== false) stranger.hello();
  act(stranger);
  await world.run(world.now + (options.forMs ?? 1000));
  expect(stranger.rejectedWith).toBe(code);
  expect(stranger.heard('reject').length).toBe(1);
  expect(node.links.has('bad')).toBe(false);
  expect(node.noticed('peer').map(({ change }) => change)).toContainEqual({
    kind: 'disconnected',
    id: 'bad',
    code,
  });
  expect(node.links.has('bystander')).toBe(true);
  expect(bystander.heard('reject')).toEqual([]);
  const good = new Stranger(world, 'good', node, serve(visionSim, chain.batch));
  good.hello(honest);
  await world.run(world.now + 1000);
  expect(node.core.tip.height).toBe(50);
}

const message = (length: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, length, true);
  return bytes;
};
const headers = (requestId: number, parent = genesisHash, count = 0): Message => ({
  type: 'headers',
  requestId,
  parent,
  count,
  payload: new Uint8Array(0),
});

it('a peer that answers no getHeaders has as many tries after a pause as before it', async () => {
  const mute = new Stranger(world, 'mute', node);
  mute.hello(honest);
  await world.run(world.now + PAUSES_MAX * (PAUSE_MS + FAILURES_BEFORE_PAUSE * REQUEST_TIMEOUT_MAX_MS));
  expect(mute.rejectedWith).toBe('PEER_UNRESPONSIVE');
  expect(mute.heard('getHeaders').length).toBe(PAUSES_MAX * FAILURES_BEFORE_PAUSE);
});

describe('a peer that breaks a rule is told which, and disconnected; the node goes on', () => {
  it('a frame that is too large', () =>
    expectReject('WIRE_FRAME_TOO_LARGE', (peer) => peer.sayRaw(new Uint8Array(65_537))));
  it('a message that is announced too large', () =>
    expectReject('WIRE_TOO_LARGE', (peer) => peer.sayRaw(message(2 ** 31))));
  it('a message of no bytes', () => expectReject('WIRE_EMPTY', (peer) => peer.sayRaw(message(0))));
  it('a message of an unknown type', () =>
    expectReject('WIRE_UNKNOWN_TYPE', (peer) => peer.sayRaw(new Uint8Array([2, 0, 0, 0, 99, 0]))));
  it('a message with trailing bytes', () =>
    expectReject('WIRE_MALFORMED', (peer) => peer.sayRaw(new Uint8Array([3, 0, 0, 0, 2, 1, 0]))));

  it('another network', () =>
    expectReject('PEER_WRONG_NETWORK', (peer) => peer.hello({ networkId: new Uint8Array(32) }), {
      greets: false,
    }));
  it('an earlier version', () =>
    expectReject('PEER_WRONG_VERSION', (peer) => peer.hello({ version: PROTOCOL_VERSION_MIN - 1 }), {
      greets: false,
    }));
  it('a message before hello', () =>
    expectReject('PEER_OUT_OF_TURN', (peer) => peer.say({ type: 'ping', requestId: 1 }), { greets: false }));
  it('a second hello', () => expectReject('PEER_OUT_OF_TURN', (peer) => peer.hello()));
  it('headers that nobody asked for', () =>
    expectReject('PEER_UNSOLICITED', (peer) => peer.say(headers(1_000_000))));
  it('a pong to no ping', () =>
    expectReject('PEER_UNSOLICITED', (peer) => peer.say({ type: 'pong', requestId: 1_000_000 })));
  it('a pong with the id of a getHeaders that was given up', () =>
    expectReject('PEER_UNSOLICITED', (peer) => peer.hello(honest), {
      greets: false,
      forMs: REQUEST_TIMEOUT_MIN_MS + 3000,
      answer: (request, self) => {
        answerPings(request, self);
        if (request.type !== 'getHeaders') return;
        const pong: Message = { type: 'pong', requestId: request.requestId };
        world.after(REQUEST_TIMEOUT_MIN_MS + 1000, () => self.say(pong));
      },
    }));
  it('no hello', () =>
    expectReject('PEER_HELLO_TIMEOUT', () => undefined, { greets: false, forMs: HELLO_TIMEOUT_MS + 1000 }));
  it('a message that trickles', () =>
    expectReject(
      'PEER_MESSAGE_TIMEOUT',
      (peer) => {
        peer.sayRaw(message(1000));
        for (let ms = 0; ms <= MESSAGE_TIMEOUT_MS; ms += 5000)
          world.after(ms, () => peer.sayRaw(new Uint8Array(1)));
      },
      { forMs: MESSAGE_TIMEOUT_MS + 1000, answer: () => undefined },
    ));
  it('half a message, and then nothing', () =>
    expectReject('PEER_UNRESPONSIVE', (peer) => peer.sayRaw(message(10)), {
      forMs: 2 * PING_INTERVAL_MS + 1000,
      answer: () => undefined,
    }));
  it('no pongs', () =>
    expectReject('PEER_UNRESPONSIVE', () => undefined, {
      answer: () => undefined,
      forMs: 2 * PING_INTERVAL_MS + 1000,
    }));

  it('more messages than anyone needs', () =>
    expectReject('PEER_FLOOD', (peer) => {
      for (let i = 0; i <= MESSAGES_BURST_MAX; i++) peer.say({ type: 'ping', requestId: i });
    }));

  it('more requests than it takes answers', () =>
    expectReject('PEER_FLOOD', (peer) => {
      const request: Message = {
        type: 'getHeaders',
        requestId: 1,
        locator: [genesisHash],
        stop: undefined,
        skip: 0,
        max: 2000,
      };
      peer.isReading = false;
      // As if 4 MiB were under way already.
      world.after(100, () =>
        node.driver.push({ type: 'sendDrained', peer: 'bad', bufferedBytes: SEND_BUFFER_BYTES_MAX }),
      );
      world.after(200, () => {
        for (let i = 0; i <= DEFERRED_REQUESTS_MAX; i++) peer.say(request);
      });
    }));

  it('nothing taken of what it is sent', () =>
    expectReject('PEER_UNRESPONSIVE', (peer) => {
      peer.isReading = false;
      world.after(100, () =>
        node.driver.push({ type: 'sendDrained', peer: 'bad', bufferedBytes: UNSENT_BYTES_MAX + 1 }),
      );
    }));

  it('headers that begin nowhere', () =>
    expectReject(
      'PEER_UNCONNECTED_HEADERS',
      (peer) => peer.say({ type: 'announce', height: 9, hash: new Uint8Array(32), prev: genesisHash }),
      {
        answer: (request, self) => {
          if (request.type === 'getHeaders') self.say(headers(request.requestId, new Uint8Array(32)));
        },
      },
    ));

  it('the same headers again and again', async () => {
    const long = new VisionChain();
    long.mine({ count: 2000, miner: 'again' });
    const once = serve(visionSim, long.batch);
    const peer = new Stranger(world, 'bad', node, (request, self) =>
      once(request.type === 'getHeaders' ? { ...request, locator: [genesisHash], skip: 0 } : request, self),
    );
    peer.hello({ height: 1e6, chainwork: 10n ** 9n });
    await world.run(world.now + 10_000);
    expect([peer.rejectedWith, node.links.has('bad'), node.core.tip.height]).toEqual([
      'PEER_UNCONNECTED_HEADERS',
      false,
      2000,
    ]);
  });

  it('announcements of nothing', () =>
    expectReject(
      'PEER_CLAIM_UNPROVEN',
      (peer) => {
        for (let i = 1; i <= UNPROVEN_CLAIMS_MAX; i++) {
          world.after(100 * i, () =>
            peer.say({ type: 'announce', height: 7, hash: new Uint8Array(32).fill(i), prev: genesisHash }),
          );
        }
      },
      {
        answer: (request, self) => {
          answerPings(request, self);
          if (request.type === 'getHeaders') self.say(headers(request.requestId));
        },
      },
    ));

  it('one peer too many', async () => {
    const small = world.add('small', { family: visionSim, peersMax: 1 });
    await world.run(world.now + 100);
    new Stranger(world, 'first', small).hello();
    const second = new Stranger(world, 'second', small);
    await world.run(world.now + 100);
    expect([second.rejectedWith, small.links.has('second'), small.links.has('first')]).toEqual([
      'PEER_TOO_MANY',
      false,
      true,
    ]);
  });

  it('one more of a network than it takes, unless it chose that peer, or does not know its network', async () => {
    const small = world.add('small', { family: visionSim, peersMax: 6, peersPerGroupMax: 2 });
    await world.run(world.now + 100);
    const meet = (id: string, link: { isChosen?: boolean; group?: string }): Stranger =>
      new Stranger(world, id, small, answerPings, undefined, link);
    const group = '192.0.2.0/24';
    // A network's places are taken by whoever is there, also before it has said hello.
    const met = [
      meet('chosen', { group, isChosen: true }),
      meet('first', { group }),
      meet('second', { group }),
      meet('third', { group }),
      meet('chosen too', { group, isChosen: true }),
      meet('elsewhere', { group: '198.51.100.0/24' }),
      meet('nowhere', {}),
    ];
    await world.run(world.now + 100);
    expect(met.flatMap(({ id, rejectedWith }) => (rejectedWith ? [[id, rejectedWith]] : []))).toEqual([
      ['third', 'PEER_GROUP_FULL'],
    ]);
    expect(small.links.has('third')).toBe(false);
    // A place that is free again is anyone's.
    small.driver.push({ type: 'peerDisconnected', peer: 'first' });
    const fourth = meet('fourth', { group });
    await world.run(world.now + 100);
    expect([fourth.rejectedWith, small.links.has('fourth')]).toEqual([undefined, true]);
  });
});

describe('a peer that breaks no rule is kept', () => {
  it('one that answers late', async () => {
    const late = new Stranger(world, 'late', node, (request, self) => {
      answerPings(request, self);
      if (request.type === 'getHeaders')
        world.after(5000, () => serve(visionSim, chain.batch)(request, self));
    });
    late.hello(honest);
    await world.run(world.now + 5500);
    expect(late.rejectedWith).toBeUndefined();
    expect(late.heard('getHeaders').length).toBeGreaterThan(1);
  });

  it('one that sends byte by byte', async () => {
    // Its pongs stand behind the message, for longer than a pong may take.
    const slow = new Stranger(world, 'slow', node, () => undefined);
    slow.hello();
    for (const [i, byte] of [2, 0, 0, 0, 2, 9].entries())
      world.after(8000 * i, () => slow.sayRaw(new Uint8Array([byte])));
    await world.run(world.now + 41_000);
    expect(slow.heard('pong')).toMatchObject([{ type: 'pong', requestId: 9 }]);
  });

  it('one that is still there when the page wakes from sleep', async () => {
    const peer = new Stranger(world, 'peer', node);
    peer.hello();
    await world.run(world.now + 2 * PING_INTERVAL_MS, () => peer.heard('ping').length === 2);
    // The page is frozen while its ping is under way: nothing runs, and the answer waits.
    node.driver.stop();
    world.now += 10 * PING_INTERVAL_MS + OVERSLEPT_MS;
    node.driver.push({ type: 'wake' });
    await world.run(world.now + 2 * PING_INTERVAL_MS);
    expect(peer.rejectedWith).toBeUndefined();
    expect(node.links.has('peer')).toBe(true);
  });

  it('one that was answering while the page slept, though another one claims as much', async () => {
    const leader = new Stranger(world, 'leader', node, (request, self) => {
      answerPings(request, self);
      if (request.type === 'getHeaders')
        world.after(1000, () => serve(visionSim, chain.batch)(request, self));
    });
    leader.hello(honest);
    await world.run(world.now + 5000, () => leader.heard('getHeaders').length > 0);
    new Stranger(world, 'other', node).hello(honest);
    await world.run(world.now + 500);
    node.driver.stop();
    world.now += 10 * PING_INTERVAL_MS;
    node.driver.push({ type: 'wake' });
    await world.run(world.now + 1500);
    expect([node.core.tip.height, leader.heard('getHeaders').length]).toEqual([50, 1]);
  });

  it('one that says goodbye with a reject of its own', async () => {
    const peer = new Stranger(world, 'peer', node);
    peer.hello();
    peer.say({ type: 'reject', code: 'SOMETHING_NEW' });
    await world.run(world.now + 100);
    expect(peer.rejectedWith).toBeUndefined();
    expect(node.noticed('peer').at(-1)?.change).toEqual({
      kind: 'disconnected',
      id: 'peer',
      code: 'SOMETHING_NEW',
    });
  });
});
