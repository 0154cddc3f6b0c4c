import { describe, expect, it } from 'vitest';
import { FRAME_BYTES_MIN, UNSENT_BYTES_MAX } from '../limits.js';
import { encodeMessage } from '../wire/codec.js';
import { frameMessage } from '../wire/framing.js';
import type { Message } from '../wire/message.js';
import { Counters } from './counters.js';
import { Outbox } from './outbox.js';
import { earliest } from './part.js';
import { Peer } from './peer.js';

const hash = new Uint8Array(32);
const peerOf = (id: string): Peer => new Peer(id, 1000, undefined, 0);
const announce: Message = { type: 'announce', height: 1, hash, prev: hash };
const headers: Message = { type: 'headers', requestId: 1, parent: hash, count: 7, payload: hash };
const blocks: Message = { type: 'blocks', requestId: 1, hash, body: hash };

describe('Outbox', () => {
  it('gives the effects of a step in order, once', () => {
    const outbox = new Outbox();
    outbox.push({ type: 'send', peer: 'a', bytes: hash });
    outbox.emit({ type: 'tip' } as never);
    expect(outbox.take()).toEqual([
      { type: 'send', peer: 'a', bytes: hash },
      { type: 'emit', notice: { type: 'tip' } },
    ]);
    expect(outbox.take()).toEqual([]);
  });

  it('says how many bytes a message takes on the wire', () => {
    const outbox = new Outbox();
    const peer = peerOf('a');
    const [bytes] = frameMessage(encodeMessage(announce), FRAME_BYTES_MIN);
    expect(outbox.send(peer, announce)).toBe(bytes?.length);
    expect(peer.sendBufferBytes).toBe(bytes?.length);
    expect(outbox.take()).toEqual([{ type: 'send', peer: 'a', bytes }]);
  });

  it('sends one message to many, in frames that each of them takes', () => {
    const outbox = new Outbox();
    const peers = [peerOf('a'), peerOf('b')];
    const frames = frameMessage(encodeMessage(announce), FRAME_BYTES_MIN);
    outbox.broadcast(peers, announce);
    expect(outbox.take()).toEqual(
      ['a', 'b'].flatMap((peer) => frames.map((bytes) => ({ type: 'send', peer, bytes }))),
    );
    expect(outbox.counters.get('vision_p2p_announces_sent_total')).toBe(2);
    outbox.broadcast([], announce);
    expect(outbox.take()).toEqual([]);
  });

  it('names the peers for whom more waits than may, once', () => {
    const outbox = new Outbox();
    const [full, fuller] = [peerOf('full'), peerOf('fuller')];
    full.sendBufferBytes = UNSENT_BYTES_MAX;
    outbox.weigh(full);
    expect([outbox.isOverfull, outbox.takeOverfull()]).toEqual([false, []]);
    fuller.sendBufferBytes = UNSENT_BYTES_MAX;
    outbox.send(fuller, announce);
    expect([outbox.isOverfull, outbox.takeOverfull()]).toEqual([true, [fuller]]);
    expect([outbox.isOverfull, outbox.takeOverfull()]).toEqual([false, []]);
  });
});

describe('Counters', () => {
  it('count announcements, headers and bodies, each way by itself', () => {
    const counters = new Counters();
    for (const message of [announce, headers, headers, blocks]) counters.sent(message);
    for (const message of [announce, announce, headers, blocks, blocks, blocks]) counters.received(message);
    counters.sent({ type: 'ping' });
    counters.received({ type: 'ping' });
    const counted = Object.entries(counters.snapshot()).filter(([, value]) => value !== 0);
    expect(Object.fromEntries(counted)).toEqual({
      vision_p2p_announces_sent_total: 1,
      vision_p2p_headers_sent_total: 14,
      vision_p2p_blocks_sent_total: 1,
      vision_p2p_announces_received_total: 2,
      vision_p2p_headers_received_total: 7,
      vision_p2p_blocks_received_total: 3,
    });
  });

  it('add to a counter, set a gauge, and hand out copies', () => {
    const counters = new Counters();
    const before = counters.snapshot();
    counters.count('vision_p2p_announces_sent_total');
    counters.count('vision_p2p_announces_sent_total', 4);
    counters.set('vision_p2p_blocks_sent_total', 9);
    counters.set('vision_p2p_blocks_sent_total', 3);
    expect(counters.get('vision_p2p_announces_sent_total')).toBe(5);
    expect(counters.get('vision_p2p_blocks_sent_total')).toBe(3);
    expect(before.vision_p2p_announces_sent_total).toBe(0);
  });
});

describe('the earlier of two times', () => {
  it('is the one there is, if the other is never', () => {
    expect([earliest(1, 2), earliest(2, 1), earliest(3, 3)]).toEqual([1, 1, 3]);
    expect([earliest(undefined, 2), earliest(1, undefined)]).toEqual([2, 1]);
    expect(earliest(undefined, undefined)).toBeUndefined();
  });
});
