/**
 * The candidates of a description, as few bytes. Kept of a candidate is where it can be reached, and of several which is
 * preferred: priorities and foundations are made anew, from the order.
 *
 * Candidates of TCP that only call (`tcptype active`) are left out. Nobody can call them, so no check is ever sent to one.
 *
 * @see RFC 8839, section 5.1: the grammar of a candidate
 * @see RFC 6544, section 6.2: pairs with an active candidate of the other side are removed
 */
import { type Address, addressBytesOf, formatAddress, parseAddress } from './address.js';
import type { FieldReader } from './byte-fields.js';

/** Candidates of one description; those of lower priority are left out. A host with two addresses has four. */
export const COMPACT_CANDIDATES_MAX = 16;

/** Kinds of candidates, with the preference that RFC 8445, section 5.1.2.2, recommends. */
const types = [
  { name: 'host', preference: 126 },
  { name: 'srflx', preference: 100 },
  { name: 'prflx', preference: 110 },
  { name: 'relay', preference: 0 },
] as const;

/** Ways to reach a candidate, with what follows its type in the text. */
const transports = [
  { name: 'udp', more: '' },
  { name: 'tcp', more: ' tcptype passive' },
  { name: 'tcp', more: ' tcptype so' },
] as const;

/** In place of the kind of an address: the address is that of an earlier candidate, whose place follows. */
const REPEATED = 3;

const CANDIDATE_LINE =
  /^a=candidate:\S+ 1 (udp|tcp) (\d{1,10}) (\S+) (\d{1,5}) typ (host|srflx|prflx|relay)\b(.*)$/gim;

interface Candidate {
  readonly transport: number;
  readonly type: number;
  readonly address: Address;
  readonly port: number;
}

/** The candidates of a session description: their number, then each of them. What cannot be written is left out. */
export function encodeCandidates(sdp: string): number[] {
  const candidates = [...sdp.matchAll(CANDIDATE_LINE)]
    .sort((a, b) => Number(b[2]) - Number(a[2]))
    .flatMap((line) => parseCandidate(line) ?? [])
    .sort((a, b) => preferenceOf(b) - preferenceOf(a))
    .slice(0, COMPACT_CANDIDATES_MAX);
  const written: Address[] = [];
  return [candidates.length, ...candidates.flatMap((candidate) => encodeCandidate(candidate, written))];
}

/** @returns the lines of the candidates, without line ends; a number or a form that is not written is a fault */
export function decodeCandidates(fields: FieldReader): readonly string[] | undefined {
  const count = fields.uint8();
  if (count > COMPACT_CANDIDATES_MAX) return undefined;
  const read: Address[] = [];
  const lines: string[] = [];
  let preference = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i += 1) {
    const candidate = decodeCandidate(fields, read);
    if (candidate === undefined || preferenceOf(candidate) > preference) return undefined;
    preference = preferenceOf(candidate);
    lines.push(formatCandidate(candidate, i));
  }
  return lines;
}

function parseCandidate([, protocol = '', , address = '', port, type = '', more = '']: RegExpExecArray):
  | Candidate
  | undefined {
  const tcpType = /\btcptype (\w+)/i.exec(more)?.[1]?.toLowerCase();
  const transport = transports.findIndex(
    ({ name, more }) => name === protocol.toLowerCase() && (name === 'udp' || more.endsWith(` ${tcpType}`)),
  );
  const parsed = parseAddress(address);
  const isPort = Number(port) >= 1 && Number(port) <= 0xffff;
  if (transport < 0 || parsed === undefined || !isPort) return undefined;
  const kind = types.findIndex(({ name }) => name === type.toLowerCase());
  return { transport, type: kind, address: parsed, port: Number(port) };
}

function encodeCandidate({ transport, type, address, port }: Candidate, written: Address[]): number[] {
  const place = indexOfAddress(written, address);
  written.push(address);
  const kind = place < 0 ? address.kind : REPEATED;
  const where = place < 0 ? address.bytes : [place];
  return [(transport << 4) | (type << 2) | kind, ...where, port >> 8, port & 0xff];
}

/** Each candidate has one form only: an address that was there before is repeated, and from its first place. */
function decodeCandidate(fields: FieldReader, read: Address[]): Candidate | undefined {
  const head = fields.uint8();
  const kind = head & 3;
  const address = kind === REPEATED ? read[fields.uint8()] : takeAddress(fields, kind);
  const port = fields.uint16();
  const transport = head >> 4;
  if (address === undefined || fields.isFaulty || transports[transport] === undefined || port === 0)
    return undefined;
  const place = indexOfAddress(read, address);
  if (kind === REPEATED ? read[place] !== address : place >= 0) return undefined;
  read.push(kind === REPEATED ? { ...address } : address);
  return { transport, type: (head >> 2) & 3, address, port };
}

function takeAddress(fields: FieldReader, kind: number): Address {
  return { kind, bytes: fields.take(addressBytesOf(kind) ?? 0) };
}

function indexOfAddress(addresses: readonly Address[], { kind, bytes }: Address): number {
  return addresses.findIndex(
    (each) => each.kind === kind && each.bytes.every((byte, i) => byte === bytes[i]),
  );
}

/** UDP comes before TCP. */
function preferenceOf({ transport, type }: Candidate): number {
  const { preference = 0 } = types[type] ?? {};
  return transport === 0 ? preference : preference >> 1;
}

/** Where a candidate other than a host's was seen from is not passed on, but the field must be there. */
function formatCandidate(candidate: Candidate, place: number): string {
  const { transport, type, address, port } = candidate;
  const { name: protocol = 'udp', more = '' } = transports[transport] ?? {};
  const { name = 'host' } = types[type] ?? {};
  const priority = preferenceOf(candidate) * 2 ** 24 + (0xffff - place) * 256 + 255;
  const related = name === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
  return `a=candidate:${place + 1} 1 ${protocol} ${priority} ${formatAddress(address)} ${port} typ ${name}${related}${more}`;
}
