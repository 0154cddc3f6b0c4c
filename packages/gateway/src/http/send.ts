import type { ServerResponse } from 'node:http';
import { HTTP_READ_WINDOW_BYTES, HTTP_SEND_BYTES } from '../limits.js';
import type { HttpAnswer } from './answer.js';

/**
 * Sends an answer no faster than the client takes it: what it has not taken stays here, in pieces that are known to
 * have left. Who takes too little of it within a window of time is disconnected, so that an answer is not kept for
 * someone who does not read.
 *
 * @param taken  resolves when the client has taken the answer, or is gone
 * @param readWindowMs  see HTTP_READ_WINDOW_MS
 */
export async function send(
  response: ServerResponse,
  { status, type, body, headers }: HttpAnswer,
  taken: Promise<void>,
  readWindowMs: number,
): Promise<void> {
  const pieces = typeof body === 'string' ? [Buffer.from(body)] : body;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-length': length,
    ...headers,
  });
  let sent = 0;
  let due = Math.min(length, HTTP_READ_WINDOW_BYTES);
  const watch = setInterval(() => {
    if (sent < due) response.destroy();
    due = Math.min(length, sent + HTTP_READ_WINDOW_BYTES);
  }, readWindowMs);
  for (const part of parts(pieces)) {
    if (response.destroyed) break;
    await Promise.race([taken, new Promise<void>((resolve) => response.write(part, () => resolve()))]);
    sent += part.length;
  }
  clearInterval(watch);
  if (!response.destroyed) response.end();
}

function* parts(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces)
    for (let from = 0; from < piece.length; from += HTTP_SEND_BYTES)
      yield piece.subarray(from, from + HTTP_SEND_BYTES);
}
