/** A stranger that serves a list of headers, valid or not, as if it were the chain after genesis. */
import { ByteWriter, type ChainFamily, type HeaderBatch, type Message } from '@vision-light/protocol';
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

/** The `headers` message that answers a request for a part of a chain after genesis. */
export function answerFrom(
  family: ChainFamily,
  chain: HeaderBatch,
  request: Extract<Message, { type: 'getHeaders' }>,
): Message {
  const from = Math.min(request.skip, chain.count);
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
