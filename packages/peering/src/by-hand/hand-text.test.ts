import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realDescription, realDescriptionNames } from '../../../../tests/session-descriptions.js';
import { decodeHandText, encodeHandText } from './hand-text.js';

const said = {
  invitation: '',
  network: 'c0ffee42'.repeat(8),
  expires: 0xf000_0001,
  description: realDescription('chromiumOffer'),
};
const { text, invitation } = written(said);

function written(what: typeof said): { text: string; invitation: string } {
  const note = encodeHandText(what);
  if (note === undefined) throw new Error('it has no place in a text');
  return note;
}

describe('a text that a person carries', () => {
  it.each(realDescriptionNames)('says who, where and until when, in one QR code: %s', (name) => {
    const note = written({ ...said, invitation: '00ff00ff', description: realDescription(name) });
    // 221 such characters are what a QR code of version 8 holds, with 15 % of it readable again if damaged.
    expect(note.text).toMatch(/^VL1[A-Z2-7]{140,218}$/);
    const read = decodeHandText(note.text);
    expect(read).toMatchObject({ invitation: note.invitation, network: 'c0ffee42', expires: 0xf000_0001 });
    expect(read?.description.type).toBe(name.endsWith('Offer') ? 'offer' : 'answer');
    if (name.endsWith('Answer')) expect(note.invitation).toBe('00ff00ff');
  });

  it('names an invitation by what is in it', () => {
    const later = written({ ...said, expires: said.expires + 1 });
    expect(later.invitation).not.toBe(invitation);
    expect(written(said).invitation).toBe(invitation);
    expect(invitation).toMatch(/^[0-9a-f]{8}$/);
  });

  it('may be broken into lines, typed in lower case, and follow an address', () => {
    const broken = text.replace(/.{20}/g, '$&\n ').toLowerCase();
    for (const each of [broken, `  ${text}\r\n`, `https://page.example/#invite=${text}`])
      expect(decodeHandText(each)).toEqual(decodeHandText(text));
  });

  it('is not read if a character is wrong, missing or too many', () => {
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'A' ? 'B' : 'A';
      expect(decodeHandText(text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined();
      expect(decodeHandText(text.slice(0, at) + text.slice(at + 1))).toBeUndefined();
      expect(decodeHandText(text.slice(0, at))).toBeUndefined();
    }
    for (const each of [`${text}A`, `${text}2`, `VL2${text.slice(3)}`, `X${text}`, '', 'VL1', 'hello'])
      expect(decodeHandText(each)).toBeUndefined();
  });

  it('is not looked at if it is a whole page', () => {
    expect(decodeHandText(`${' '.repeat(4096 - text.length)}${text}`)).toBeDefined();
    expect(decodeHandText(`${' '.repeat(4097 - text.length)}${text}`)).toBeUndefined();
  });

  it('is nothing where the description has no place', () => {
    const sdp = said.description.sdp.replace('a=mid:0', 'a=mid:x');
    expect(encodeHandText({ ...said, description: { type: 'offer', sdp } })).toBeUndefined();
  });

  it('withstands what anybody may write', () => {
    const digits = fc.string({
      unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
      maxLength: 400,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          digits.map((each) => `VL1${each}`),
        ),
        (each) => {
          expect(decodeHandText(each)).toBeUndefined();
        },
      ),
    );
  });
});
