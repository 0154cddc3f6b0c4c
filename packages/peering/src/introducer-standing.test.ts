import { expect, test } from 'vitest';
import { IntroducerStanding } from './introducer-standing.js';

const turns = (standing: IntroducerStanding, count: number): boolean[] =>
  Array.from({ length: count }, () => standing.takesTurn());

test('an introducer whose peers cannot be reached is asked one time in four, until they can', () => {
  const standing = new IntroducerStanding();
  for (let i = 0; i < 6; i++) standing.dialEnded('unreachable');
  expect(turns(standing, 3)).toEqual([true, true, true]);
  standing.dialEnded('unreachable');
  expect(turns(standing, 8)).toEqual([false, false, false, true, false, false, false, true]);
  standing.dialEnded('opened');
  expect(turns(standing, 2)).toEqual([true, true]);
});

test('a peer that is full was there, and says nothing against who named it', () => {
  const standing = new IntroducerStanding();
  for (let i = 0; i < 20; i++) standing.dialEnded('full');
  expect(standing.isPoor).toBe(false);
});

test('an introducer is poor while its answers take more than three seconds', () => {
  const standing = new IntroducerStanding();
  standing.answered(3001);
  expect(standing.isPoor).toBe(true);
  standing.answered(3000);
  expect(standing.isPoor).toBe(false);
});
