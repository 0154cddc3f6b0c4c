/** The directory in Redis, with a real Redis. */
import { randomInt } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { defineDirectorySuite } from '../../../../tests/conformance-suites/directory-suite.js';
import { hasRedis, RedisProcess, sayWithoutRedis } from '../../../../tests/redis-process.mjs';
import { defaultLimits } from '../limits.js';
import { redisDirectory } from './redis-directory.js';

sayWithoutRedis('packages/signal-server/src/redis/redis-directory.test.ts');

const log = pino({ level: 'silent' });

describe.skipIf(!hasRedis)('directory in Redis', () => {
  defineDirectorySuite(
    { describe, it },
    {
      name: 'in Redis',
      makePlace: async (bounds) => {
        const redis = await RedisProcess.start();
        return {
          open: redisDirectory({ ...defaultLimits, ...bounds, url: redis.url, randomBelow: randomInt, log }),
          dispose: () => redis.dispose(),
        };
      },
    },
  );

  it('whose memory is full takes nobody in; those that are there stay, and may leave', async () => {
    const redis = await RedisProcess.start();
    const options = { ...defaultLimits, redisLeaseMs: 1000, url: redis.url, randomBelow: randomInt, log };
    const directory = await redisDirectory(options)(() => {});
    try {
      const join = (id: string) => directory.join({ id, kind: 'browser', network: 'ab'.repeat(32) }, 8);
      expect(await join('first')).toEqual({ ok: true, peers: [] });
      redis.limitMemory(1);
      await expect(join('second')).rejects.toThrow('OOM');
      // Without heartbeats another process would take this one for dead and remove its peers.
      const heartbeats = (): string => redis.sortedSet('vision-light:signal:servers');
      const last = heartbeats();
      await expect.poll(heartbeats).not.toBe(last);
      expect(await directory.sample('first', 8)).toEqual({ ok: true, peers: [] });
      await directory.leave('first');
      redis.limitMemory(0);
      expect(await join('second')).toEqual({ ok: true, peers: [] });
    } finally {
      await directory.close();
      await redis.dispose();
    }
  });
});
