/** The body of a request, within its limit. */
import type { IncomingMessage } from 'node:http';
import { HTTP_BODY_BYTES_MAX } from '../../limits.js';
import { RequestFault } from './request-fault.js';

/** A byte order mark stays in the text, where JSON has none. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a body of UTF-8, whatever its content type says: what else could it be here? Not a byte above the limit is kept.
 *
 * @throws {RequestFault} if it is too large, or not text
 * @throws the error of the connection if it ends before the body does
 */
export async function readText(request: IncomingMessage, bytesMax = HTTP_BODY_BYTES_MAX): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = Number(request.headers['content-length'] ?? 0);
  if (bytes <= bytesMax) {
    bytes = 0;
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > bytesMax) break;
      chunks.push(chunk);
    }
  }
  if (bytes > bytesMax) {
    // What still comes is thrown away: a sender that is cut off in the middle does not see the answer.
    request.resume();
    throw new RequestFault(`the body is larger than ${bytesMax} bytes`);
  }
  try {
    return utf8.decode(Buffer.concat(chunks));
  } catch {
    throw new RequestFault('the body is not UTF-8');
  }
}
