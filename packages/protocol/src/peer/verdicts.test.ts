import { expect, test } from 'vitest';
import { bodyFaults } from '../chain/body-fault.js';
import { headerFaults } from '../chain/header-fault.js';
import { transactionFaults } from '../chain/transaction-fault.js';
import { wireFaults } from '../wire/wire-fault.js';
import { peerFaults } from './peer-fault.js';
import { type Offence, verdictOn } from './verdicts.js';

const faults = { ...wireFaults, ...peerFaults, ...headerFaults, ...bodyFaults, ...transactionFaults };
const codes = Object.keys(faults).filter((code): code is Offence => code in faults);

test('every fault of a peer has a verdict', () => {
  for (const code of codes) expect(['ignore', 'disconnect', 'discourage'], code).toContain(verdictOn(code));
});

test('only bytes that no version writes and headers that nobody verifies have a key refused', () => {
  const discouraged = codes.filter((code) => verdictOn(code) === 'discourage');
  expect(discouraged.length).toBeGreaterThan(10);
  expect(discouraged.every((code) => /^(WIRE|HEADER)_/.test(code))).toBe(true);
  // A later version, a wrong clock, and two headers of which each side has seen another first.
  for (const code of ['WIRE_UNKNOWN_TYPE', 'HEADER_TIME_TOO_NEW', 'HEADER_EQUIVOCATION'])
    expect(discouraged).not.toContain(code);
});
