import { describe, expect, it } from 'vitest';
import { attacks, overrun, runAttack } from './attacks.js';

describe('an attacker stays within its budget, and the victim gets to the honest tip', () => {
  for (const attack of attacks) {
    it(attack.name, async () => {
      const damage = await runAttack(attack);
      expect(overrun(attack, damage)).toEqual([]);
    });
  }
});

describe('a budget', () => {
  it('that is exceeded is noticed', async () => {
    const attack = attacks.find(({ name }) => name === 'time-warp');
    if (attack === undefined) throw new Error('no such attack');
    const budget = { bytesOut: 1, headersHashed: 1, retainedBytes: 1, syncedAfterMs: 1 };
    const damage = await runAttack(attack);
    const faults = overrun({ ...attack, budget, codes: ['PEER_FLOOD'] }, { ...damage, isSynced: false });
    expect(faults.length).toBe(6);
  });
});
