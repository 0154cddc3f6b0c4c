import { describe, expect, it } from 'vitest';
import { mentionOf, textOfBytes } from './mentions.js';

const key = 'ab'.repeat(32);
const other = 'cd'.repeat(32);
const bytes = (text: string) => [...new TextEncoder().encode(text)];
const tx = (fields: object) => ({
  fields: { sender_pubkey: other, args: bytes('{}'), access_list: [], ...fields },
});

describe('mentionOf', () => {
  it('tells who signs, who is paid and who is named from one another', () => {
    expect(mentionOf(tx({ sender_pubkey: key, access_list: [`acct:${key}`] }), key)).toBe('sends');
    expect(mentionOf(tx({ args: bytes(JSON.stringify({ to: key, amount: 1 })) }), key)).toBe('receives');
    expect(mentionOf(tx({ access_list: [`acct:${key}`] }), key)).toBe('names');
    expect(mentionOf(tx({}), key)).toBeUndefined();
  });

  it('takes nothing for an account in fields of another form', () => {
    expect(mentionOf({ fields: { weight: 4 } }, key)).toBeUndefined();
    expect(mentionOf(tx({ args: [1.5, key], access_list: key }), key)).toBeUndefined();
  });
});

describe('textOfBytes', () => {
  it('reads UTF-8, and nothing else', () => {
    expect(textOfBytes(bytes('{"to":"ä"}'))).toBe('{"to":"ä"}');
    for (const value of [[0xff], [256], ['a'], 'text', undefined]) expect(textOfBytes(value)).toBeUndefined();
  });
});
