import type { CustomNetwork } from '@vision-light/protocol';

/** The network of benches in which headers cost nothing, so that bodies and transactions are what is measured. */
export const bodyNetwork: CustomNetwork = {
  name: 'vision-bench-bodies',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 4, writeEvery: 4 },
  targetSpacingS: 5,
};
