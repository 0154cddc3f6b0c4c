import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isConnectPacket } from './connect-packet.js';

test('only a CONNECT to the default namespace opens', () => {
  for (const text of ['0', '0{}', '0{"token":"x"}']) expect(isConnectPacket(text)).toBe(true);
  for (const text of ['', '00', '0[]', '0{', '0/admin', '0/admin,{}', '1', '2["join"]']) {
    expect(isConnectPacket(text)).toBe(false);
  }
});

test('no text makes it throw', () => {
  fc.assert(fc.property(fc.string(), (text) => typeof isConnectPacket(text) === 'boolean'));
});
