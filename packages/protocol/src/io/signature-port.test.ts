import { beforeEach, expect, test } from 'vitest';
import { readSignatureVectors } from '../../../../tests/read-signature-vectors.js';
import { InvariantError } from '../assert.js';
import type { Effect } from './effect.js';
import { SignaturePort } from './signature-port.js';

const vectors = readSignatureVectors();
const strict = vectors.filter(({ isStrict }) => isStrict).slice(0, 3);
const loose = vectors.filter(({ isStrict }) => !isStrict).slice(0, 2);

let effects: Effect[];
let port: SignaturePort;
let answers: (Uint8Array | undefined)[];
const done = (valid: Uint8Array | undefined): void => void answers.push(valid);

beforeEach(() => {
  effects = [];
  port = new SignaturePort(effects);
  answers = [];
});

test('the platform is asked for those that are worth a look, and each answer finds its place', () => {
  const [a, b, c] = strict;
  const [x, y] = loose;
  if (!a || !b || !c || !x || !y) throw new Error('there are such vectors');
  port.verify([x, a, b, y, c], done);
  expect(effects).toEqual([{ type: 'verifySignatures', job: 1, checks: [a, b, c] }]);
  expect(answers).toEqual([]);
  port.verified(1, Uint8Array.of(1, 0, 1));
  expect(answers).toEqual([Uint8Array.of(0, 1, 0, 0, 1)]);
});

test('where none is worth a look, the platform is not asked', () => {
  port.verify(loose, done);
  expect(effects).toEqual([]);
  expect(answers).toEqual([Uint8Array.of(0, 0)]);
});

test('what the platform could not do is said', () => {
  port.verify(strict, done);
  port.sign(Uint8Array.of(5), done);
  expect(effects[1]).toEqual({ type: 'sign', job: 2, message: Uint8Array.of(5) });
  port.verified(1, undefined);
  port.signed(2, undefined);
  expect(answers).toEqual([undefined, undefined]);
});

test('an answer comes once, to the question that was asked', () => {
  port.sign(Uint8Array.of(5), done);
  expect(() => port.verified(1, undefined)).toThrow(InvariantError);
  port.signed(1, Uint8Array.of(9));
  expect(() => port.signed(1, Uint8Array.of(9))).toThrow(InvariantError);
  expect(answers).toEqual([Uint8Array.of(9)]);
});
