import { createHash } from 'node:crypto';
import { bytesToHex } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { sampleMessages } from '../../../../../../tests/bitcoin-messages.js';
import { BLOCK_BYTES_MAX } from '../limits.js';
import { encodeMessage, framePayload } from './encode-message.js';
import type { BitcoinMessage } from './message.js';
import { MessageReader } from './message-reader.js';
import { messageRows } from './message-table.js';
import { bitcoinNetworks } from './networks.js';

/** Of hex, with spaces where they help. */
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

const { magic } = bitcoinNetworks['bitcoin-mainnet'];
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const ping = encodeMessage(magic, { command: 'ping', nonce: 7n });

/** A frame's header that says this, and nothing behind it. */
function frameHeader({ name = 'ping', length = 8, checksum = 0 }): Uint8Array {
  const bytes = framePayload(magic, name, new Uint8Array(0));
  const view = new DataView(bytes.buffer);
  view.setUint32(16, length, true);
  view.setUint32(20, checksum, true);
  return bytes;
}

function read(...chunks: readonly Uint8Array[]): { messages: BitcoinMessage[]; reader: MessageReader } {
  const reader = new MessageReader(magic);
  return { messages: chunks.flatMap((chunk) => reader.push(chunk)), reader };
}

describe('MessageReader', () => {
  const stream = join(...sampleMessages.map((message) => encodeMessage(magic, message)));

  it('knows the bytes of a verack on mainnet', () => {
    const verack = 'f9beb4d976657261636b000000000000000000005df6e0e2';
    expect(bytesToHex(encodeMessage(magic, { command: 'verack' }))).toBe(verack);
    expect(read(bytesOf(verack)).messages).toEqual([{ command: 'verack' }]);
  });

  it.each([1, 2, 3, 7, 23, 24, 25, 100, 500, stream.length])(
    'reads messages in pieces of %i bytes',
    (size) => {
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
      const { messages, reader } = read(...chunks);
      expect(messages).toEqual(sampleMessages);
      expect(reader.fault).toBe(undefined);
      expect(reader.partialBytes).toBe(0);
    },
  );

  it('does not copy a message that lies in one piece, nor hand out memory twice', () => {
    const blocks = [1, 2].map((byte) => {
      const body = new Uint8Array(1000).fill(byte);
      return encodeMessage(magic, { command: 'block', header: new Uint8Array(80), body });
    });
    const whole = join(...blocks);
    const inOne = read(whole).messages;
    expect(
      inOne.map((message) => message.command === 'block' && message.body.buffer === whole.buffer),
    ).toEqual([true, true]);
    const cut = read(whole.slice(0, 600), whole.slice(600, 1700), whole.slice(1700)).messages;
    expect(cut).toEqual(inOne);
  });

  it('makes plain arrays of the Buffers that a socket gives', () => {
    for (const size of [10, stream.length]) {
      const reader = new MessageReader(magic);
      const messages: BitcoinMessage[] = [];
      for (let at = 0; at < stream.length; at += size)
        messages.push(...reader.push(Buffer.from(stream.subarray(at, at + size))));
      // toStrictEqual tells a Buffer from a Uint8Array.
      expect(messages).toStrictEqual(sampleMessages);
    }
  });

  it('keeps no more than twice the bytes that came', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => {
      const reader = new MessageReader(magic);
      reader.push(frameHeader({ name: 'block', length: BLOCK_BYTES_MAX }));
      reader.push(new Uint8Array(1000));
      expect(reader.partialBytes).toBeGreaterThan(0);
      return reader;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 10_000);
    expect(readers.length).toBe(100);
  });

  it('skips what it does not know', () => {
    const unknown = framePayload(magic, 'sendcmpct', new Uint8Array(9));
    const nameless = framePayload(magic, '', new Uint8Array(0));
    const longest = framePayload(magic, 'twelve_chars', new Uint8Array(4096));
    expect(read(join(unknown, nameless, longest, ping)).messages).toEqual([
      { command: 'unknown', name: 'sendcmpct' },
      { command: 'unknown', name: '' },
      { command: 'unknown', name: 'twelve_chars' },
      { command: 'ping', nonce: 7n },
    ]);
  });

  it('hashes as it is told', () => {
    const node = (payload: Uint8Array): Uint8Array => {
      const once = createHash('sha256').update(payload).digest();
      return createHash('sha256').update(once).digest();
    };
    const reader = new MessageReader(magic, node);
    expect(reader.push(stream)).toEqual(sampleMessages);
    expect(encodeMessage(magic, { command: 'ping', nonce: 7n }, node)).toEqual(ping);
    const otherwise = new MessageReader(magic, () => new Uint8Array(32));
    otherwise.push(ping);
    expect(otherwise.fault).toBe('BITCOIN_BAD_CHECKSUM');
  });

  const changed = (at: number): Uint8Array => ping.map((byte, i) => (i === at ? byte ^ 1 : byte));
  const named = (name: readonly number[]): Uint8Array => {
    const bytes = ping.slice();
    bytes.fill(0, 4, 16);
    bytes.set(name, 4);
    return bytes;
  };
  const faults: readonly (readonly [string, Uint8Array, string])[] = [
    ['another magic', changed(0), 'BITCOIN_WRONG_MAGIC'],
    [
      'the magic of another network',
      encodeMessage(bitcoinNetworks['bitcoin-signet'].magic, { command: 'verack' }),
      'BITCOIN_WRONG_MAGIC',
    ],
    ['another protocol', new TextEncoder().encode('HTTP'), 'BITCOIN_WRONG_MAGIC'],
    ['a name with a byte behind its end', named([0x70, 0, 0x69]), 'BITCOIN_BAD_COMMAND'],
    ['a name that is not printable', named([0x70, 0x0a]), 'BITCOIN_BAD_COMMAND'],
    ['a name that is no ASCII', named([0x70, 0xc3, 0xa9]), 'BITCOIN_BAD_COMMAND'],
    ['a wrong checksum', changed(20), 'BITCOIN_BAD_CHECKSUM'],
    ['a wrong checksum at its end', changed(23), 'BITCOIN_BAD_CHECKSUM'],
    ['a changed payload', changed(30), 'BITCOIN_BAD_CHECKSUM'],
    ['a length that is too large', frameHeader({ length: 9 }), 'BITCOIN_TOO_LARGE'],
    ['4 GB', frameHeader({ name: 'block', length: 0xffff_ffff }), 'BITCOIN_TOO_LARGE'],
    ['something unknown that is large', frameHeader({ name: 'other', length: 4097 }), 'BITCOIN_TOO_LARGE'],
    ['a payload that is too short', framePayload(magic, 'ping', new Uint8Array(7)), 'BITCOIN_MALFORMED'],
    [
      '1001 addresses',
      framePayload(magic, 'addr', Uint8Array.of(0xfd, 0xe9, 3, ...new Uint8Array(29_997))),
      'BITCOIN_MALFORMED',
    ],
    [
      'a number that is not in its shortest form',
      framePayload(magic, 'inv', Uint8Array.of(0xfd, 1, 0, ...new Uint8Array(36))),
      'BITCOIN_MALFORMED',
    ],
  ];
  it.each(faults)('%s is a fault, and what was complete before it counts', (_, bytes, code) => {
    const { messages, reader } = read(join(ping, bytes), ping);
    expect(messages).toEqual([{ command: 'ping', nonce: 7n }]);
    expect(reader.fault).toBe(code);
    const isNamed = code !== 'BITCOIN_WRONG_MAGIC' && code !== 'BITCOIN_BAD_COMMAND';
    const name = Buffer.from(bytes.subarray(4, 16)).toString().replaceAll('\0', '');
    expect(reader.faultCommand).toBe(isNamed ? name : undefined);
    expect(reader.partialBytes).toBe(0);
    const slowly = read(...Array.from(join(ping, bytes, ping), (byte) => Uint8Array.of(byte)));
    expect(slowly.messages).toEqual(messages);
    expect(slowly.reader.fault).toBe(code);
    expect(slowly.reader.partialBytes).toBe(0);
  });

  it('another protocol is noticed at its fourth byte', () => {
    const http = new TextEncoder().encode('HTTP/1.1');
    expect(read(http.subarray(0, 3)).reader.fault).toBe(undefined);
    expect(read(http.subarray(0, 4)).reader.fault).toBe('BITCOIN_WRONG_MAGIC');
    expect(read(http.subarray(0, 3), http.subarray(3, 4)).reader.fault).toBe('BITCOIN_WRONG_MAGIC');
  });

  it('takes the longest of each message, and nothing longer', () => {
    for (const [name, { payloadMax }] of messageRows) {
      const reader = new MessageReader(magic);
      reader.push(frameHeader({ name, length: payloadMax, checksum: 1 }));
      expect(reader.fault).toBe(payloadMax === 0 ? 'BITCOIN_BAD_CHECKSUM' : undefined);
      const more = new MessageReader(magic);
      more.push(frameHeader({ name, length: payloadMax + 1 }));
      expect(more.fault).toBe('BITCOIN_TOO_LARGE');
    }
  });

  it('waits for a message that does not end, and reads no further than its limit', () => {
    const { messages, reader } = read(frameHeader({ name: 'tx', length: 400_000, checksum: 1 }));
    for (let i = 0; i < 399; i++) reader.push(new Uint8Array(1000));
    expect(reader.partialBytes).toBeGreaterThan(0);
    expect(reader.fault).toBe(undefined);
    reader.push(new Uint8Array(1000));
    expect(messages).toEqual([]);
    expect(reader.fault).toBe('BITCOIN_BAD_CHECKSUM');
  });
});
