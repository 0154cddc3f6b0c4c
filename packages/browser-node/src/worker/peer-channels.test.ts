import type { NodeEventBody } from '@vision-light/protocol';
import { afterEach, expect, test, vi } from 'vitest';
import { PeerChannels } from './peer-channels.js';

afterEach(() => {
  vi.useRealTimers();
});

/** What a worker gets of a channel of its page. */
class FakePort {
  readonly posted: unknown[] = [];
  onmessage: ((event: { data: unknown }) => void) | undefined;

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  close(): void {}

  say(data: unknown): void {
    this.onmessage?.({ data });
  }
}

/** A frame that tells whether its memory was given back. */
function frameOf(bytes: number): { readonly buffer: ArrayBuffer; readonly freed: number[] } {
  const freed: number[] = [];
  const buffer = Object.assign(new ArrayBuffer(bytes), { transfer: (left: number) => freed.push(left) });
  return { buffer, freed };
}

function channelsOf(push: (event: NodeEventBody) => boolean): { channels: PeerChannels; port: FakePort } {
  const channels = new PeerChannels(push, () => {});
  const port = new FakePort();
  channels.addRelay('p', port as unknown as MessagePort);
  port.say({ type: 'open' });
  return { channels, port };
}

test('gives the memory of a frame back once the node has read it', () => {
  const { buffer, freed } = frameOf(5);
  const seen: number[] = [];
  const { port } = channelsOf((event) => {
    if (event.type === 'bytesReceived') seen.push(event.bytes.length, freed.length);
    return true;
  });
  port.say(buffer);
  expect(seen).toEqual([5, 0]);
  expect(freed).toEqual([0]);
});

test('tells the node what is known of a connection as soon as its channel opens', () => {
  const pushed: NodeEventBody[] = [];
  const channels = new PeerChannels(
    (event) => pushed.push(event) > 0,
    () => {},
  );
  const port = new FakePort();
  channels.addRelay('p', port as unknown as MessagePort);
  const [localFingerprint, remoteFingerprint] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  const channel = { localFingerprint, remoteFingerprint, introducer: 'http://signal.example/' };
  const facts = { isChosen: true, maxMessageBytes: 1000, channel };
  channels.describe('p', facts);
  port.say({ type: 'open' });
  expect(pushed).toEqual([{ type: 'peerConnected', peer: 'p', ...facts }]);
});

test('leaves a frame alone while it waits to be read', () => {
  const { buffer, freed } = frameOf(5);
  const { port } = channelsOf(() => false);
  port.say(buffer);
  expect(freed).toEqual([]);
});

test('gives back what comes of a peer that is gone', () => {
  const { buffer, freed } = frameOf(5);
  const pushed: string[] = [];
  const { channels, port } = channelsOf((event) => {
    pushed.push(event.type);
    return true;
  });
  channels.remove('p');
  port.say(buffer);
  expect(pushed).toEqual(['peerConnected', 'peerDisconnected']);
  expect(freed).toEqual([0]);
});

test('takes frames where memory cannot be given back', () => {
  let bytes = 0;
  const { port } = channelsOf((event) => {
    if (event.type === 'bytesReceived') bytes += event.bytes.length;
    return true;
  });
  const buffer = Object.assign(new ArrayBuffer(5), { transfer: undefined });
  port.say(buffer);
  expect(bytes).toBe(5);
});

test('closes the channel of a peer that broke a rule once the gateway can have heard why, and any other at once', () => {
  vi.useFakeTimers();
  const close = { type: 'close' };
  const faulty = channelsOf(() => true);
  faulty.channels.disconnect('p', 'WIRE_MALFORMED');
  vi.advanceTimersByTime(199);
  expect(faulty.port.posted).not.toContainEqual(close);
  vi.advanceTimersByTime(1);
  expect(faulty.port.posted).toContainEqual(close);
  const other = channelsOf(() => true);
  other.channels.disconnect('p', undefined);
  expect(other.port.posted).toContainEqual(close);
});
