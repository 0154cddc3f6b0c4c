/**
 * What passes between a peer and a WebTorrent tracker: JSON in text frames of a WebSocket. A peer announces itself in the
 * swarm of an `info_hash`, with offers that the tracker passes to as many other peers, each to another; a peer answers an
 * offer with an announce to the sender. Bytes are written as strings whose characters are below 256.
 *
 * @see https://github.com/webtorrent/bittorrent-tracker, lib/client/websocket-tracker.js and lib/server/parse-websocket.js
 */
import { isRecord } from '../is-record.js';
import { parseJson } from '../parse-json.js';
import { type Description, decodeSignalData } from '../signal-data.js';

/** Longest frame that is read, in characters: a description of the greatest length, each of its characters escaped, twice. */
export const FRAME_CHARS_MAX = 65_536;

/** Bytes of an info hash, of a peer's id and of an offer's id. */
const ID_BYTES = 20;

/** Seconds between two announces where a tracker does not say, which is usual. */
const INTERVAL_DEFAULT_S = 120;

/** Characters of a tracker's reason that are shown. Arbitrary. */
const REASON_CHARS_MAX = 80;

/** Where an answer goes: the peer that offered, and which of its offers. */
export interface OfferPlace {
  readonly peerId: string;
  readonly offerId: string;
}

/** A message of a tracker, checked. */
export type TrackerMessage =
  | { readonly kind: 'refused'; readonly reason: string }
  /** The answer to an announce. `others`: peers of the swarm but us, undefined if the tracker does not say. */
  | { readonly kind: 'announced'; readonly intervalS: number; readonly others: number | undefined }
  | ({ readonly kind: 'offer' | 'answer'; readonly description: Description } & OfferPlace)
  /** JSON of a tracker that is nothing for us. */
  | { readonly kind: 'other' };

/**
 * The swarm of a network: the first 20 bytes of the network id, which is a hash already, so that no other network and no
 * torrent has the same.
 *
 * @param networkId  64 hex digits
 */
export function infoHashOf(networkId: string): string {
  return hexToBinary(networkId.slice(0, ID_BYTES * 2));
}

/** @param id  of 20 bytes. @returns 40 hex digits */
function binaryToHex(id: string): string {
  return Array.from(id, (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('');
}

function hexToBinary(hex: string): string {
  return hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
}

/** A name for who has made one offer, of 81 characters that need no escape anywhere. */
export function nameOf({ peerId, offerId }: OfferPlace): string {
  return `${binaryToHex(peerId)}.${binaryToHex(offerId)}`;
}

/** @returns undefined for what {@link nameOf} does not make */
export function placeOf(name: string): OfferPlace | undefined {
  const [, peerId, offerId] = /^([0-9a-f]{40})\.([0-9a-f]{40})$/.exec(name) ?? [];
  if (peerId === undefined || offerId === undefined) return undefined;
  return { peerId: hexToBinary(peerId), offerId: hexToBinary(offerId) };
}

/**
 * Checks a frame of a tracker.
 *
 * @param frame  what the WebSocket gave
 * @returns undefined if it is no JSON object, or too long to be read
 */
export function decodeTrackerMessage(frame: unknown, infoHash: string): TrackerMessage | undefined {
  if (typeof frame !== 'string' || frame.length > FRAME_CHARS_MAX) return undefined;
  const message = parseJson(frame);
  if (!isRecord(message)) return undefined;
  const reason = message['failure reason'];
  if (reason !== undefined) return { kind: 'refused', reason: shownReason(reason) };
  if (message.action !== 'announce' || message.info_hash !== infoHash) return { kind: 'other' };
  const { offer, answer, interval } = message;
  if (offer !== undefined) return decodePassedOn('offer', offer, message);
  if (answer !== undefined) return decodePassedOn('answer', answer, message);
  const intervalS = typeof interval === 'number' ? interval : INTERVAL_DEFAULT_S;
  return { kind: 'announced', intervalS, others: othersOf(message) };
}

function decodePassedOn(
  kind: Description['type'],
  data: unknown,
  { peer_id: peerId, offer_id: offerId }: Record<string, unknown>,
): TrackerMessage {
  const description = decodeSignalData(data);
  if (description?.type !== kind || !isId(peerId) || !isId(offerId)) return { kind: 'other' };
  return { kind, description, peerId, offerId };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length === ID_BYTES && /^[\0-\xff]*$/.test(value);
}

function othersOf({ complete, incomplete }: Record<string, unknown>): number | undefined {
  if (typeof complete !== 'number' || typeof incomplete !== 'number') return undefined;
  return Math.max(0, complete + incomplete - 1);
}

/** A reason is text for people, which a hostile tracker chooses. */
function shownReason(reason: unknown): string {
  const text = typeof reason === 'string' ? reason.slice(0, REASON_CHARS_MAX) : '';
  return text.replace(/[^ -~]/g, '?') || 'no reason';
}
