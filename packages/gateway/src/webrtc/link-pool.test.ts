import SimplePeer from 'simple-peer';
import { afterEach, describe, expect, it } from 'vitest';
import { LinkPool, type LinkRoute } from './link-pool.js';
import type { LinkSignal } from './link-signal.js';
import { rtcImplementation } from './rtc-implementation.js';

type PoolNotice =
  | { readonly kind: 'connected'; readonly key: string; readonly maxMessageBytes: number }
  | { readonly kind: 'received'; readonly key: string; readonly bytes: Uint8Array }
  | { readonly kind: 'drained'; readonly key: string; readonly bufferedBytes: number }
  | { readonly kind: 'disconnected'; readonly key: string; readonly reason: string };

/** A pool whose signals reach another one, in order, as through a signaling server. */
class Side {
  readonly notices: PoolNotice[] = [];
  readonly signals: LinkSignal[] = [];
  readonly pool: LinkPool;
  other: Side | undefined;
  #waiting: { isWanted: (notice: PoolNotice) => boolean; resolve: () => void }[] = [];

  constructor(readonly id: string) {
    this.pool = new LinkPool({
      connected: (key, maxMessageBytes) => this.#note({ kind: 'connected', key, maxMessageBytes }),
      received: (key, bytes) => this.#note({ kind: 'received', key, bytes }),
      drained: (key, bufferedBytes) => this.#note({ kind: 'drained', key, bufferedBytes }),
      disconnected: (key, reason) => this.#note({ kind: 'disconnected', key, reason }),
    });
  }

  route(remoteId: string): LinkRoute {
    return {
      selfId: this.id,
      remoteId,
      iceServers: [],
      send: (signal, refused) => {
        this.signals.push(signal);
        const { other } = this;
        if (other?.id !== remoteId) refused();
        else setImmediate(() => other.pool.signal(this.id, other.route(this.id), signal));
      },
    };
  }

  dial(remoteId: string): void {
    this.pool.dial(remoteId, this.route(remoteId));
  }

  async until(isWanted: (notice: PoolNotice) => boolean): Promise<void> {
    if (this.notices.some(isWanted)) return;
    await new Promise<void>((resolve) => this.#waiting.push({ isWanted, resolve }));
  }

  connected(): Promise<void> {
    return this.until(({ kind }) => kind === 'connected');
  }

  count(kind: PoolNotice['kind']): number {
    return this.notices.filter((notice) => notice.kind === kind).length;
  }

  #note(notice: PoolNotice): void {
    this.notices.push(notice);
    this.#waiting = this.#waiting.filter(({ isWanted, resolve }) => {
      if (!isWanted(notice)) return true;
      resolve();
      return false;
    });
  }
}

const sides: Side[] = [];

function pair(): readonly [Side, Side] {
  const a = new Side('a');
  const b = new Side('b');
  a.other = b;
  b.other = a;
  sides.push(a, b);
  return [a, b];
}

afterEach(async () => {
  await Promise.all(sides.splice(0).map(({ pool }) => pool.close()));
});

function receivedBytes(side: Side): number {
  return side.notices.reduce(
    (sum, notice) => sum + (notice.kind === 'received' ? notice.bytes.length : 0),
    0,
  );
}

describe('LinkPool', () => {
  it('connects the one who dials with the one who hears of it, and carries bytes both ways', async () => {
    const [a, b] = pair();
    a.dial('b');
    await Promise.all([a.connected(), b.connected()]);
    expect(a.notices).toEqual([{ kind: 'connected', key: 'b', maxMessageBytes: 262_144 }]);
    // A view into a larger buffer is sent as the view that it is.
    a.pool.send('b', new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4));
    b.pool.send('a', new Uint8Array([4]));
    await Promise.all([a, b].map((side) => side.until(({ kind }) => kind === 'received')));
    expect(b.notices).toContainEqual({ kind: 'received', key: 'a', bytes: new Uint8Array([1, 2, 3]) });
    expect(a.notices).toContainEqual({ kind: 'received', key: 'b', bytes: new Uint8Array([4]) });
    await a.until(({ kind }) => kind === 'drained');
  });

  it('sends its description before the candidates that belong to it', async () => {
    const [a, b] = pair();
    a.dial('b');
    await Promise.all([a.connected(), b.connected()]);
    expect(a.signals[0]?.type).toBe('offer');
    expect(b.signals[0]?.type).toBe('answer');
    expect(a.signals.slice(1).every(({ type }) => type === 'candidate')).toBe(true);
  });

  it('delivers what was sent before a link is ended, and tells only the other side', async () => {
    const [a, b] = pair();
    a.dial('b');
    await Promise.all([a.connected(), b.connected()]);
    const count = 40;
    for (let i = 0; i < count; i++) a.pool.send('b', new Uint8Array(65_536));
    a.pool.end('b');
    expect(a.pool.has('b')).toBe(false);
    await b.until(({ kind }) => kind === 'disconnected');
    expect(receivedBytes(b)).toBe(count * 65_536);
    expect(a.count('disconnected')).toBe(0);
  });

  it('says when a full buffer has drained', async () => {
    const [a, b] = pair();
    a.dial('b');
    await Promise.all([a.connected(), b.connected()]);
    for (let i = 0; i < 40; i++) a.pool.send('b', new Uint8Array(65_536));
    await a.until(({ kind }) => kind === 'drained');
    await b.until(() => receivedBytes(b) === 40 * 65_536);
  });

  it.each(['a first', 'b first'])(
    'keeps the link of the lower id when both dial at once (%s)',
    async (order) => {
      const [a, b] = pair();
      if (order === 'a first') a.dial('b');
      b.dial('a');
      a.dial('b');
      await Promise.all([a.connected(), b.connected()]);
      a.pool.send('b', new Uint8Array([1]));
      b.pool.send('a', new Uint8Array([2]));
      await Promise.all([a, b].map((side) => side.until(({ kind }) => kind === 'received')));
      for (const side of [a, b]) {
        expect(side.count('connected')).toBe(1);
        expect(side.count('disconnected')).toBe(0);
        expect(side.pool.peers).toBe(1);
      }
      expect(a.signals.some(({ type }) => type === 'answer')).toBe(false);
      expect(b.signals.some(({ type }) => type === 'answer')).toBe(true);
    },
  );

  it('answers anew when a connected peer offers again, for then it has lost the link', async () => {
    const [a, b] = pair();
    a.dial('b');
    await Promise.all([a.connected(), b.connected()]);
    const again = new Side('a');
    sides.push(again);
    again.other = b;
    b.other = again;
    again.dial('b');
    await again.connected();
    await b.until(() => b.count('connected') === 2);
    expect(b.count('disconnected')).toBe(1);
    expect(b.notices.at(-1)).toMatchObject({ kind: 'connected', key: 'a' });
    expect(b.pool.peers).toBe(1);
  });

  it('answers an offer that reaches it under a new id, for its own offer of before is lost', async () => {
    const [a, b] = pair();
    a.pool.dial('b', { ...a.route('b'), selfId: '0', send: () => {} });
    b.dial('a');
    await Promise.all([a.connected(), b.connected()]);
    expect(a.pool.peers).toBe(1);
  });

  it('gives a link up at once when there is no such peer', async () => {
    const [a] = pair();
    a.dial('nobody');
    expect(a.pool.pending).toBe(1);
    await a.pool.close();
    expect(a.pool.size).toBe(0);
    expect(a.notices).toEqual([]);
  });

  it('ignores what fits nowhere, and ends a link whose description is nonsense', async () => {
    const [a] = pair();
    const route = a.route('x');
    a.pool.signal('x', route, 'nonsense');
    a.pool.signal('x', route, { type: 'answer', sdp: 'v=0' });
    a.pool.signal('x', route, { type: 'candidate', candidate: { candidate: 'y', sdpMid: '0' } });
    expect(a.pool.size).toBe(0);
    a.pool.signal('x', route, { type: 'offer', sdp: 'm=application nonsense' });
    expect(a.pool.size).toBe(1);
    await a.pool.close();
    expect(a.pool.size).toBe(0);
  });

  it.each([
    ['sends on the channel that carries nothing', (peer: SimplePeer.Instance) => peer.send('x')],
    [
      'opens a channel of its own',
      (peer: SimplePeer.Instance) => {
        const { _pc } = peer as unknown as { readonly _pc: { createDataChannel(label: string): unknown } };
        _pc.createDataChannel('another');
      },
    ],
  ])('ends the link to a peer that %s', async (_what, misbehave) => {
    const [a] = pair();
    const peer = new SimplePeer({
      initiator: true,
      config: { iceServers: [] },
      wrtc: rtcImplementation as never,
    });
    const gone = new Promise<void>((resolve) => peer.on('close', resolve));
    peer.on('error', () => {});
    // As `Link` does it: a candidate that leaves before the answer has come may cost the DTLS handshake.
    let held: unknown[] | undefined = [];
    const route: LinkRoute = {
      selfId: 'a',
      remoteId: 'stranger',
      iceServers: [],
      send: (signal) => {
        if (peer.destroyed) return;
        peer.signal(signal as SimplePeer.SignalData);
        if (signal.type !== 'answer') return;
        const candidates = held ?? [];
        held = undefined;
        // In a later task, as through a server: the answer has been applied by then.
        setImmediate(() => {
          for (const each of candidates) a.pool.signal('stranger', route, each);
        });
      },
    };
    peer.on('signal', (signal: { readonly type: string; readonly sdp?: string }) => {
      if (signal.type === 'offer') {
        const sdp = signal.sdp?.replace(/^a=candidate:.*\r?\n/gm, '');
        a.pool.signal('stranger', route, { ...signal, sdp });
      } else if (held === undefined) a.pool.signal('stranger', route, signal);
      else held.push(signal);
    });
    await new Promise<void>((resolve, reject) => {
      peer.on('connect', resolve);
      peer.on('close', () => reject(new Error('the link was closed before it was open')));
    });
    expect(a.pool.peers).toBe(1);
    misbehave(peer);
    await gone;
    expect(a.pool.peers).toBe(0);
  });

  it('opens nothing once it is closed', async () => {
    const [a] = pair();
    await a.pool.close();
    a.dial('b');
    expect(a.pool.size).toBe(0);
  });
});
