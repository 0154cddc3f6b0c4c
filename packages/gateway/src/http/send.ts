import type { ServerResponse } from 'node:http';
import { HTTP_SEND_BYTES } from '../limits.js';
import type { HttpAnswer } from './answer.js';

/**
 * Sends an answer no faster than the client takes it: what it has not taken stays here, in pieces that are known to
 * have left.
 *
 * @param taken  resolves when the client has taken the answer, or is gone
 */
export async function send(
  response: ServerResponse,
  { status, type, body, headers }: HttpAnswer,
  taken: Promise<void>,
): Promise<void> {
  const pieces = typeof body === 'string' ? [Buffer.from(body)] : body;
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-length': pieces.reduce((sum, { length }) => sum + length, 0),
    ...headers,
  });
  for (const part of parts(pieces)) {
    if (response.destroyed) return;
    await Promise.race([taken, new Promise<void>((resolve) => response.write(part, () => resolve()))]);
  }
  response.end();
}

function* parts(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces)
    for (let from = 0; from < piece.length; from += HTTP_SEND_BYTES)
      yield piece.subarray(from, from + HTTP_SEND_BYTES);
}
