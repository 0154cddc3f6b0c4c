import { describe, expect, it } from 'vitest';
import { describeTransaction, textOfField } from './transaction-words.js';

const bytes = (text: string) => [...new TextEncoder().encode(text)];

describe('a transaction in words', () => {
  it('is the call that it makes, with its amount', () => {
    const call = { module: 'cash', method: 'transfer' };
    expect(describeTransaction({ fields: { ...call, args: bytes('{"amount":1200}') } })).toBe(
      'cash.transfer of 1,200',
    );
    for (const args of [bytes('{'), bytes('null'), bytes('{"amount":"1"}'), undefined])
      expect(describeTransaction({ fields: { ...call, args } })).toBe('cash.transfer');
    expect(describeTransaction({ fields: { module: 'x'.repeat(50), method: 'y' } })).toBe(
      `${'x'.repeat(40)}….y`,
    );
  });

  it('is its weight on Bitcoin', () => {
    expect(describeTransaction({ fields: { weight: 561 } })).toBe('561 weight units');
    expect(describeTransaction({ fields: {} })).toBe('transaction');
  });

  it('shows bytes that are text as that text, and nothing as a dash', () => {
    expect(textOfField('args', bytes('{"to":1}'))).toBe('{"to":1}');
    expect(textOfField('args', [255, 0])).toBe('255, 0');
    expect(textOfField('access_list', ['a', 'b'])).toBe('a, b');
    expect([textOfField('sig', ''), textOfField('access_list', [])]).toEqual(['–', '–']);
  });
});
