import { expect, test } from 'vitest';
import { discardPacket, type EngineSocket, waitingBytes } from './engine-internals.js';

test('a discarded packet means nothing; the shared one for unreadable frames stays what it is', () => {
  const message = { type: 'message', data: '2["join"]' };
  discardPacket(message);
  expect(message).toEqual({ type: 'noop', data: undefined });
  const unreadable = Object.freeze({ type: 'error', data: 'parser error' });
  discardPacket(unreadable);
  expect(unreadable.type).toBe('error');
});

test('what waits is what ws holds and what engine.io queues', () => {
  const raw = { transport: { socket: { bufferedAmount: 1000 } }, writeBuffer: [] as unknown[] };
  expect(waitingBytes(raw as unknown as EngineSocket)).toBe(1000);
  raw.writeBuffer.push({ type: 'message', data: 'x'.repeat(500) }, { type: 'ping' });
  expect(waitingBytes(raw as unknown as EngineSocket)).toBe(1000 + 500 + 2 * 128);
});
