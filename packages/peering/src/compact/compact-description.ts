/**
 * A session description of a data channel as about a hundred bytes, for where each byte is dear: in a code that a camera
 * reads, and in messages that peers relay. The rest of a session description is the same for every data channel, so the
 * other side makes it anew.
 *
 * Bytes come from strangers. What is read becomes numbers, hexadecimal digits, or one of the 64 characters that ICE
 * allows, so no line can be smuggled into a session description. Each description has one form only; any other is
 * refused. What bounds it: {@link COMPACT_DESCRIPTION_BYTES_MAX}.
 *
 * | bytes | field |
 * |---|---|
 * | 1 | bits: 0 answer, 1–2 setup role, 3 `isFirst`, 4 the SCTP port is written; the others are 0 |
 * | 32 | SHA-256 of the certificate |
 * | 1–5 | the largest message that the sender takes, in bytes; 0: any size |
 * | 0, 2 | SCTP port, if it is not 5000 |
 * | 4–193 | user fragment: number of characters (4 to 256 by ICE; here to 255), then 6 bits each |
 * | 18–193 | password: the same, from 22 characters |
 * | 1… | number of candidates, then each of them |
 *
 * A candidate: bits 0–1 kind of address (IPv4, IPv6, name of multicast DNS, that of an earlier candidate), 2–3 host,
 * server-reflexive, peer-reflexive, relayed, 4–5 UDP, passive TCP, TCP that opens at once; the address in 4 or 16 bytes,
 * or the place of the earlier candidate in 1; the port in 2.
 */
import { type Description, fingerprintOf, maxMessageBytesOf } from '@vision-light/signaling';
import { hexOf } from '../hex.js';
import { describeDataChannel, SCTP_PORT } from '../session-description.js';
import { FieldReader, packIceChars, varint } from './byte-fields.js';
import { decodeCandidates, encodeCandidates } from './candidate-fields.js';

/**
 * Longest compact description, in bytes. Sixteen addresses of IPv6 with the credentials of a browser take 370; above it
 * is only who chooses credentials that are longer than any browser's.
 */
export const COMPACT_DESCRIPTION_BYTES_MAX = 600;

/** Who opens the DTLS connection, by its number. @see RFC 5763, section 5 */
const setupRoles: readonly string[] = ['actpass', 'active', 'passive'];

/** Fewest characters of the credentials. @see RFC 8839, section 5.4 */
const UFRAG_CHARS_MIN = 4;
const PASSWORD_CHARS_MIN = 22;

const IS_ANSWER = 1;
const IS_FIRST = 8;
const HAS_SCTP_PORT = 16;

/**
 * Writes a description of a data channel, with the candidates that are in it.
 *
 * @returns undefined if it has no place in this form: another certificate's hash than SHA-256, credentials that ICE does
 *   not allow, a medium that is not called `0`, a lite implementation of ICE, or too many bytes
 */
export function encodeDescription({ type, sdp, isFirst }: Description): Uint8Array | undefined {
  const setup = setupRoles.indexOf(attributeOf(sdp, 'setup') ?? '');
  const fingerprint = fingerprintOf(sdp);
  const ufrag = packIceChars(attributeOf(sdp, 'ice-ufrag') ?? '');
  const password = packIceChars(attributeOf(sdp, 'ice-pwd') ?? '');
  if (!isSetupOf(type, setup) || attributeOf(sdp, 'mid') !== '0' || /^a=ice-lite\s*$/m.test(sdp))
    return undefined;
  if (fingerprint === undefined || ufrag === undefined || password === undefined) return undefined;
  if ((ufrag[0] ?? 0) < UFRAG_CHARS_MIN || (password[0] ?? 0) < PASSWORD_CHARS_MIN) return undefined;
  const sctpPort = Number(attributeOf(sdp, 'sctp-port') ?? SCTP_PORT);
  if (!(sctpPort >= 1 && sctpPort <= 0xffff)) return undefined;
  const isOtherPort = sctpPort !== SCTP_PORT;
  const bits =
    (type === 'answer' ? IS_ANSWER : 0) |
    (setup << 1) |
    (type === 'offer' && isFirst ? IS_FIRST : 0) |
    (isOtherPort ? HAS_SCTP_PORT : 0);
  const messageBytes = maxMessageBytesOf(sdp);
  const bytes = Uint8Array.from([
    bits,
    ...fingerprint,
    ...varint(messageBytes === Number.MAX_SAFE_INTEGER ? 0 : Math.min(messageBytes, 0xffff_ffff)),
    ...(isOtherPort ? [sctpPort >> 8, sctpPort & 0xff] : []),
    ...ufrag,
    ...password,
    ...encodeCandidates(sdp),
  ]);
  return bytes.length > COMPACT_DESCRIPTION_BYTES_MAX ? undefined : bytes;
}

/** @returns the description in full; undefined unless each byte has its form */
export function decodeDescription(bytes: Uint8Array): Description | undefined {
  if (bytes.length > COMPACT_DESCRIPTION_BYTES_MAX) return undefined;
  const fields = new FieldReader(bytes);
  const bits = fields.uint8();
  const type = bits & IS_ANSWER ? 'answer' : 'offer';
  const setup = (bits >> 1) & 3;
  const isFirst = (bits & IS_FIRST) !== 0;
  const fingerprint = fields.take(32);
  const messageBytes = fields.varint();
  const isOtherPort = (bits & HAS_SCTP_PORT) !== 0;
  const sctpPort = isOtherPort ? fields.uint16() : SCTP_PORT;
  const ufrag = fields.iceChars();
  const password = fields.iceChars();
  const candidates = decodeCandidates(fields);
  if (!fields.isWhole || candidates === undefined || bits > 31 || !isSetupOf(type, setup)) return undefined;
  if (ufrag.length < UFRAG_CHARS_MIN || password.length < PASSWORD_CHARS_MIN) return undefined;
  if (sctpPort === 0 || isOtherPort === (sctpPort === SCTP_PORT) || (isFirst && type === 'answer'))
    return undefined;
  const sdp = describeDataChannel({
    fragment: ufrag,
    password,
    fingerprint: hexOf(fingerprint),
    setup: setupRoles[setup] ?? '',
    sctpPort,
    more: ['a=ice-options:trickle', `a=max-message-size:${messageBytes}`, ...candidates],
  });
  return isFirst ? { type, sdp, isFirst } : { type, sdp };
}

/** An answer says which side opens DTLS. */
function isSetupOf(type: Description['type'], setup: number): boolean {
  return setupRoles[setup] !== undefined && (type === 'offer' || setup > 0);
}

function attributeOf(sdp: string, name: string): string | undefined {
  return new RegExp(`^a=${name}:(\\S+)\\s*$`, 'm').exec(sdp)?.[1];
}
