import { expect, test } from 'vitest';
import { bodyFaults } from '../chain/body-fault.js';
import { headerFaults } from '../chain/header-fault.js';
import { transactionFaults } from '../chain/transaction-fault.js';
import { wireFaults } from '../wire/wire-fault.js';
import { peerFaults } from './peer-fault.js';
import { verdicts } from './verdicts.js';

test('every fault of a peer has a verdict, and nothing else has', () => {
  const faults = { ...wireFaults, ...peerFaults, ...headerFaults, ...bodyFaults, ...transactionFaults };
  expect(Object.keys(verdicts).sort()).toEqual(Object.keys(faults).sort());
});

test('only bytes that no version writes and headers that nobody verifies have a key refused', () => {
  const discouraged = Object.keys(verdicts).filter(
    (code) => verdicts[code as keyof typeof verdicts] === 'discourage',
  );
  expect(discouraged.every((code) => /^(WIRE|HEADER)_/.test(code))).toBe(true);
  // A later version, a wrong clock, and two headers of which each side has seen another first.
  for (const code of ['WIRE_UNKNOWN_TYPE', 'HEADER_TIME_TOO_NEW', 'HEADER_EQUIVOCATION'])
    expect(discouraged).not.toContain(code);
});
