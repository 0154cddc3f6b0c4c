/** What the routes are made of. */
import type { IncomingMessage } from 'node:http';

/** What is sent back. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One path. GET stands for HEAD too. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  /** @param taken  resolves when the client has taken the answer, or is gone */
  answer(request: IncomingMessage, taken: Promise<void>): HttpAnswer | Promise<HttpAnswer>;
}

/** Routes by their paths. */
export type HttpRoutes = ReadonlyMap<string, HttpRoute>;

/** An answer of JSON text. */
export function jsonAnswer(status: number, body: string): HttpAnswer {
  return { status, type: 'application/json', body };
}

/** An answer in a sentence. */
export function textAnswer(status: number, body: string, headers?: Record<string, string>): HttpAnswer {
  return { status, type: 'text/plain', body: `${body}\n`, ...(headers && { headers }) };
}
