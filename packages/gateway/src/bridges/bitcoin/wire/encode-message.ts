/** Messages to bytes. */
import { ByteWriter } from '@vision-light/protocol';
import {
  CHECKSUM_BYTES,
  COMMAND_BYTES,
  defaultHash,
  FRAME_HEADER_BYTES,
  type PayloadHash,
} from './frame-header.js';
import type { KnownMessage } from './message.js';
import { messageRows } from './message-table.js';

/** A message as it is sent, with all that stands before its payload. @throws {RangeError} if a field is out of its range */
export function encodeMessage(
  magic: number,
  message: KnownMessage,
  hash: PayloadHash = defaultHash,
): Uint8Array {
  const row = messageRows.get(message.command);
  if (row === undefined) throw new RangeError(`command: ${message.command} is not known`);
  const payload = new ByteWriter();
  row.encode(payload, message);
  return framePayload(magic, message.command, payload.view(), hash);
}

/** A payload with all that stands before it. @throws {RangeError} if the command is not at most 12 printable characters */
export function framePayload(
  magic: number,
  command: string,
  payload: Uint8Array,
  hash: PayloadHash = defaultHash,
): Uint8Array {
  if (!/^[\x20-\x7e]{0,12}$/.test(command)) throw new RangeError(`command: ${command} is not a name`);
  const writer = new ByteWriter(FRAME_HEADER_BYTES + payload.length);
  writer.u32(magic);
  for (let i = 0; i < COMMAND_BYTES; i++) writer.u8(i < command.length ? command.charCodeAt(i) : 0);
  writer.u32(payload.length);
  writer.raw(hash(payload).subarray(0, CHECKSUM_BYTES));
  writer.raw(payload);
  return writer.view();
}
