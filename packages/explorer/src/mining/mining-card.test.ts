import { expect, it } from 'vitest';
import { describeMining } from './mining-card.js';

const off = { isOn: false, height: undefined, found: 0, newest: [], fault: undefined };

it.each([
  [off, 'Off.'],
  [{ ...off, fault: 'No worker is left.' }, 'Mining has stopped: No worker is left.'],
  [{ ...off, isOn: true }, 'On. It waits until the node is synced.'],
  [{ ...off, isOn: true, height: 9 }, 'On. It searches for the next block.'],
  [
    { ...off, isOn: true, height: 1301, found: 2, newest: [{ height: 1300, hash: 'ab' }] },
    'On. It searches for the next block. 2 blocks found, the last one at height 1,300.',
  ],
])('says what it does, without what changes each second: %s', (mining, sentence) => {
  expect(describeMining(mining)).toBe(sentence);
});
