/** What the answers of a node mean (docs/chains/vision.md §7). Pure. */
import type { JsonValue } from '@vision-light/protocol';
import { memberOf, readHeaders } from './header-page.js';
import type { VisionNodeFaultCode } from './node-faults.js';
import { canonicalHash } from './node-names.js';
import type { TalkFailure, TalkOutcome } from './talk-step.js';

/** An answer that has come whole. */
export interface NodeAnswer {
  readonly type: 'answer';
  readonly status: number;
  /** Of its JSON object; undefined if it is none. */
  readonly members: { readonly [name: string]: JsonValue } | undefined;
  /** Milliseconds for which the node asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** A block as an answer to `get_blocks` has it. */
export interface RawBlock {
  /** Base64 of its JSON; undefined if there is none. */
  readonly raw: string | undefined;
}

/** @param countMax  headers that were asked for */
export function headersOutcome(answer: NodeAnswer, countMax: number): TalkOutcome {
  const failure = queryFailure('get_headers', answer);
  return failure ?? { type: 'headers', headers: readHeaders(answer.members?.headers, countMax) };
}

/** @param countMax  blocks that were asked for; what is beyond is ignored */
export function rawBlocks(answer: NodeAnswer, countMax: number): readonly RawBlock[] | TalkFailure {
  const failure = queryFailure('get_blocks', answer);
  if (failure !== undefined) return failure;
  const blocks = answer.members?.blocks;
  if (!Array.isArray(blocks)) return failed('VISION_NODE_ANSWER_MALFORMED', 'get_blocks: no blocks');
  return blocks.slice(0, countMax).map((item) => {
    const raw = memberOf(item, 'raw');
    return { raw: typeof raw === 'string' ? raw : undefined };
  });
}

/** Which objects the node lacks; existing nodes do not say. */
export function wantedOutcome(answer: NodeAnswer): TalkOutcome {
  const failure = queryFailure('inv', answer);
  if (failure !== undefined) return failure;
  const want = answer.members?.want;
  if (!Array.isArray(want)) return { type: 'wanted', hashes: undefined };
  const hashes = want.flatMap((item) => {
    const hash = memberOf(item, 'hash');
    return (typeof hash === 'string' && canonicalHash(hash)) || [];
  });
  return { type: 'wanted', hashes };
}

/** What became of a block or of transactions. That a node refuses one is no fault of the node. */
export function postedOutcome(route: string, answer: NodeAnswer): TalkOutcome {
  const { status, members } = answer;
  const isRefusal = status >= 400 && status < 500 && status !== 429;
  if (status === 409) return { type: 'posted', result: 'deferred' };
  if (isRefusal || status === 202) return { type: 'posted', result: 'refused' };
  const failure = queryFailure(route, answer);
  return failure ?? { type: 'posted', result: members?.status === 'deferred' ? 'deferred' : 'taken' };
}

function queryFailure(route: string, { status, members, retryAfterMs }: NodeAnswer): TalkFailure | undefined {
  const detail = `${route}: status ${status}`;
  const isBusy = status === 429 || (status === 503 && retryAfterMs !== undefined);
  if (isBusy) {
    const pause = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { ...failed('VISION_NODE_BUSY', detail), status, ...pause };
  }
  if (status >= 300 && status < 400) return failed('VISION_NODE_REDIRECTED', detail);
  if (status !== 200) return { ...failed('VISION_NODE_STATUS', detail), status };
  return members === undefined
    ? failed('VISION_NODE_ANSWER_MALFORMED', `${route}: no JSON object`)
    : undefined;
}

function failed(code: VisionNodeFaultCode, detail: string): TalkFailure {
  return { type: 'failed', code, detail };
}
