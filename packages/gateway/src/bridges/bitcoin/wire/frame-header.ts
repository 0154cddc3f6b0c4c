/** The 24 bytes before every payload: magic (4), command (12), length (4), checksum (4). */
import { sha256d } from '@vision-light/protocol';

/** Bytes before a payload. */
export const FRAME_HEADER_BYTES = 24;
/** Where the command stands. */
export const COMMAND_AT = 4;
/** Bytes of a command: its name, and zeros behind it. */
export const COMMAND_BYTES = 12;
/** Where the length of the payload stands. */
export const LENGTH_AT = 16;
/** Where the checksum stands. */
export const CHECKSUM_AT = 20;
/** Bytes of the checksum: the first ones of a hash of the payload. */
export const CHECKSUM_BYTES = 4;

/** Hashes a payload, SHA-256 twice; the first {@link CHECKSUM_BYTES} count. */
export type PayloadHash = (payload: Uint8Array) => Uint8Array;

/** The hash of the core. A platform may have a faster one. */
export const defaultHash: PayloadHash = (payload) => sha256d(payload);
