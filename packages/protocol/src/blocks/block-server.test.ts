import { beforeEach, describe, expect, it } from 'vitest';
import {
  BODY_SEND_BUFFER_BYTES_MAX,
  COMING_BODY_WAIT_MS,
  DEFERRED_BLOCK_REQUESTS_MAX,
  SERVED_BYTES_BURST_MAX,
  SERVED_BYTES_PER_SECOND_MAX,
  UPLOAD_BURST_S,
  UPLOAD_WAIT_MAX_MS,
} from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { UploadLimit } from '../peer/served.js';
import { decodeMessage } from '../wire/codec.js';
import { MessageAssembler } from '../wire/framing.js';
import type { GetBlocks } from '../wire/messages/blocks.js';
import { BlockServer } from './block-server.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const ask = (...indexes: number[]): GetBlocks => ({
  type: 'getBlocks',
  requestId: indexes[0] as number,
  hashes: indexes.map(hashOf),
});

type Where = 'here' | 'coming' | 'unknown';

let where: Map<number, Where>;
let reads: { index: number; reader: (body: Uint8Array | undefined) => void }[];
let isSlow: boolean;
let bodyBytes: number;
let outbox: Outbox;
let peer: Peer;
let server: BlockServer;
let assembler: MessageAssembler;

beforeEach(() => {
  where = new Map();
  reads = [];
  isSlow = false;
  bodyBytes = 10;
  outbox = new Outbox();
  peer = new Peer('p', 4 * 1024 * 1024, undefined, 0);
  assembler = new MessageAssembler(8 * 1024 * 1024);
  const source = {
    whereabouts: ([index]: Uint8Array): Where => where.get(index as number) ?? 'unknown',
    read: ([index]: Uint8Array, reader: (body: Uint8Array | undefined) => void): void => {
      if (isSlow) reads.push({ index: index as number, reader });
      else reader(new Uint8Array(bodyBytes).fill(index as number));
    },
  };
  server = new BlockServer(source, outbox);
});

/** What the peer was told: the index of each body, negative for `notFound`. */
function told(): number[] {
  const answers: number[] = [];
  for (const effect of outbox.take()) {
    if (effect.type !== 'send') continue;
    for (const bytes of assembler.push(effect.bytes)) {
      const decoded = decodeMessage(bytes);
      if (!decoded.ok) throw new Error(decoded.code);
      const { message } = decoded;
      if (message.type === 'blocks') answers.push(message.body[0] as number);
      if (message.type === 'notFound') answers.push(-(message.hashes[0]?.[0] as number));
    }
  }
  return answers;
}

describe('BlockServer', () => {
  it('answers each hash once, in order', () => {
    for (const index of [1, 3]) where.set(index, 'here');
    expect(server.request(peer, ask(1, 2, 3), 0)).toBeUndefined();
    expect(told()).toEqual([1, -2, 3]);
  });

  it('reads one body at a time, and goes on when it has come', () => {
    isSlow = true;
    for (const index of [1, 2]) where.set(index, 'here');
    server.request(peer, ask(1, 2), 0);
    server.advance(1);
    expect([reads.length, told()]).toEqual([1, []]);
    reads[0]?.reader(Uint8Array.of(1));
    server.advance(2);
    expect([reads.length, told()]).toEqual([2, [1]]);
    reads[1]?.reader(undefined);
    expect(told()).toEqual([-2]);
  });

  it('sends nothing more to a peer that does not take what it was sent', () => {
    bodyBytes = BODY_SEND_BUFFER_BYTES_MAX / 2;
    for (const index of [1, 2, 3, 4]) where.set(index, 'here');
    server.request(peer, ask(1, 2, 3, 4), 0);
    expect(told()).toEqual([1, 2]);
    server.advance(1);
    expect(told()).toEqual([]);
    peer.sendBufferBytes = 0;
    server.advance(2);
    expect(told()).toEqual([3, 4]);
  });

  it('serves a burst and then its rate to a peer that reads everything', () => {
    bodyBytes = 1024 * 1024;
    where.set(1, 'here');
    let now = 0;
    let bodies = 0;
    while (now < 5000) {
      while (server.request(peer, ask(1), now) === undefined);
      peer.sendBufferBytes = 0;
      server.advance(now);
      bodies += told().length;
      peer.sendBufferBytes = 0;
      const wake = server.nextWake() as number;
      // Either it goes on at once, or when the debt is paid; it never asks to be woken for nothing.
      if (wake > now) now = wake;
      else expect(peer.served.freeAt).toBeLessThanOrEqual(now);
    }
    const allowed = (SERVED_BYTES_BURST_MAX + (now / 1000) * SERVED_BYTES_PER_SECOND_MAX) / bodyBytes;
    expect(bodies).toBeLessThanOrEqual(Math.ceil(allowed) + 1);
    expect(bodies).toBeGreaterThan(allowed - 2);
  });

  it('waits a moment for a body that is on its way, once a request', () => {
    where.set(1, 'coming');
    server.request(peer, ask(1), 0);
    expect([told(), server.nextWake()]).toEqual([[], COMING_BODY_WAIT_MS]);
    where.set(1, 'here');
    server.advance(10);
    expect([told(), server.nextWake()]).toEqual([[1], undefined]);
    for (const index of [2, 3]) where.set(index, 'coming');
    server.request(peer, ask(2, 3), 100);
    server.advance(100 + COMING_BODY_WAIT_MS - 1);
    expect(told()).toEqual([]);
    server.advance(100 + COMING_BODY_WAIT_MS);
    expect([told(), server.nextWake()]).toEqual([[-2, -3], undefined]);
  });

  it('sends nothing to a peer for which as much waits as may, and is not woken for it', () => {
    where.set(1, 'here');
    peer.sendBufferBytes = BODY_SEND_BUFFER_BYTES_MAX;
    server.request(peer, ask(1), 0);
    expect([told(), server.nextWake()]).toEqual([[], undefined]);
    peer.sendBufferBytes = BODY_SEND_BUFFER_BYTES_MAX - 1;
    server.advance(1);
    expect(told()).toEqual([1]);
  });

  it('serves a peer that had too much once its debt is paid, and is woken for it', () => {
    where.set(1, 'here');
    peer.served.charge(0, SERVED_BYTES_BURST_MAX + 2 * SERVED_BYTES_PER_SECOND_MAX);
    server.request(peer, ask(1), 0);
    server.advance(1999);
    expect([told(), server.nextWake()]).toEqual([[], 2000]);
    server.advance(2000);
    expect(told()).toEqual([1]);
  });

  describe('whose upload all peers share', () => {
    const KB = 1000;
    let upload: UploadLimit;
    const join = (id: string): Peer => new Peer(id, 4 * 1024 * 1024, undefined, 0, { upload });
    /** Who is sent a body, in order. */
    const sentTo = (): string[] =>
      outbox
        .take()
        .flatMap((effect) => (effect.type === 'send' && effect.bytes.length > KB ? [effect.peer] : []));

    beforeEach(() => {
      upload = new UploadLimit(10 * KB, 0);
      // What may be sent at once is gone.
      upload.charge(0, 10 * KB * UPLOAD_BURST_S);
      bodyBytes = 10 * KB;
      where.set(1, 'here');
    });

    it('serves them in turn, at its rate', () => {
      const [a, b] = [join('a'), join('b')];
      bodyBytes = 2 * KB;
      // The first is sent at once.
      for (const one of [a, a, a, b, b, b]) server.request(one, ask(1), 0);
      const order: string[] = [...sentTo()];
      for (let now = 0; now < 5000; now = Math.max(now + 1, Math.ceil(server.nextWake() ?? 5000))) {
        server.advance(now);
        order.push(...sentTo());
      }
      expect(order).toEqual(['a', 'a', 'b', 'a', 'b', 'b']);
    });

    it('answers what has waited too long for others as not being here, and is woken for it', () => {
      const one = join('a');
      upload.charge(0, 100 * KB);
      server.request(one, ask(1, 2), 0);
      expect(server.nextWake()).toBe(UPLOAD_WAIT_MAX_MS);
      server.advance(UPLOAD_WAIT_MAX_MS - 1);
      expect(told()).toEqual([]);
      server.advance(UPLOAD_WAIT_MAX_MS);
      expect([told(), server.isServing(one)]).toEqual([[-1, -2], false]);
    });

    it('takes another limit at once; what is owed stays owed', () => {
      upload.charge(0, 10 * KB);
      expect(upload.freeAt).toBe(1000);
      upload.set(KB, 0);
      expect(upload.freeAt).toBe(10_000);
      upload.set(100 * KB, 5000);
      expect(upload.freeAt).toBe(5050);
    });
  });

  it('asks for the whereabouts of each body at once, so that those that are elsewhere are fetched together', () => {
    for (const index of [1, 2, 3]) where.set(index, 'coming');
    for (const index of [1, 2, 3]) server.request(peer, ask(index), 0);
    server.advance(COMING_BODY_WAIT_MS);
    // None of them came: nobody waits for them one after another.
    expect(server.waiting(peer)).toBe(0);
  });

  it('is not woken while a body is being read', () => {
    isSlow = true;
    where.set(1, 'here');
    server.request(peer, ask(1), 0);
    expect(server.nextWake()).toBeUndefined();
  });

  it('is woken for the first of the peers that wait', () => {
    const peers = ['a', 'b', 'c'].map((id) => new Peer(id, 4 * 1024 * 1024, undefined, 0));
    const [a, b, c] = peers as [Peer, Peer, Peer];
    for (const index of [1, 2]) where.set(index, 'coming');
    server.request(a, ask(1), 0);
    server.request(a, ask(2), 0);
    server.request(b, ask(2), 10);
    server.request(c, ask(2), 20);
    expect(server.nextWake()).toBe(COMING_BODY_WAIT_MS);
    // The second request of the first peer has waited as long as the first one.
    where.set(1, 'here');
    server.advance(30);
    expect(server.nextWake()).toBe(COMING_BODY_WAIT_MS);
    server.forget(a);
    expect(server.nextWake()).toBe(10 + COMING_BODY_WAIT_MS);
    server.forget(b);
    expect(server.nextWake()).toBe(20 + COMING_BODY_WAIT_MS);
  });

  it('tells how many requests of a peer wait, and whether it serves it', () => {
    const other = new Peer('other', 4 * 1024 * 1024, undefined, 0);
    const state = (of: Peer): [number, boolean] => [server.waiting(of), server.isServing(of)];
    expect(state(peer)).toEqual([0, false]);
    isSlow = true;
    for (const index of [1, 2]) where.set(index, 'here');
    server.request(peer, ask(1), 0);
    server.request(peer, ask(2), 0);
    expect([state(peer), state(other)]).toEqual([
      [2, true],
      [0, false],
    ]);
    reads[0]?.reader(undefined);
    expect(state(peer)).toEqual([1, true]);
    server.advance(1);
    reads[1]?.reader(undefined);
    server.advance(2);
    expect(state(peer)).toEqual([0, false]);
  });

  it('keeps hashes of its own while a request waits, since the given ones are views of a message', () => {
    where.set(1, 'coming');
    const request = ask(1);
    server.request(peer, request, 0);
    request.hashes[0]?.fill(9);
    where.set(1, 'here');
    server.advance(1);
    expect(told()).toEqual([1]);
  });

  it('PEER_FLOOD: keeps so many requests waiting and no more', () => {
    isSlow = true;
    where.set(1, 'here');
    const faults = Array.from({ length: DEFERRED_BLOCK_REQUESTS_MAX + 1 }, () =>
      server.request(peer, ask(1), 0),
    );
    expect(faults).toEqual([...new Array(DEFERRED_BLOCK_REQUESTS_MAX).fill(undefined), 'PEER_FLOOD']);
  });

  it('forgets a peer that is gone, whatever was being read for it', () => {
    isSlow = true;
    where.set(1, 'here');
    server.request(peer, ask(1), 0);
    server.forget(peer);
    reads[0]?.reader(Uint8Array.of(1));
    expect(told()).toEqual([]);
  });
});
