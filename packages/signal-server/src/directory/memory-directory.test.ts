import { randomInt } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defineDirectorySuite } from '../../../../tests/conformance-suites/directory-suite.js';
import { Gate } from '../../test/gated-directory.js';
import { memoryDirectory } from './memory-directory.js';

defineDirectorySuite(
  { describe, it },
  {
    name: 'in memory',
    makePlace: async (bounds) => ({
      open: memoryDirectory({ ...bounds, randomBelow: randomInt }),
      dispose: async () => {},
    }),
  },
);

// What the server's tests put in front of it must be a directory as well, and one that answers late.
defineDirectorySuite(
  { describe, it },
  {
    name: 'in memory, answering later',
    makePlace: async (bounds) => {
      const open = memoryDirectory({ ...bounds, randomBelow: randomInt });
      return {
        open: (deliver) => {
          const gate = new Gate();
          gate.before = () => nextTurn();
          gate.after = () => nextTurn();
          return gate.guard(open)(deliver);
        },
        dispose: async () => {},
      };
    },
  },
);

it('draws its samples with what it is given', async () => {
  const bounds = { maxRooms: 1, maxMembersPerRoom: 10 };
  const open = memoryDirectory({ ...bounds, randomBelow: (bound) => bound - 1 });
  const directory = await open(() => {});
  const told = [];
  for (const id of ['a', 'b', 'c', 'd']) {
    told.push(await directory.join({ id, kind: 'browser', network: '1'.repeat(64) }, 1));
  }
  const ids = told.map((outcome) => outcome.ok && outcome.peers.map(({ id }) => id));
  expect(ids).toEqual([[], ['a'], ['b'], ['c']]);
});
