import { expect, test } from 'vitest';
import { describeSent } from './sent-words.js';

test.each([
  [{ kind: 'pending' }, 'waits for a block'],
  [{ kind: 'seen', peers: 1 }, 'seen by 1 peer'],
  [{ kind: 'seen', peers: 2 }, 'seen by 2 peers'],
  [{ kind: 'included', height: 1234, block: 'ab', position: 0 }, 'in block 1,234'],
  [{ kind: 'confirmed', count: 1 }, '1 confirmation'],
  [{ kind: 'confirmed', count: 6 }, '6 confirmations'],
  [{ kind: 'reorgedOut' }, 'its block was replaced; it waits again'],
  [{ kind: 'replaced', by: 'ab' }, 'replaced by another one'],
  [{ kind: 'expired' }, 'expired: no block had it'],
] as const)('%j', (state, words) => {
  expect(describeSent(state)).toBe(words);
});
