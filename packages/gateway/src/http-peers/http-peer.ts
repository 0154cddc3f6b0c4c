/**
 * One node that is reached by its HTTP routes (docs/chains/vision.md §7): a gateway, or an existing Vision node. What it
 * answers is only text to be read: nothing here believes any of it.
 *
 * Memory: one answer at a time, of HTTP_PEER_ANSWER_BYTES_MAX.
 */
import { type JsonValue, parseLosslessJson } from '@vision-light/protocol';
import { HTTP_PEER_ANSWER_BYTES_MAX, HTTP_PEER_TIMEOUT_MS } from '../limits.js';

/** An answer: its status, and the members of its JSON object. */
export interface PeerAnswer {
  readonly status: number;
  readonly members: { readonly [name: string]: JsonValue };
}

/** Why there is no answer. */
export class HttpPeerError extends Error {
  override readonly name = 'HttpPeerError';
}

/** Asks one node, one question at a time. */
export class HttpPeer {
  readonly #stop = new AbortController();

  /** @param url  of the node's HTTP side, with or without a slash at its end */
  constructor(readonly url: string) {}

  /** Ends what is being asked, and refuses what follows. */
  close(): void {
    this.#stop.abort();
  }

  /**
   * Posts JSON to a route.
   *
   * @throws {HttpPeerError} if there is no answer in time, or none that is a JSON object of at most
   *   HTTP_PEER_ANSWER_BYTES_MAX
   */
  async post(route: string, json: string): Promise<PeerAnswer> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(HTTP_PEER_TIMEOUT_MS)]);
    try {
      const response = await fetch(`${this.url.replace(/\/$/, '')}/p2p/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: json,
        redirect: 'error',
        signal,
      });
      return { status: response.status, members: membersOf(await textOf(response)) };
    } catch (error) {
      throw new HttpPeerError(`${route}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > HTTP_PEER_ANSWER_BYTES_MAX) throw new RangeError('the answer is too large');
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function membersOf(text: string): PeerAnswer['members'] {
  const value = parseLosslessJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('the answer is no JSON object');
  return value;
}
