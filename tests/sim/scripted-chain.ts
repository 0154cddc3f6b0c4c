/** A stranger that serves a list of headers, valid or not, as if it were the chain after genesis. */
import {
  ByteWriter,
  bytesToHex,
  type ChainFamily,
  type HeaderBatch,
  type Message,
} from '@vision-light/protocol';
import { answerPings, type Stranger } from './stranger.js';

/** Headers `from` … `to` − 1 of a batch. */
export function part(
  family: ChainFamily,
  { records, hashes }: HeaderBatch,
  from: number,
  to: number,
): HeaderBatch {
  return {
    count: to - from,
    records: records.slice(from * family.recordBytes, to * family.recordBytes),
    hashes: hashes.slice(from * 32, to * 32),
  };
}

/** Where each header of a chain stands in it, by its hash in hex; made once. */
const placesOf = new WeakMap<HeaderBatch, ReadonlyMap<string, number>>();

function places(chain: HeaderBatch): ReadonlyMap<string, number> {
  const known = placesOf.get(chain);
  if (known !== undefined) return known;
  const made = new Map<string, number>();
  for (let i = 0; i < chain.count; i++) made.set(bytesToHex(chain.hashes.subarray(32 * i, 32 * i + 32)), i);
  placesOf.set(chain, made);
  return made;
}

/** The `headers` message that answers a request for a part of a chain after genesis, or after a header of it that is named. */
export function answerFrom(
  family: ChainFamily,
  chain: HeaderBatch,
  request: Extract<Message, { type: 'getHeaders' }>,
): Message {
  const named = request.locator.map((hash) => places(chain).get(bytesToHex(hash)));
  const fork = named.find((place) => place !== undefined) ?? -1;
  const from = Math.min(fork + 1 + request.skip, chain.count);
  const batch = part(family, chain, from, Math.min(chain.count, from + request.max));
  const writer = new ByteWriter();
  family.encodeBatch(writer, batch);
  const parent = from === 0 ? family.genesis.hash : chain.hashes.slice(from * 32 - 32, from * 32);
  return {
    type: 'headers',
    requestId: request.requestId,
    parent,
    count: batch.count,
    payload: writer.bytes(),
  };
}

/** Answers every request from genesis on. */
export function serve(family: ChainFamily, chain: HeaderBatch): (message: Message, self: Stranger) => void {
  return (message, self) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(family, chain, message));
  };
}
