import { encodeBlockJson, isVisionFamily, resolveNetwork } from '@vision-light/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import type { BlockWriteJob } from './block-job.js';
import { BlockThread } from './block-thread.js';

const empty: Omit<BlockWriteJob, 'kind'> = {
  record: resolveNetwork('vision-devnet').genesis.record,
  body: Uint8Array.of(0),
};
const damaged = { ...empty, body: Uint8Array.of(5) };
/** No caller's mistake: it stands for a thread that dies. */
const deadly = { ...empty, body: null as unknown as Uint8Array };

describe('BlockThread', () => {
  let thread = new BlockThread();
  afterEach(async () => {
    await thread.close();
    thread = new BlockThread();
  });

  it('writes blocks, in order, and none where the body is damaged', async () => {
    const [first, none, last] = await Promise.all([empty, damaged, empty].map((job) => thread.write(job)));
    const json = Buffer.from(Buffer.from(first ?? []).toString(), 'base64').toString();
    expect(json).toBe(encodeBlockJson(empty.record, empty.body));
    expect(none).toBeUndefined();
    expect(last).toEqual(first);
  });

  it('reads what it writes, and nothing that is no JSON', async () => {
    const family = resolveNetwork('vision-devnet');
    if (!isVisionFamily(family)) throw new Error('not a Vision network');
    const { params } = family;
    const text = Buffer.from(Buffer.from((await thread.write(empty)) ?? []).toString(), 'base64').toString();
    const [block, none, fault] = await Promise.all(
      [text, '{', '{}'].map((each) => thread.read({ params, text: each })),
    );
    expect(block).toEqual({ ok: true, record: empty.record, body: empty.body });
    expect(none).toBeUndefined();
    expect(fault).toMatchObject({ ok: false, code: 'HEADER_MALFORMED' });
  });

  it('rejects what a dying thread had, and goes on with another one', async () => {
    const lost = await Promise.allSettled([thread.write(deadly), thread.write(empty)]);
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await thread.write(empty)).toBeDefined();
  });

  it('writes nothing once it is closed', async () => {
    const under = expect(thread.write(empty)).rejects.toThrow('died');
    await thread.close();
    await under;
    await expect(thread.write(empty)).rejects.toThrow('closed');
  });
});
