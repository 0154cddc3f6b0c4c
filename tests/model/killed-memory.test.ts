import { MemoryStore } from '@vision-light/protocol';
import { describe, it } from 'vitest';
import { defineKillSuite } from '../conformance-suites/kill-suite.js';

defineKillSuite(
  { describe, it },
  {
    name: 'memory',
    makePlace: () => {
      const store = new MemoryStore();
      return Promise.resolve({
        open: () => Promise.resolve(store),
        // It has one await: before it nothing is done, and after it everything.
        writeKilled: (changes, step) => {
          if (step > 0) void store.write(changes);
          return Promise.resolve(step < 2);
        },
        dispose: () => Promise.resolve(),
      });
    },
  },
);
