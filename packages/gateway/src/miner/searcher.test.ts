import {
  createTemplate,
  HeaderTree,
  isVisionFamily,
  resolveNetwork,
  sealTemplate,
  templateInput,
  type VisionFamily,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { meetsDifficulty } from '../../../protocol/src/families/vision/header/target.js';
import { Searcher, type SearchWork } from './searcher.js';

const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 2, writeEvery: 4 };

function smallFamily(): VisionFamily {
  const family = resolveNetwork({ name: 'searcher', visionx, targetSpacingS: 5 });
  if (!isVisionFamily(family)) throw new Error('not a Vision network');
  return family;
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Work on top of genesis for a target of our own: the top 64 bits of a digest must not be above it. */
function work(family: VisionFamily, targetHigh: bigint): SearchWork {
  const tree = new HeaderTree(family);
  const template = createTemplate(family, {
    ancestry: tree.ancestry(tree.tip),
    parentHash: tree.hash(tree.tip),
    wallTime: 1_800_000_000,
    txRoot: new Uint8Array(32),
    miner: 'test',
  });
  return { template, input: { ...templateInput(family, template), targetHigh } };
}

describe('Searcher', () => {
  it.each([1, 2])('finds a nonce on %i threads, slice after slice', async (threads) => {
    const family = smallFamily();
    const difficulty = 5000n;
    const wanted = work(family, (2n ** 64n - 1n) / difficulty);
    const { promise, resolve } = deferred<void>();
    let open: SearchWork | undefined = wanted;
    const searcher = new Searcher({
      threads,
      params: visionx,
      nextWork: () => open,
      onSolution: ({ template }, { nonce, digest }) => {
        open = undefined;
        const { record } = sealTemplate(family, template, nonce, digest);
        expect(meetsDifficulty(digest, difficulty)).toBe(true);
        expect(family.powInput(record).nonce).toBe(nonce);
        resolve();
      },
      onFailure: (reason) => expect.unreachable(reason),
    });
    await promise;
    expect(searcher.noncesTried).toBeGreaterThan(0);
    await searcher.close();
  });

  it('rests while there is no work, and goes on when it is woken', async () => {
    const family = smallFamily();
    let open: SearchWork | undefined;
    const { promise, resolve } = deferred<void>();
    const searcher = new Searcher({
      threads: 1,
      params: visionx,
      nextWork: () => open,
      onSolution: () => {
        open = undefined;
        resolve();
      },
      onFailure: (reason) => expect.unreachable(reason),
    });
    open = work(family, 2n ** 64n - 1n);
    searcher.wake();
    await promise;
    await searcher.close();
  });

  it('replaces threads that die, and gives up when they die again and again', async () => {
    const { promise, resolve } = deferred<string>();
    const impossible = { ...visionx, datasetMb: -1 };
    const wanted = work(smallFamily(), 0n);
    const searcher = new Searcher({
      threads: 2,
      params: impossible,
      nextWork: () => wanted,
      onSolution: () => expect.unreachable(),
      onFailure: resolve,
    });
    expect(await promise).toMatch(/RangeError/);
    await searcher.close();
  });
});
