import { afterEach, expect, it, vi } from 'vitest';
import { diagnose } from './diagnose.js';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a browser that never answers when a database is opened keeps nothing, and the diagnosis ends in time', async () => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { onLine: true });
  vi.stubGlobal('indexedDB', { open: () => ({}) });
  const made = diagnose({
    signaling: [],
    iceServers: [],
    isRelayed: false,
    namesGateways: false,
    peers: 1,
    attempts: undefined,
    clockAheadS: undefined,
    storageObstacle: undefined,
  });
  await vi.advanceTimersByTimeAsync(8000);
  expect((await made).findings).toContainEqual(
    expect.objectContaining({ code: 'STORAGE_DENIED', detail: 'the browser does not open a database' }),
  );
});
