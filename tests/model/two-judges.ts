/**
 * Judges encoded Bitcoin batches twice: by the kernel's pass, as a node does, and by the rules alone. Whatever the bytes are,
 * both must say the same and leave the same tree.
 */
import { PowJobRunner } from '@vision-light/pow';
import {
  type BitcoinParams,
  ByteWriter,
  type ChainFamily,
  type HeaderBatch,
  HeaderTree,
  type TreeBase,
} from '@vision-light/protocol';
import { expect } from 'vitest';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import type { BatchOutcome } from '../../packages/protocol/src/headers/batch-request.js';
import { HeldHeaders } from '../../packages/protocol/src/headers/held-headers.js';
import { Verifier } from '../../packages/protocol/src/headers/verifier.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';

const runner = new PowJobRunner();

/** An encoded batch, and where it belongs. */
export interface Case {
  readonly parent: Uint8Array;
  readonly count: number;
  readonly payload: Uint8Array;
  readonly wallTime: number;
}

/** A tree and its verifier, whose hashing is done at once. */
export class Judge {
  readonly tree: HeaderTree;
  /** Jobs of each kind that were asked for. */
  wholeJobs = 0;
  hashJobs = 0;
  /** Headers that listeners were told of. */
  told = 0;
  readonly #outbox = new Outbox();
  readonly #verifier: Verifier;

  constructor(family: ChainFamily, base?: TreeBase) {
    this.tree = new HeaderTree(family, { base });
    const { tree } = this;
    const listener = {
      inserted: () => this.told++,
      appended: (firstHeight: number) => {
        this.told += tree.tipHeight + 1 - firstHeight;
      },
      equivocated: () => expect.fail('a hash commits to the whole header'),
    };
    this.#verifier = new Verifier(tree, new HeldHeaders(), this.#outbox, listener, 2);
  }

  judge({ parent, count, payload, wallTime }: Case, isAllOrNothing = false): BatchOutcome {
    let outcome: BatchOutcome | undefined;
    const done = (value: BatchOutcome): void => {
      outcome = value;
    };
    const request = { source: 'local:', parent, count, content: payload, isAllOrNothing, done } as const;
    this.#verifier.submit(request, wallTime);
    for (let effects = this.#outbox.take(); effects.length > 0; effects = this.#outbox.take()) {
      for (const effect of effects) {
        if (effect.type !== 'verifyPow') continue;
        if (effect.work.algorithm === 'bitcoin-batch') this.wholeJobs++;
        else this.hashJobs++;
        this.#verifier.powVerified(effect.job, runner.run(effect.work), wallTime);
      }
    }
    if (outcome === undefined) throw new Error('the batch is not done with');
    return outcome;
  }
}

/** The family of a network, and the same without a pass over whole batches. */
export interface Families {
  readonly quick: ChainFamily;
  readonly slow: ChainFamily;
}

export function familiesOf(params: BitcoinParams): Families {
  const quick = createBitcoinFamily(params);
  const { batchPass: _, ...slow } = quick;
  return { quick, slow };
}

export function encode(family: ChainFamily, batch: HeaderBatch): Uint8Array {
  const writer = new ByteWriter();
  family.encodeBatch(writer, batch);
  return writer.bytes();
}

/** Two judges that have seen the same. */
export class TwoJudges {
  readonly quick: Judge;
  readonly slow: Judge;

  constructor(families: Families, base?: TreeBase) {
    this.quick = new Judge(families.quick, base);
    this.slow = new Judge(families.slow, base);
  }

  /** @returns what both said; throws if they differ in anything */
  judge(input: Case, isAllOrNothing = false): BatchOutcome {
    const { quick, slow } = this;
    const jobsBefore = quick.hashJobs;
    const outcome = slow.judge(input, isAllOrNothing);
    expect(quick.judge(input, isAllOrNothing)).toEqual(outcome);
    // The pass takes all that is good, and nothing else.
    const isGood = outcome.fault === undefined;
    if (isGood) expect(quick.hashJobs).toBe(jobsBefore);
    this.expectSame();
    return outcome;
  }

  expectSame(): void {
    const { tree } = this.quick;
    const { tree: other } = this.slow;
    expect(tree.tipHeight).toBe(other.tipHeight);
    expect(tree.count).toBe(other.count);
    expect(tree.chainwork(tree.tip)).toBe(other.chainwork(other.tip));
    expect(this.quick.told).toBe(this.slow.told);
    const from = tree.baseHeight;
    const all = tree.batch(from, tree.tipHeight + 1 - from);
    const expected = other.batch(from, tree.tipHeight + 1 - from);
    // As buffers: comparing arrays element by element takes longer than all the rest.
    expect(Buffer.compare(all.records, expected.records)).toBe(0);
    expect(Buffer.compare(all.hashes, expected.hashes)).toBe(0);
  }
}
