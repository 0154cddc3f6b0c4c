import { describe, expect, it } from 'vitest';
import { GuardedChannel } from './guarded-channel.js';

const MiB = 1024 * 1024;

/** A data channel that drains when it is told to. */
class FakeChannel {
  readyState = 'open';
  binaryType = '';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readonly sent: number[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  onclose: (() => void) | null = null;

  send(bytes: Uint8Array): void {
    this.sent.push(bytes.length);
    this.bufferedAmount += bytes.length;
  }

  close(): void {
    this.readyState = 'closed';
    this.onclose?.();
  }

  drain(): void {
    const isLow = this.bufferedAmount > this.bufferedAmountLowThreshold;
    this.bufferedAmount = 0;
    if (isLow) this.onbufferedamountlow?.();
  }
}

function guard(channel: FakeChannel) {
  const log: string[] = [];
  const guarded = new GuardedChannel(channel as unknown as RTCDataChannel, {
    opened: () => log.push('opened'),
    received: (bytes) => log.push(`received ${bytes.join()}`),
    drained: (bytes) => log.push(`drained ${bytes}`),
    closed: () => log.push('closed'),
  });
  return { guarded, log };
}

describe('GuardedChannel', () => {
  it('says that it is open, also if it was before, and passes messages on', async () => {
    const channel = new FakeChannel();
    const { log } = guard(channel);
    await Promise.resolve();
    channel.onmessage?.({ data: Uint8Array.of(1, 2).buffer });
    expect(log).toEqual(['opened', 'received 1,2']);
  });

  it('holds what arrives before it is open', () => {
    const channel = new FakeChannel();
    channel.readyState = 'connecting';
    const { log } = guard(channel);
    channel.onmessage?.({ data: Uint8Array.of(1).buffer });
    channel.onmessage?.({ data: Uint8Array.of(2).buffer });
    expect(log).toEqual([]);
    channel.readyState = 'open';
    channel.onopen?.();
    channel.onmessage?.({ data: Uint8Array.of(3).buffer });
    expect(log).toEqual(['opened', 'received 1', 'received 2', 'received 3']);
  });

  it('holds 64 KiB before it is open, and closes at more', () => {
    const channel = new FakeChannel();
    channel.readyState = 'connecting';
    const { log } = guard(channel);
    channel.onmessage?.({ data: new ArrayBuffer(64 * 1024) });
    expect(log).toEqual([]);
    channel.onmessage?.({ data: new ArrayBuffer(1) });
    expect(log).toEqual(['closed']);
  });

  it('never buffers more than 8 MiB, and sends the rest in order as it drains', () => {
    const channel = new FakeChannel();
    const { guarded, log } = guard(channel);
    for (let i = 0; i < 12; i++) guarded.send(new Uint8Array(MiB + i));
    expect(channel.sent).toHaveLength(7);
    expect(channel.bufferedAmount).toBeLessThanOrEqual(8 * MiB);
    channel.drain();
    expect(channel.sent).toEqual(Array.from({ length: 12 }, (_, i) => MiB + i));
    channel.drain();
    expect(log.at(-1)).toBe('drained 0');
  });

  it('reports its level after many small messages too', () => {
    const { guarded, log } = guard(new FakeChannel());
    for (let i = 0; i < 64; i++) guarded.send(new Uint8Array(1024));
    expect(log).toEqual(['drained 65536']);
  });

  it('closes when far more waits than ever should', () => {
    const channel = new FakeChannel();
    const { guarded, log } = guard(channel);
    for (let i = 0; i < 20; i++) guarded.send(new Uint8Array(MiB));
    expect(channel.readyState).toBe('closed');
    expect(log).toEqual(['drained 1048576', 'closed']);
  });

  it('closes after what was sent before, and takes nothing more', () => {
    const channel = new FakeChannel();
    const { guarded, log } = guard(channel);
    for (let i = 0; i < 9; i++) guarded.send(new Uint8Array(MiB));
    guarded.close();
    guarded.send(new Uint8Array(7));
    expect(channel.readyState).toBe('open');
    channel.drain();
    expect(channel.sent).toHaveLength(9);
    expect(log.at(-1)).toBe('closed');
  });

  it('says so when it is closed after its connection was cut without an event', async () => {
    const channel = new FakeChannel();
    const { guarded, log } = guard(channel);
    await Promise.resolve();
    channel.readyState = 'closed';
    channel.close = () => {};
    guarded.close();
    await Promise.resolve();
    expect(log).toEqual(['opened', 'closed']);
  });

  it('closes on text, which no node sends', () => {
    const channel = new FakeChannel();
    const { log } = guard(channel);
    channel.onmessage?.({ data: 'hello' });
    expect(log).toEqual(['closed']);
  });

  it('closes once when sending fails', () => {
    const channel = new FakeChannel();
    const { guarded, log } = guard(channel);
    channel.send = () => {
      throw new Error('queue is full');
    };
    guarded.send(new Uint8Array(1));
    guarded.close();
    expect(log).toEqual(['closed']);
  });
});
