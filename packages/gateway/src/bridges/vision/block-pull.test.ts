/** One look at a node, step by step. */
import { bytesToHex, type HeaderBatch } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { VISION_NODE_GAP_BLOCKS_MAX } from '../../limits.js';
import { BlockPull } from './block-pull.js';
import type { NamedHeader } from './header-page.js';
import { NodeNames } from './node-names.js';
import type { FetchedBlock, TalkOutcome } from './talk-step.js';

const body = Uint8Array.of(0);

/** A look of an empty node at a chain of `count` blocks. */
function lookAt(count: number) {
  const { tree } = new VisionChain();
  const batch = new VisionChain().mine({ count, miner: 'theirs' });
  const pull = new BlockPull(tree, new NodeNames());
  const blocks = Array.from({ length: count }, (_, i) => blockOf(batch, i));
  const headers = blocks.map(({ hash, record }, i): NamedHeader => {
    const prev = bytesToHex(visionSim.parent(record));
    return { hash, text: `0x${hash}`, prev, height: i + 1 };
  });
  /** Takes the first blocks into the tree, as the core would. */
  const insert = (to: number): void => {
    for (let i = 0; i < to; i++) tree.insertChecked(batch.records, batch.hashes, tree.tip, i);
  };
  return { pull, blocks, headers, insert };
}

function blockOf({ records, hashes }: HeaderBatch, i: number): FetchedBlock {
  const { recordBytes } = visionSim;
  const record = records.slice(i * recordBytes, (i + 1) * recordBytes);
  return { hash: bytesToHex(hashes.subarray(i * 32, i * 32 + 32)), record, body };
}

const blocksOf = (blocks: readonly FetchedBlock[]): TalkOutcome => ({ type: 'blocks', blocks });
const headersOf = (headers: readonly NamedHeader[]): TalkOutcome => ({ type: 'headers', headers });
const submitted = (accepted: number, code?: string): TalkOutcome => ({
  type: 'submitted',
  accepted,
  ...(code === undefined ? {} : { code }),
});

describe('a look at a node', () => {
  it('ends with news if there were some, and quietly if not', () => {
    const { pull, blocks, headers, insert } = lookAt(3);
    expect(pull.begin()).toMatchObject({ type: 'getHeaders', max: 2000 });
    expect(pull.take(headersOf(headers))).toEqual({
      type: 'getBlocks',
      names: headers.map(({ text }) => text),
    });
    expect(pull.take(blocksOf(blocks))).toEqual({ type: 'submit', blocks });
    insert(3);
    expect(pull.take(submitted(3))).toMatchObject({ type: 'getHeaders' });
    expect(pull.take(headersOf([]))).toEqual({ type: 'news' });
    pull.begin();
    expect(pull.take(headersOf(headers.slice(2)))).toEqual({ type: 'quiet' });
    expect(pull.claimedHeight).toBe(3);
  });

  it('hands in again what the core had no time for', () => {
    const { pull, blocks, headers, insert } = lookAt(2);
    pull.begin();
    pull.take(headersOf(headers));
    pull.take(blocksOf(blocks));
    expect(pull.take(submitted(0, 'SUBMIT_BUSY'))).toEqual({ type: 'unfinished' });
    expect(pull.begin()).toEqual({ type: 'submit', blocks });
    insert(2);
    expect(pull.take(submitted(2))).toMatchObject({ type: 'getHeaders' });
  });

  it('hands in again what waits for the clock, so that the body is taken when the header is', () => {
    const { pull, blocks, headers, insert } = lookAt(2);
    pull.begin();
    pull.take(headersOf(headers));
    pull.take(blocksOf(blocks));
    insert(1);
    // The core has taken the second one too, and holds it.
    expect(pull.take(submitted(2))).toEqual({ type: 'unfinished' });
    expect(pull.begin()).toEqual({ type: 'submit', blocks });
    insert(2);
    pull.take(submitted(2));
    expect(pull.take(headersOf([]))).toEqual({ type: 'news' });
    expect(pull.begin()).toMatchObject({ type: 'getHeaders' });
  });

  it('ends quietly when the core is closed', () => {
    const { pull, blocks, headers } = lookAt(1);
    pull.begin();
    pull.take(headersOf(headers));
    pull.take(blocksOf(blocks));
    expect(pull.take(submitted(0, 'CLOSED'))).toEqual({ type: 'quiet' });
  });

  it('asks for less when nothing comes, then by every form of the name, then no more', () => {
    const { pull, headers } = lookAt(20);
    pull.begin();
    const steps = [
      pull.take(headersOf(headers)),
      ...Array.from({ length: 5 }, () => pull.take(blocksOf([]))),
    ];
    const names = steps.map((step) => (step.type === 'getBlocks' ? step.names.length : step));
    const [first] = headers;
    expect(names.slice(0, 4)).toEqual([8, 4, 2, 1]);
    expect(steps[4]).toEqual({ type: 'getBlocks', names: [first?.hash, `0x${first?.hash}`] });
    expect(steps[5]).toMatchObject({ type: 'failed', code: 'VISION_NODE_BLOCK_MISSING' });
  });

  it.each([
    ['VISION_NODE_TIMEOUT', undefined, 'getHeaders'],
    ['VISION_NODE_ANSWER_TOO_LARGE', undefined, 'getHeaders'],
    ['VISION_NODE_STATUS', 413, 'getHeaders'],
    ['VISION_NODE_STATUS', 500, 'getHeaders'],
    ['VISION_NODE_STATUS', 422, 'failed'],
    ['VISION_NODE_UNREACHABLE', undefined, 'failed'],
    ['VISION_NODE_BUSY', 503, 'failed'],
  ] as const)('after %s with status %s: %s', (code, status, next) => {
    const { pull } = lookAt(1);
    const failure: TalkOutcome = { type: 'failed', code, detail: '', ...(status && { status }) };
    pull.begin();
    expect(pull.take(failure)).toMatchObject(next === 'failed' ? failure : { type: next, max: 1000 });
  });

  it('takes a block that comes by another form of its name', () => {
    const { pull, blocks, headers } = lookAt(1);
    pull.begin();
    pull.take(headersOf(headers));
    for (let i = 0; i < 4; i++) pull.take(blocksOf([]));
    expect(pull.take(blocksOf(blocks))).toEqual({ type: 'submit', blocks });
  });

  it('uses the blocks before one that is malformed, and those that came in another order', () => {
    const { pull, blocks, headers } = lookAt(4);
    pull.begin();
    pull.take(headersOf(headers));
    const given = [blocks[1], blocks[0], blocks[3]] as FetchedBlock[];
    const taken = pull.take({ type: 'blocks', blocks: given, malformed: 'no JSON' });
    expect(taken).toEqual({ type: 'submit', blocks: blocks.slice(0, 2) });
  });

  it('ignores blocks that it has not asked for', () => {
    const { pull, blocks, headers } = lookAt(3);
    pull.begin();
    pull.take(headersOf(headers.slice(0, 1)));
    expect(pull.take(blocksOf([...blocks].reverse()))).toEqual({
      type: 'submit',
      blocks: blocks.slice(0, 1),
    });
  });

  it.each([
    [VISION_NODE_GAP_BLOCKS_MAX, 'submit'],
    [VISION_NODE_GAP_BLOCKS_MAX + 1, 'failed'],
  ])('fills a gap of %i headers, or not', (missing, end) => {
    const { pull, blocks, headers } = lookAt(missing + 1);
    pull.begin();
    let step = pull.take(headersOf(headers.slice(-1)));
    for (let i = missing - 1; i >= 0 && step.type === 'getBlocks'; i--) {
      expect(step.names).toEqual([blocks[i]?.hash, `0x${blocks[i]?.hash}`]);
      step = pull.take(blocksOf(blocks.slice(i, i + 1)));
    }
    expect(step).toMatchObject(
      end === 'submit'
        ? { type: end, blocks: { length: missing } }
        : { type: end, code: 'VISION_NODE_HEADERS_GAP' },
    );
  });

  it('stops with a node that repeats itself', () => {
    const { pull, blocks, headers, insert } = lookAt(4);
    pull.begin();
    pull.take(headersOf(headers.slice(0, 2)));
    pull.take(blocksOf(blocks.slice(0, 2)));
    // More than it has named is here, so that its last one is not our tip.
    insert(4);
    pull.take(submitted(2));
    expect(pull.take(headersOf(headers.slice(0, 2)))).toMatchObject({
      type: 'failed',
      code: 'VISION_NODE_HEADERS_REPEATED',
    });
  });

  it('has a fault for whatever else the core says', () => {
    const { pull, blocks, headers } = lookAt(1);
    pull.begin();
    pull.take(headersOf(headers));
    pull.take(blocksOf(blocks));
    expect(pull.take(submitted(0, 'HEADER_TARGET_MISSED'))).toEqual({
      type: 'failed',
      code: 'VISION_NODE_HEADER_REFUSED',
      detail: 'HEADER_TARGET_MISSED',
    });
    // And does not hand it in again.
    expect(pull.begin()).toMatchObject({ type: 'getHeaders' });
  });
});
