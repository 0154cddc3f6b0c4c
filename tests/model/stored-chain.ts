/** Reading a stored chain back, as a node does on its start: for tests of what is written and of what is damaged. */
import { type ChainFamily, HeaderTree } from '@vision-light/protocol';
import { ChainLoader } from '../../packages/protocol/src/headers/chain-loader.js';
import { HeldHeaders } from '../../packages/protocol/src/headers/held-headers.js';
import { Verifier } from '../../packages/protocol/src/headers/verifier.js';
import type { StoredChain } from '../../packages/protocol/src/io/stored-chain.js';
import { seededRandom } from '../../packages/protocol/src/node/random.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { tinyPow } from './tiny-family.js';

export interface Loaded {
  readonly tree: HeaderTree;
  readonly isDamaged: boolean;
  /** Headers that were hashed again. */
  readonly hashed: number;
}

/** Loads a chain into a fresh tree, hashing at once. */
export function loadChain(family: ChainFamily, chain: StoredChain, seed = 1): Loaded {
  const tree = new HeaderTree(family);
  const outbox = new Outbox();
  const listener = { inserted: () => undefined, appended: () => undefined, equivocated: () => undefined };
  const verifier = new Verifier(tree, new HeldHeaders(), outbox, listener, 4);
  const outcomes: boolean[] = [];
  let hashed = 0;
  const wallTime = 1_000_000;
  new ChainLoader(tree, verifier, chain, seededRandom(seed), ({ isDamaged }) =>
    outcomes.push(isDamaged),
  ).start(wallTime);
  for (let effects = outbox.take(); effects.length > 0; effects = outbox.take()) {
    for (const effect of effects) {
      if (effect.type !== 'verifyPow') continue;
      hashed += effect.work.count;
      verifier.powVerified(effect.job, tinyPow(effect.work), wallTime);
    }
  }
  if (outcomes.length !== 1) throw new Error(`the loader said ${outcomes.length} times that it is done`);
  return { tree, isDamaged: outcomes[0] === true, hashed };
}
