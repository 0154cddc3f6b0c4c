/** Bytes as base64 text, and back: RFC 4648 section 4, with padding, one text for the same bytes. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of bytes, padded. */
export function bytesToBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const word = (first << 16) | (second << 8) | third;
    const digits = bytes.length - at + 1;
    for (let i = 0; i < 4; i++) text += i < digits ? alphabet.charAt((word >> (18 - 6 * i)) & 63) : '=';
  }
  return text;
}

/** @returns the bytes of padded base64, or undefined for any other text, also for one that is not the only one for its bytes */
export function base64ToBytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let word = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = alphabet.indexOf(text.charAt(i));
    if (value < 0) return undefined;
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = word >> bits;
  }
  const isOnlyForm = (word & ((1 << bits) - 1)) === 0;
  return isOnlyForm ? bytes : undefined;
}
