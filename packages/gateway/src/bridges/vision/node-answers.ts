/** What the answers of a node mean (docs/chains/vision.md §7). Pure. */
import { bytesToHex, type JsonValue, parseLosslessJson, type VisionFamily } from '@vision-light/protocol';
import { memberOf } from '../../http/json-members.js';
import type { ReadBlocks } from '../../http/p2p/block-job.js';
import { readHeaders } from './header-page.js';
import type { VisionNodeFaultCode } from './node-faults.js';
import { canonicalHash } from './node-names.js';
import type { FetchedBlock, TalkFailure, TalkOutcome } from './talk-step.js';

/** An answer that has come whole. */
export interface NodeAnswer {
  readonly type: 'answer';
  /** Of HTTP. */
  readonly status: number;
  /** What is in it, which may be anything. */
  readonly bytes: Uint8Array;
  /** Milliseconds for which the node asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** @param countMax  headers that were asked for */
export function headersOutcome(answer: NodeAnswer, countMax: number): TalkOutcome {
  const failure = statusFailure('get_headers', answer);
  return failure ?? { type: 'headers', headers: readHeaders(memberOf(jsonOf(answer), 'headers'), countMax) };
}

/** @param read  what the thread that reads blocks has made of the answer */
export function blocksOutcome(read: ReadBlocks, family: VisionFamily): TalkOutcome {
  if (read === undefined) return failed('VISION_NODE_ANSWER_MALFORMED', 'get_blocks');
  const blocks: FetchedBlock[] = [];
  let malformed: string | undefined;
  for (const block of read) {
    if (block?.ok === true) {
      const { record, body } = block;
      blocks.push({ hash: bytesToHex(family.headerHash(record)), record, body });
    } else malformed ??= block === undefined ? 'no JSON' : `${block.code} ${block.detail}`;
  }
  return { type: 'blocks', blocks, ...(malformed === undefined ? {} : { malformed }) };
}

/** Which objects the node lacks; existing nodes do not say. */
export function wantedOutcome(answer: NodeAnswer): TalkOutcome {
  const failure = statusFailure('inv', answer);
  if (failure !== undefined) return failure;
  const want = memberOf(jsonOf(answer), 'want');
  if (!Array.isArray(want)) return { type: 'wanted', hashes: undefined };
  const hashes = want.flatMap((item) => {
    const hash = memberOf(item, 'hash');
    return (typeof hash === 'string' && canonicalHash(hash)) || [];
  });
  return { type: 'wanted', hashes };
}

/** What became of a block or of transactions. That a node refuses one is no fault of the node. */
export function postedOutcome(route: string, answer: NodeAnswer): TalkOutcome {
  const { status } = answer;
  if (status === 409) return { type: 'posted', result: 'deferred' };
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  if (isRefusal || status === 202) return { type: 'posted', result: 'refused' };
  const failure = statusFailure(route, answer);
  if (failure !== undefined) return failure;
  const isDeferred = memberOf(jsonOf(answer), 'status') === 'deferred';
  return { type: 'posted', result: isDeferred ? 'deferred' : 'taken' };
}

/** Why an answer is none: by its status alone. */
export function statusFailure(route: string, { status, retryAfterMs }: NodeAnswer): TalkFailure | undefined {
  if (status === 200) return undefined;
  const detail = `${route}: status ${status}`;
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) {
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { ...failed('VISION_NODE_BUSY', detail), status, ...pause };
  }
  if (status >= 300 && status < 400) return failed('VISION_NODE_REDIRECTED', detail);
  return { ...failed('VISION_NODE_STATUS', detail), status };
}

/** @returns undefined if it is no JSON in UTF-8 */
function jsonOf({ bytes }: NodeAnswer): JsonValue | undefined {
  try {
    return parseLosslessJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function failed(code: VisionNodeFaultCode, detail: string): TalkFailure {
  return { type: 'failed', code, detail };
}
