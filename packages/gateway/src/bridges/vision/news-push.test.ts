/** What a node is told, step by step. */
import { bytesToHex } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { VisionChain } from '../../../../../tests/sim/vision-chain.js';
import {
  HTTP_BLOCK_BODY_BYTES_MAX,
  VISION_NODE_FAILED_POLL_MS,
  VISION_NODE_POLL_MS,
  VISION_NODE_POLL_MS_MAX,
  VISION_NODE_POSTED_BLOCKS_MAX,
  VISION_NODE_TRIED_BLOCKS_MAX,
  VISION_NODE_WAITING_MAX,
} from '../../limits.js';
import { NewsPush } from './news-push.js';
import { NodeNames } from './node-names.js';
import { NodeTalk } from './node-talk.js';
import type { PostResult, TalkEffect, TalkOutcome } from './talk-step.js';

/** A node that says nothing of what it lacks, and a chain of `count` blocks to tell it of. */
function pushOf(count: number, textOf: (id: string) => string = (id) => id) {
  const chain = new VisionChain();
  chain.mine({ count });
  const names = new NodeNames();
  const push = new NewsPush({ tree: chain.tree, transactionText: textOf }, names);
  const hashAt = (height: number): string => bytesToHex(chain.tree.hash(chain.tree.at(height) as number));
  return { chain, push, names, hashAt };
}

/** More than the blocks from genesis to the tip that are posted in a row. */
const many = VISION_NODE_POSTED_BLOCKS_MAX + 50;

const posted = (result: PostResult): TalkOutcome => ({ type: 'posted', result });
const saysNothing: TalkOutcome = { type: 'wanted', hashes: undefined };

/** Posts blocks until there is nothing more to say. @returns how many */
function postAll(push: NewsPush, answer: (posts: number, hash: string) => PostResult): number {
  let posts = 0;
  for (let effect = push.next(undefined); effect !== undefined; effect = push.next(undefined)) {
    if (effect.type === 'postBlock') posts++;
    push.take(effect.type === 'postBlock' ? posted(answer(posts, bytesToHex(effect.hash))) : saysNothing);
    if (posts > 1_000) throw new Error('no end');
  }
  return posts;
}

describe('what a node is told', () => {
  it('are the blocks above the last one that it has named, lowest first', () => {
    const { push, names, hashAt } = pushOf(10);
    names.note(hashAt(7), '');
    const posted: string[] = [];
    postAll(push, (_, hash) => {
      posted.push(hash);
      return 'taken';
    });
    expect(posted).toEqual([8, 9, 10].map(hashAt));
    expect(push.next(undefined)).toBeUndefined();
  });

  it('are blocks further and further down where it has named none of them', () => {
    // Three are lacking below the tip; then each is taken.
    expect(postAll(pushOf(many).push, (posts) => (posts <= 3 ? 'deferred' : 'taken'))).toBe(7);
  });

  it('is no endless chain of blocks, whatever it answers', () => {
    expect(postAll(pushOf(many).push, () => 'deferred')).toBe(VISION_NODE_TRIED_BLOCKS_MAX);
    expect(postAll(pushOf(10).push, () => 'deferred')).toBe(VISION_NODE_TRIED_BLOCKS_MAX);
    // It goes down and up again for ever.
    const most = 2 * VISION_NODE_TRIED_BLOCKS_MAX;
    const both = postAll(pushOf(many).push, (posts) => (posts % 2 === 0 ? 'taken' : 'deferred'));
    expect(both).toBeLessThanOrEqual(most);
  });

  it('are no blocks where it is far behind, and has named none of ours', () => {
    const { push } = pushOf(many);
    expect(push.next(many - VISION_NODE_TRIED_BLOCKS_MAX - 1)).toBeUndefined();
    expect(pushOf(many).push.next(many - VISION_NODE_TRIED_BLOCKS_MAX)).toBeDefined();
  });

  it('goes on above a block that it refuses, which it may have, but not if it lacks that', () => {
    expect(postAll(pushOf(3).push, () => 'refused')).toBe(3);
    expect(postAll(pushOf(3).push, (posts) => (posts === 1 ? 'refused' : 'deferred'))).toBe(2);
  });

  it('is not said again after a block that was not sent', () => {
    const { push, chain } = pushOf(3);
    expect(postAll(push, () => 'unsent')).toBe(1);
    chain.mine({ count: 1 });
    expect(postAll(push, () => 'taken')).toBe(4);
    // And nothing that it was given.
    chain.mine({ count: 1 });
    expect(postAll(push, () => 'taken')).toBe(1);
  });

  it('is nothing that the node lacks no more', () => {
    const { push } = pushOf(1);
    expect(push.next(undefined)).toMatchObject({ type: 'offer', objects: [{ type: 'block' }] });
    push.take({ type: 'wanted', hashes: [] });
    expect(push.next(undefined)).toBeUndefined();
  });

  it('are as many transactions in one request as fit', () => {
    const text = 'x'.repeat(HTTP_BLOCK_BODY_BYTES_MAX / 2 - 100);
    const { push } = pushOf(0, (id) => (id === 'large' ? text.repeat(3) : text));
    push.add(['a', 'b', 'c', 'large']);
    const offer = push.next(undefined);
    const hashes = offer?.type === 'offer' ? offer.objects.map(({ hash }) => hash) : [];
    push.take({ type: 'wanted', hashes });
    const counts: number[] = [];
    for (let effect = push.next(undefined); effect !== undefined; effect = push.next(undefined)) {
      counts.push(effect.type === 'postTransactions' ? effect.texts.length : 0);
      push.take(posted('taken'));
    }
    // What fits into no request goes alone, and the node refuses it.
    expect(counts).toEqual([2, 1, 1]);
  });

  it('are those transactions that it wants, of those that it was offered', () => {
    const { push } = pushOf(0);
    push.add(['a', 'b', 'c']);
    push.next(undefined);
    push.take({ type: 'wanted', hashes: ['c', 'zz', 'a'] });
    expect(push.next(undefined)).toEqual({ type: 'postTransactions', texts: ['a', 'c'], isList: true });
  });

  it('are no more transactions than may wait, the newest', () => {
    const { push } = pushOf(0);
    push.add(Array.from({ length: VISION_NODE_WAITING_MAX + 1 }, (_, i) => `${i}`));
    const effect = push.next(undefined);
    expect(effect).toMatchObject({ type: 'offer', objects: { length: 600 } });
    expect(effect?.type === 'offer' && effect.objects[0]).toEqual({ type: 'tx', hash: '1' });
  });

  it('is told less and less often where it never arrives, and the node is not lost for that', () => {
    const chain = new VisionChain();
    chain.mine({ count: 1 });
    const talk = new NodeTalk({ tree: chain.tree, transactionText: (id) => id });
    const reports: string[] = [];
    let posts = 0;
    for (let now = 0; now < 3_600_000; ) {
      const time = { now, wallTime: 0 };
      const effect = talk.next(time);
      if (effect === undefined) {
        now = talk.nextWake(time);
        continue;
      }
      if (effect.type !== 'getHeaders') posts++;
      talk.finished(
        effect.type === 'getHeaders'
          ? { type: 'headers', headers: [] }
          : { type: 'failed', code: 'VISION_NODE_UNREACHABLE', detail: '' },
        time,
      );
      reports.push(...talk.takeReports().map(({ type }) => type));
    }
    expect(reports).toEqual(['back']);
    // Eight until every five minutes, and twelve of those in an hour.
    expect(posts).toBeGreaterThan(10);
    expect(posts).toBeLessThan(22);
    expect(talk.status.lastFault).toMatchObject({ code: 'VISION_NODE_UNREACHABLE' });
  });

  it('is tried again before the next look is due, and after a look that finds out whether the node is there', () => {
    const chain = new VisionChain();
    const talk = new NodeTalk({ tree: chain.tree, transactionText: (id) => id });
    const at = (now: number) => ({ now, wallTime: 0 });
    const look = (now: number): void => {
      expect(talk.next(at(now))?.type).toBe('getHeaders');
      talk.finished({ type: 'headers', headers: [] }, at(now));
    };
    let now = 0;
    for (let i = 0; i < 8; i++, now = talk.nextWake(at(now))) look(now);
    // A quarter of the time until the next look.
    now -= (3 * VISION_NODE_POLL_MS_MAX) / 4;
    chain.mine({ count: 1 });
    expect(talk.next(at(now))?.type).toBe('offer');
    talk.finished({ type: 'failed', code: 'VISION_NODE_TIMEOUT', detail: '' }, at(now));
    expect(talk.nextWake(at(now))).toBe(now);
    look(now);
    expect(talk.next(at(now))).toBeUndefined();
    expect(talk.nextWake(at(now))).toBe(now + VISION_NODE_FAILED_POLL_MS);
    expect(talk.next(at(now + VISION_NODE_FAILED_POLL_MS))?.type).toBe('postBlock');
  });

  it('is nothing while the node has asked for a rest, and all of it afterwards', () => {
    const chain = new VisionChain();
    const talk = new NodeTalk({ tree: chain.tree, transactionText: (id) => id });
    const at = (now: number) => ({ now, wallTime: 0 });
    const step = (now: number, type: TalkEffect['type'], outcome: TalkOutcome): void => {
      expect(talk.next(at(now))?.type).toBe(type);
      talk.finished(outcome, at(now));
    };
    step(0, 'getHeaders', { type: 'headers', headers: [] });
    chain.mine({ count: 1 });
    step(1, 'offer', { type: 'failed', code: 'VISION_NODE_BUSY', detail: '', retryAfterMs: 5_000 });
    expect(talk.nextWake(at(2))).toBe(5_001);
    expect(talk.next(at(5_000))).toBeUndefined();
    expect(talk.takeReports()).toEqual([{ type: 'back' }]);
    step(5_001, 'getHeaders', { type: 'headers', headers: [] });
    step(5_002, 'postBlock', posted('taken'));
    expect(talk.next(at(5_003))).toBeUndefined();
    expect(talk.nextWake(at(5_003))).toBeGreaterThanOrEqual(5_001 + VISION_NODE_POLL_MS);
  });

  it('are the same transactions again after the node has asked for a rest', () => {
    const busy: TalkOutcome = { type: 'failed', code: 'VISION_NODE_BUSY', detail: '' };
    const { push } = pushOf(0);
    push.add(['a', 'b']);
    push.next(undefined);
    push.take(busy);
    expect(push.next(undefined)).toMatchObject({ type: 'offer', objects: [{ hash: 'a' }, { hash: 'b' }] });
    push.take({ type: 'wanted', hashes: ['a', 'b'] });
    const post = push.next(undefined);
    push.take(busy);
    expect(push.next(undefined)).toEqual(post);
  });
});
