/** What the routes are made of. */
import type { IncomingMessage } from 'node:http';
import type { HttpClient } from './http-client.js';

/** What is sent back. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  /** Text, or its UTF-8 bytes in pieces: what is large is never put together. */
  readonly body: string | readonly Uint8Array[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** One path. GET stands for HEAD too. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  /** Whether it tells how the gateway fares: for that there is room when there is none for anything else. */
  readonly isStatus?: boolean;
  /** Tokens that a request costs, whatever the answer. Default 1. */
  readonly cost?: number;
  /** @returns undefined if the client is gone and nothing was made */
  answer(
    request: IncomingMessage,
    client: HttpClient,
  ): HttpAnswer | undefined | Promise<HttpAnswer | undefined>;
}

/** Routes by their paths. */
export type HttpRoutes = ReadonlyMap<string, HttpRoute>;

/** An answer of JSON text. */
export function jsonAnswer(status: number, body: HttpAnswer['body']): HttpAnswer {
  return { status, type: 'application/json', body };
}

/** An answer in a sentence. */
export function textAnswer(status: number, body: string, headers?: Record<string, string>): HttpAnswer {
  return { status, type: 'text/plain', body: `${body}\n`, ...(headers && { headers }) };
}

/** The answer to an address that has used up what it may cost for now. */
export function busyAnswer(waitMs: number): HttpAnswer {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1000)));
  return textAnswer(429, `Too much was asked from this address; ask again in ${seconds} s.`, {
    'retry-after': seconds,
  });
}
