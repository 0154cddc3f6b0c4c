/**
 * Asks one node over HTTP (docs/chains/vision.md §7): a gateway, or an existing Vision node. What it answers is only text to
 * be read: nothing here believes any of it.
 *
 * Memory: one answer at a time, of VISION_NODE_BLOCKS_BYTES_MAX.
 */
import {
  VISION_NODE_ANSWER_BYTES_MAX,
  VISION_NODE_BLOCKS_BYTES_MAX,
  VISION_NODE_TIMEOUT_MS,
} from '../../limits.js';
import type { NodeAnswer } from './node-answers.js';
import type { VisionNodeFaultCode } from './node-faults.js';
import type { TalkFailure } from './talk-step.js';

/** Limits that a test may change. */
export interface NodeClientLimits {
  readonly timeoutMs: number;
  /** Of blocks. */
  readonly blocksBytesMax: number;
  /** Of everything else. */
  readonly answerBytesMax: number;
}

const defaultLimits: NodeClientLimits = {
  timeoutMs: VISION_NODE_TIMEOUT_MS,
  blocksBytesMax: VISION_NODE_BLOCKS_BYTES_MAX,
  answerBytesMax: VISION_NODE_ANSWER_BYTES_MAX,
};

/** Asks one node, one question at a time. */
export class NodeClient {
  readonly #stop = new AbortController();
  readonly #limits: NodeClientLimits;

  /** @param url  of the node's HTTP side, with or without a slash at its end */
  constructor(
    readonly url: string,
    limits: Partial<NodeClientLimits> = {},
  ) {
    this.#limits = { ...defaultLimits, ...limits };
  }

  /** Ends what is being asked, and refuses what follows. */
  close(): void {
    this.#stop.abort();
  }

  /** Posts JSON to a route. Never rejects. */
  async post(route: string, json: string | Uint8Array<ArrayBuffer>): Promise<NodeAnswer | TalkFailure> {
    const timeout = AbortSignal.timeout(this.#limits.timeoutMs);
    const { blocksBytesMax, answerBytesMax } = this.#limits;
    const bytesMax = route === 'get_blocks' ? blocksBytesMax : answerBytesMax;
    try {
      const response = await fetch(`${this.url.replace(/\/$/, '')}/p2p/${route}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: json,
        // Followed, they would let a node choose which addresses this machine asks.
        redirect: 'manual',
        signal: AbortSignal.any([this.#stop.signal, timeout]),
      });
      const bytes = await bytesOf(response, bytesMax);
      if (bytes === undefined)
        return failure('VISION_NODE_ANSWER_TOO_LARGE', `${route}: more than ${bytesMax} bytes`);
      const retryAfterMs = retryAfterOf(response);
      return {
        type: 'answer',
        status: response.status,
        bytes,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      };
    } catch (error) {
      const code = timeout.aborted ? 'VISION_NODE_TIMEOUT' : 'VISION_NODE_UNREACHABLE';
      return failure(code, `${route}: ${reasonOf(error)}`);
    }
  }
}

function failure(code: VisionNodeFaultCode, detail: string): TalkFailure {
  return { type: 'failed', code, detail };
}

/** `fetch` says why in the cause only. */
function reasonOf(error: unknown): string {
  const { message = String(error), cause } = error as { message?: string; cause?: { code?: string } };
  return cause?.code === undefined ? message : `${message} (${cause.code})`;
}

/** @returns undefined if there is more */
async function bytesOf(response: Response, bytesMax: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^\d{1,6}$/.test(text) ? 1_000 * Number(text) : undefined;
}
