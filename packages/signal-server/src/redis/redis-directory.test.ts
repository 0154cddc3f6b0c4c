/** The directory in Redis, with a real Redis. */
import { randomInt } from 'node:crypto';
import { pino } from 'pino';
import { describe, it } from 'vitest';
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
});
