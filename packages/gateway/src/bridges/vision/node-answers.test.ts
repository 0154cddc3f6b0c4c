/** What answers mean, by their status and their text. */
import { describe, expect, it } from 'vitest';
import { VisionChain } from '../../../../../tests/sim/vision-chain.js';
import { VISION_NODE_DETAIL_MAX } from '../../limits.js';
import { headersOutcome, type NodeAnswer, postedOutcome, wantedOutcome } from './node-answers.js';
import { NodeTalk } from './node-talk.js';
import type { TalkOutcome } from './talk-step.js';

const answer = (status: number, text: string, retryAfterMs?: number): NodeAnswer => ({
  type: 'answer',
  status,
  bytes: Buffer.from(text),
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const hash = 'ab'.repeat(32);

describe('an answer', () => {
  it.each<[NodeAnswer, TalkOutcome]>([
    [answer(200, '{"status":"accepted"}'), { type: 'posted', result: 'taken' }],
    [answer(200, 'what?'), { type: 'posted', result: 'taken' }],
    [answer(200, '{"status":"deferred","reason":"orphan"}'), { type: 'posted', result: 'deferred' }],
    [answer(202, '{"status":"need_txs"}'), { type: 'posted', result: 'refused' }],
    [answer(400, '{"status":"rejected"}'), { type: 'posted', result: 'refused' }],
    [answer(404, ''), { type: 'posted', result: 'refused' }],
    [answer(409, '{"status":"failed"}'), { type: 'posted', result: 'deferred' }],
    [answer(413, 'length limit exceeded'), { type: 'posted', result: 'refused' }],
    [answer(422, ''), { type: 'posted', result: 'refused' }],
  ])('to a post: %j', (given, outcome) => {
    expect(postedOutcome('block', given)).toEqual(outcome);
  });

  it.each([
    [answer(429, ''), 'VISION_NODE_BUSY'],
    [answer(429, '', 7_000), 'VISION_NODE_BUSY'],
    [answer(503, '', 1_000), 'VISION_NODE_BUSY'],
    [answer(503, ''), 'VISION_NODE_STATUS'],
    [answer(500, ''), 'VISION_NODE_STATUS'],
    [answer(302, ''), 'VISION_NODE_REDIRECTED'],
    [answer(101, ''), 'VISION_NODE_STATUS'],
  ])('that is none: %j', (given, code) => {
    const { status, retryAfterMs } = given;
    for (const outcome of [postedOutcome('x', given), headersOutcome(given, 1), wantedOutcome(given)]) {
      expect(outcome).toMatchObject({ type: 'failed', code });
      expect(outcome).toHaveProperty('detail', expect.stringContaining(`status ${status}`));
      if (retryAfterMs !== undefined) expect(outcome).toMatchObject({ retryAfterMs });
    }
  });

  it('names headers in any form, and no more than were asked for', () => {
    const header = (text: string) =>
      `{"hash":"${text}","prev":"0X${hash.toUpperCase()}","height":7,"new":[]}`;
    const named = { hash, prev: hash, height: 7 };
    const text = `{"headers":[${header(hash)},${header(`0x${hash}`)},${header('none')}]}`;
    expect(headersOutcome(answer(200, text), 2)).toEqual({
      type: 'headers',
      headers: [
        { ...named, text: hash },
        { ...named, text: `0x${hash}` },
      ],
    });
    expect(headersOutcome(answer(200, text), 3)).toEqual({ type: 'headers', headers: undefined });
    const odd = `{"headers":[{"hash":"${hash}","prev":5,"height":-1}]}`;
    expect(headersOutcome(answer(200, odd), 1)).toMatchObject({
      headers: [{ hash, prev: undefined, height: undefined }],
    });
  });

  it('says what is wanted, or not', () => {
    const want = `{"want":[{"type":"tx","hash":"0x${hash}"},{"hash":5},7,{"hash":"x"}]}`;
    expect(wantedOutcome(answer(200, want))).toEqual({ type: 'wanted', hashes: [hash] });
    expect(wantedOutcome(answer(200, '{"status":"processing"}'))).toEqual({
      type: 'wanted',
      hashes: undefined,
    });
  });

  it('that is a fault is told in a bounded number of characters', () => {
    const talk = new NodeTalk({ tree: new VisionChain().tree, transactionText: () => undefined });
    const time = { now: 0, wallTime: 5 };
    talk.next(time);
    const detail = 'x'.repeat(10_000);
    talk.finished({ type: 'failed', code: 'VISION_NODE_UNREACHABLE', detail }, time);
    const fault = { code: 'VISION_NODE_UNREACHABLE', detail: 'x'.repeat(VISION_NODE_DETAIL_MAX) };
    expect(talk.status.lastFault).toEqual({ ...fault, time: 5 });
    expect(talk.takeReports()).toEqual([{ type: 'lost', fault }]);
  });
});
