/** Messages to bytes and back: type (1 byte), request id (varint), body. Every count is checked before it is used. */
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { writeU32 } from '../bytes/integers.js';
import {
  BLOCK_HASHES_MAX,
  BODY_BYTES_MAX,
  HEADERS_PAYLOAD_BYTES_MAX,
  HEADERS_PER_MESSAGE_MAX,
  IDENTITY_BYTES_MAX,
  LOCATOR_HASHES_MAX,
  REJECT_CODE_BYTES_MAX,
  SMALL_MESSAGE_BYTES_MAX,
  USER_AGENT_BYTES_MAX,
} from '../limits.js';
import { LENGTH_BYTES } from './framing.js';
import { type Message, type MessageType, PROTOCOL_VERSION } from './message.js';
import type { WireFault } from './wire-fault.js';

/** Type bytes. Numbers are never reused. */
const TYPE_BYTES: Readonly<Record<MessageType, number>> = {
  hello: 1,
  ping: 2,
  pong: 3,
  announce: 4,
  getHeaders: 5,
  headers: 6,
  reject: 7,
  getBlocks: 8,
  blocks: 9,
  notFound: 10,
};

/** Type, request id and hash stand before a body. */
const BODY_ENVELOPE_BYTES = 64;

/** A message, or what is wrong with its bytes. */
export type DecodeResult =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly code: WireFault | 'PEER_WRONG_VERSION'; readonly detail: string };

/**
 * Most bytes of a message, by its first byte: what a receiver need not wait for the end of.
 *
 * @param typeByte  also of a type that is not known
 */
export function messageBytesMaxOf(typeByte: number): number {
  // Type, request id, parent and count stand before the headers.
  if (typeByte === TYPE_BYTES.headers) return HEADERS_PAYLOAD_BYTES_MAX + 64;
  return typeByte === TYPE_BYTES.blocks ? BODY_BYTES_MAX + BODY_ENVELOPE_BYTES : SMALL_MESSAGE_BYTES_MAX;
}

function sizeHint(message: Message): number {
  if (message.type === 'headers') return message.payload.length + 64;
  if (message.type === 'getHeaders') return 32 * message.locator.length + 64;
  return message.type === 'blocks' ? message.body.length + BODY_ENVELOPE_BYTES : 128;
}

/** @throws {RangeError} if a field is out of its range */
export function encodeMessage(message: Message): Uint8Array {
  return encodeStream(message).slice(LENGTH_BYTES);
}

/** A message as it stands on the stream of bytes: behind its length. @throws as {@link encodeMessage} */
export function encodeStream(message: Message): Uint8Array {
  const writer = new ByteWriter(LENGTH_BYTES + sizeHint(message));
  writer.u32(0);
  writer.u8(TYPE_BYTES[message.type]);
  writer.varint('requestId' in message ? message.requestId : 0);
  switch (message.type) {
    case 'hello':
      writer.varint(message.version);
      writer.raw(message.networkId);
      writer.varint(message.height);
      writeChainwork(writer, message.chainwork);
      writer.varint(message.services);
      writeAscii(writer, message.userAgent, USER_AGENT_BYTES_MAX);
      writer.u64(message.session);
      if (message.identity.length > IDENTITY_BYTES_MAX) throw new RangeError('identity: too long');
      writer.varint(message.identity.length);
      writer.raw(message.identity);
      break;
    case 'announce':
      writer.varint(message.height);
      writer.raw(message.hash);
      writer.raw(message.prev);
      break;
    case 'getHeaders':
      writer.varint(message.locator.length);
      for (const hash of message.locator) writer.raw(hash);
      writer.u8(message.stop === undefined ? 0 : 1);
      if (message.stop !== undefined) writer.raw(message.stop);
      writer.varint(message.skip);
      writer.varint(message.max);
      break;
    case 'headers':
      writer.raw(message.parent);
      writer.varint(message.count);
      if (message.payload.length > HEADERS_PAYLOAD_BYTES_MAX) throw new RangeError('payload: too long');
      writer.raw(message.payload);
      break;
    case 'reject':
      writeAscii(writer, message.code, REJECT_CODE_BYTES_MAX);
      break;
    case 'getBlocks':
    case 'notFound':
      if (message.hashes.length === 0 || message.hashes.length > BLOCK_HASHES_MAX)
        throw new RangeError(`hashes: ${message.hashes.length}, must be 1 to ${BLOCK_HASHES_MAX}`);
      writer.varint(message.hashes.length);
      for (const hash of message.hashes) writer.raw(hash);
      break;
    case 'blocks':
      if (message.body.length === 0 || message.body.length > BODY_BYTES_MAX)
        throw new RangeError(`body: ${message.body.length} bytes, must be 1 to ${BODY_BYTES_MAX}`);
      writer.raw(message.hash);
      writer.raw(message.body);
      break;
    case 'ping':
    case 'pong':
      break;
  }
  const stream = writer.view();
  writeU32(stream, 0, stream.length - LENGTH_BYTES);
  return stream;
}

/** Views in the result point into `bytes`. */
export function decodeMessage(bytes: Uint8Array): DecodeResult {
  if (bytes.length === 0) return { ok: false, code: 'WIRE_EMPTY', detail: 'no bytes' };
  const reader = new ByteReader(bytes);
  const typeByte = reader.u8();
  const requestId = reader.varint();
  if (typeByte === TYPE_BYTES.hello) {
    // What follows the version belongs to it: a later version may say more.
    const version = new ByteReader(bytes.subarray(reader.position)).varint();
    if (version > PROTOCOL_VERSION)
      return { ok: false, code: 'PEER_WRONG_VERSION', detail: `version ${version}` };
  }
  const message = decodeBody(typeByte, requestId, reader);
  if (message === undefined) return { ok: false, code: 'WIRE_UNKNOWN_TYPE', detail: `type ${typeByte}` };
  // Messages that are no answers and ask for none carry 0, so that each has one encoding.
  if (requestId !== 0 && !('requestId' in message)) reader.fail();
  if (!reader.isDone) return { ok: false, code: 'WIRE_MALFORMED', detail: message.type };
  return { ok: true, message };
}

/** A message that holds whatever could be read; it counts only if the reader did not fail. */
function decodeBody(typeByte: number, requestId: number, reader: ByteReader): Message | undefined {
  switch (typeByte) {
    case TYPE_BYTES.hello:
      return {
        type: 'hello',
        version: reader.varint(),
        networkId: reader.view(32),
        height: reader.varint(),
        chainwork: readChainwork(reader),
        services: reader.varint(),
        userAgent: readAscii(reader, USER_AGENT_BYTES_MAX),
        session: reader.u64(),
        identity: reader.view(readCount(reader, IDENTITY_BYTES_MAX)),
      };
    case TYPE_BYTES.ping:
      return { type: 'ping', requestId };
    case TYPE_BYTES.pong:
      return { type: 'pong', requestId };
    case TYPE_BYTES.announce:
      return { type: 'announce', height: reader.varint(), hash: reader.view(32), prev: reader.view(32) };
    case TYPE_BYTES.getHeaders: {
      const count = readCount(reader, LOCATOR_HASHES_MAX);
      const locator = Array.from({ length: count }, () => reader.view(32));
      const stop = readCount(reader, 1) === 1 ? reader.view(32) : undefined;
      const skip = reader.varint();
      const max = readCount(reader, HEADERS_PER_MESSAGE_MAX);
      if (max === 0) reader.fail();
      return { type: 'getHeaders', requestId, locator, stop, skip, max };
    }
    case TYPE_BYTES.headers: {
      const parent = reader.view(32);
      const count = readCount(reader, HEADERS_PER_MESSAGE_MAX);
      if (reader.remaining > HEADERS_PAYLOAD_BYTES_MAX) reader.fail();
      return { type: 'headers', requestId, parent, count, payload: reader.view(reader.remaining) };
    }
    case TYPE_BYTES.reject:
      return { type: 'reject', code: readAscii(reader, REJECT_CODE_BYTES_MAX) };
    case TYPE_BYTES.getBlocks:
      return { type: 'getBlocks', requestId, hashes: readHashes(reader) };
    case TYPE_BYTES.blocks: {
      const hash = reader.view(32);
      if (reader.remaining === 0 || reader.remaining > BODY_BYTES_MAX) reader.fail();
      return { type: 'blocks', requestId, hash, body: reader.view(reader.remaining) };
    }
    case TYPE_BYTES.notFound:
      return { type: 'notFound', requestId, hashes: readHashes(reader) };
    default:
      return undefined;
  }
}

/** At least one, and no more than a window holds. */
function readHashes(reader: ByteReader): Uint8Array[] {
  const count = readCount(reader, BLOCK_HASHES_MAX);
  if (count === 0) reader.fail();
  return Array.from({ length: count }, () => reader.view(32));
}

function readCount(reader: ByteReader, max: number): number {
  const count = reader.varint();
  if (count <= max) return count;
  reader.fail();
  return 0;
}

/** Length byte and big-endian bytes without leading zeros: at most 32. */
function writeChainwork(writer: ByteWriter, chainwork: bigint): void {
  if (chainwork < 0n || chainwork >= 1n << 256n) throw new RangeError('chainwork: out of range');
  const digits = chainwork === 0n ? '' : chainwork.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  writer.u8(even.length / 2);
  for (let i = 0; i < even.length; i += 2) writer.u8(Number.parseInt(even.slice(i, i + 2), 16));
}

function readChainwork(reader: ByteReader): bigint {
  const bytes = reader.view(readCount(reader, 32));
  if (bytes[0] === 0) reader.fail();
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

function writeAscii(writer: ByteWriter, text: string, bytesMax: number): void {
  if (text.length > bytesMax || !/^[\x20-\x7e]*$/.test(text))
    throw new RangeError(`text: ${text} does not fit`);
  writer.varint(text.length);
  for (let i = 0; i < text.length; i++) writer.u8(text.charCodeAt(i));
}

function readAscii(reader: ByteReader, bytesMax: number): string {
  const bytes = reader.view(readCount(reader, bytesMax));
  if (bytes.some((byte) => byte < 0x20 || byte > 0x7e)) reader.fail();
  return String.fromCharCode(...bytes);
}
