import { describe, expect, test } from 'vitest';
import { PowJobRunner, Sha256d, VisionX, type VisionXJob } from './index.js';

const params = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 4, writeEvery: 4 };
const input = {
  message: new Uint8Array(100).fill(7),
  nonce: 5n,
  seed: new Uint8Array(32).fill(1),
  epoch: 0n,
};

function visionxJob(part: Partial<VisionXJob> = {}): VisionXJob {
  return { algorithm: 'visionx', count: 1, params, inputs: [input], ...part };
}

describe('PowJobRunner', () => {
  test('hashes a chain of headers as the kernel does', () => {
    const headers = new Uint8Array(3 * 80).fill(9);
    const wanted = new Sha256d().hashChain80(headers.slice());
    const job = { algorithm: 'sha256d-chain', count: 3, headers } as const;
    expect(new PowJobRunner().run(job)).toEqual(wanted);
  });

  test('hashes VisionX inputs as the kernel does, whatever parameters came before', () => {
    const runner = new PowJobRunner();
    for (const mixIters of [64, 65, 66, 64]) {
      const job = visionxJob({ params: { ...params, mixIters } });
      expect(runner.run(job)).toEqual(new VisionX(job.params).hash(job.inputs));
    }
  });

  test('refuses a count that is not that of its parts', () => {
    const runner = new PowJobRunner();
    expect(() => runner.run(visionxJob({ count: 2 }))).toThrow(RangeError);
    const job = { algorithm: 'sha256d-chain', count: 1, headers: new Uint8Array(160) } as const;
    expect(() => runner.run(job)).toThrow(RangeError);
  });
});
