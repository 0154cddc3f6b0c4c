/**
 * The text that a person carries from one page to another: an invitation, or the answer to one. It has only characters
 * that a QR code packs densely, may be typed in lower case and broken into lines, and may follow an address, as in
 * `https://…/#invite=VL1…`.
 *
 * | bytes | field |
 * |---|---|
 * | 1 | 0: an invitation, 1: an answer |
 * | 4 | the first bytes of the network's id |
 * | 4 | until when it can be used, in seconds since the Unix epoch |
 * | 0, 4 | of an answer: the checksum of the invitation that it answers |
 * | … | the session description, see `compact/compact-description.ts` |
 * | 4 | CRC-32 of all before it |
 */
import type { Description } from '@vision-light/signaling';
import { decodeDescription, encodeDescription } from '../compact/compact-description.js';

/** How each text begins. The digit is the version of this form. */
const PREFIX = 'VL1';

/** Characters of a text that is looked at. The longest has about 1,000; a pasted page has more. */
const TEXT_CHARS_MAX = 4096;

/** The digits of base 32. @see RFC 4648, section 6 */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Bytes of a network's id that a text has: enough to tell one network from another by mistake, not by intent. */
const NETWORK_BYTES = 4;

/** What a text says. */
export interface HandText {
  /** Names the invitation: its checksum, in the invitation itself and in the answer to it. */
  readonly invitation: string;
  /** 8 hex digits. */
  readonly network: string;
  /** Seconds since the Unix epoch. */
  readonly expires: number;
  readonly description: Description;
}

/**
 * Writes an invitation, or the answer to one.
 *
 * @param said  `invitation` counts only for an answer
 * @returns undefined if the description has no place in this form
 */
export function encodeHandText(
  said: HandText,
): { readonly text: string; readonly invitation: string } | undefined {
  const { invitation, network, expires, description } = said;
  const compact = encodeDescription(description);
  if (compact === undefined) return undefined;
  const isAnswer = description.type === 'answer';
  const bytes = [
    Number(isAnswer),
    ...bytesOfHex(network.slice(0, NETWORK_BYTES * 2)),
    ...uint32(expires),
    ...(isAnswer ? bytesOfHex(invitation) : []),
    ...compact,
  ];
  const checksum = uint32(crc32(bytes));
  return {
    text: PREFIX + toBase32([...bytes, ...checksum]),
    invitation: isAnswer ? invitation : hexOf(checksum),
  };
}

/** @returns undefined if it is no whole text of this form: another text, another version, a letter wrong, or an end that is missing */
export function decodeHandText(text: string): HandText | undefined {
  if (text.length > TEXT_CHARS_MAX) return undefined;
  const digits = /(?:^|=)VL1([A-Z2-7]+)$/.exec(text.replace(/\s+/g, '').toUpperCase())?.[1];
  const bytes = digits === undefined ? undefined : fromBase32(digits);
  if (bytes === undefined || bytes.length < 14) return undefined;
  const checksum = hexOf(bytes.slice(-4));
  const isAnswer = bytes[0] === 1;
  if ((bytes[0] ?? 2) > 1 || hexOf(uint32(crc32(bytes.slice(0, -4)))) !== checksum) return undefined;
  const begin = isAnswer ? 13 : 9;
  const description = decodeDescription(Uint8Array.from(bytes.slice(begin, -4)));
  if (description === undefined || (description.type === 'answer') !== isAnswer) return undefined;
  return {
    invitation: isAnswer ? hexOf(bytes.slice(9, 13)) : checksum,
    network: hexOf(bytes.slice(1, 5)),
    expires: Number.parseInt(hexOf(bytes.slice(5, 9)), 16),
    description,
  };
}

function toBase32(bytes: readonly number[]): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; value &= (1 << bits) - 1) {
      bits -= 5;
      text += DIGITS[value >> bits];
    }
  }
  return bits === 0 ? text : text + DIGITS[value << (5 - bits)];
}

/** @returns undefined if the text has a digit too many, or bits that are left over are not zero */
function fromBase32(text: string): number[] | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const char of text) {
    value = (value << 5) | DIGITS.indexOf(char);
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(value >> bits);
    value &= (1 << bits) - 1;
  }
  return bits < 5 && value === 0 ? bytes : undefined;
}

/** @see ISO 3309, as in Ethernet and zlib */
function crc32(bytes: readonly number[]): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return ~crc >>> 0;
}

function uint32(value: number): readonly number[] {
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

function hexOf(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function bytesOfHex(digits: string): readonly number[] {
  return Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
