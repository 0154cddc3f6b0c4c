import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LevelStore } from '../../packages/gateway/src/store/level-store.js';
import { attacks, overrun, runAttack } from './attacks.js';
import { storeAttacks } from './store-attacks.js';

describe('an attacker stays within its budget, and the victim gets to the honest tip', () => {
  for (const attack of attacks.filter(({ damage }) => damage === undefined)) {
    it(attack.name, async () => {
      const cost = await runAttack(attack);
      expect(overrun(attack, cost)).toEqual([]);
    });
  }
});

describe('a stored chain that was damaged is noticed and fetched anew, by a node with LevelDB', () => {
  for (const attack of storeAttacks) {
    it(attack.name, async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
      const store = await LevelStore.open(folder);
      try {
        const cost = await runAttack(attack, store);
        expect(overrun(attack, cost)).toEqual([]);
      } finally {
        await store.close();
        await rm(folder, { recursive: true });
      }
    });
  }
});

describe('a budget', () => {
  it('that is exceeded is noticed', async () => {
    const attack = attacks.find(({ name }) => name === 'time-warp');
    if (attack === undefined) throw new Error('no such attack');
    const budget = {
      bytesOut: 1,
      headersHashed: 1,
      signaturesVerified: 1,
      retainedBytes: 1,
      signaturesMade: 1,
      foreignHeaders: 0,
      admitted: 0,
      syncedAfterMs: 1,
      heardAfterMs: 1,
    };
    const cost = await runAttack(attack);
    const faults = overrun(
      { ...attack, budget, codes: ['PEER_FLOOD'], damage: (whole) => whole },
      {
        ...cost,
        isSynced: false,
        foreignHeaders: 1,
        falseHeaders: 1,
        signaturesVerified: 2,
        signaturesMade: 2,
      },
    );
    expect(faults.length).toBe(13);
  });
});
