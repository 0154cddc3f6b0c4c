/** Vector groups that are chains: each header is checked on top of those before it, as the file gives them. */
import type { JsonValue, VisionFamily } from '@vision-light/protocol';
import { ArrayAncestry } from '../../packages/protocol/src/chain/array-ancestry.js';
import { customNetworkParams } from '../../packages/protocol/src/families/vision/custom-network.js';
import { visionMainnet } from '../../packages/protocol/src/families/vision/network-params.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { assertSame, type Check, Mismatch } from './check.js';
import { recordOf } from './header-groups.js';
import { toHex, VectorCase } from './vector-case.js';
import { visionXDigest, visionXParamsOf } from './visionx-kernels.js';

/** A clock that no header is ahead of: chains of vectors come without one. */
const endOfTime = Number.POSITIVE_INFINITY;

/** A chain whose records may be missing where the file's header cannot be decoded. */
interface Chain {
  readonly family: VisionFamily;
  readonly headers: readonly JsonValue[];
  readonly records: readonly (Uint8Array | undefined)[];
}

function chainOf(family: VisionFamily, headers: readonly JsonValue[]): Chain {
  const records = headers.map((json) => {
    try {
      return recordOf(family, json);
    } catch {
      return undefined;
    }
  });
  return { family, headers, records };
}

/** The mainnet's rules with the parameters that a chain of vectors was mined with. */
function producerChain(group: VectorCase): Chain {
  const visionx = visionXParamsOf(group.object('params'));
  return chainOf(createVisionFamily({ ...visionMainnet, name: 'chain_a', visionx }), group.list('headers'));
}

function customChain(group: VectorCase): Chain {
  const network = group.object('network');
  const params = customNetworkParams({
    name: network.text('name'),
    visionx: visionXParamsOf(network.object('visionx')),
    targetSpacingS: network.count('target_spacing_s'),
  });
  return chainOf(createVisionFamily(params), group.list('headers'));
}

/**
 * All rules and the proof of work for a header in a place of a chain.
 *
 * @returns what it is refused for, `HELD`, or undefined if it is accepted
 */
function judge(chain: Chain, height: number, json: JsonValue, now: number): string | undefined {
  const { family } = chain;
  const record = decode(family, json);
  if (typeof record === 'string') return record;
  if (height === 0) return toHex(record) === toHex(family.genesis.record) ? undefined : 'GENESIS_MISMATCH';

  const ancestry = new ArrayAncestry(family.time, 0);
  for (const ancestor of chain.records.slice(0, height)) {
    if (ancestor === undefined) throw new Mismatch('a header before it cannot be decoded');
    ancestry.push(ancestor);
  }
  assertSame('last known height', ancestry.height, height - 1);
  const parent = family.headerHash(ancestry.record(height - 1));
  if (toHex(parent) !== toHex(family.parent(record))) return 'HEADER_BAD_PARENT';

  const hashes = family.headerHash(record);
  const verdict = family.checkHeader(record, ancestry, now);
  if (verdict.kind === 'rejected') return `${verdict.code}: ${verdict.detail}`;
  const digest = visionXDigest(family.params.visionx, family.powInput(record));
  const batch = { count: 1, records: record, hashes };
  if (family.applyPow(batch, 0, 1, digest) !== 1) return family.powFault(batch, 0);
  return verdict.kind === 'held' ? 'HELD' : undefined;
}

function decode(family: VisionFamily, json: JsonValue): Uint8Array | string {
  try {
    return recordOf(family, json);
  } catch (error) {
    if (error instanceof Mismatch) return error.message;
    throw error;
  }
}

/** Sum of the difficulties up to a height, as the headers state them. */
function chainworkAt(chain: Chain, height: number): bigint {
  return chain.records
    .slice(0, height + 1)
    .reduce((sum, record) => sum + (record ? chain.family.work(record) : 0n), 0n);
}

/** `chain_a_producer_rule`: one check a header. */
export function producerChainChecks(group: VectorCase): Check[] {
  const chain = producerChain(group);
  return chain.headers.map((json, height) => ({
    name: `height ${height}`,
    run: () => {
      assertSame('verdict', judge(chain, height, json, endOfTime) ?? 'ok', 'ok');
      assertSame(
        'cum_work_linear',
        chainworkAt(chain, height),
        new VectorCase(json).integer('cum_work_linear'),
      );
    },
  }));
}

/** `devnet_chain`: one check a header; the chainwork belongs to that of the last. */
export function customChainChecks(group: VectorCase): Check[] {
  const chain = customChain(group);
  const last = chain.headers.length - 1;
  return chain.headers.map((json, height) => ({
    name: `height ${height}`,
    run: () => {
      assertSame('verdict', judge(chain, height, json, endOfTime) ?? 'ok', 'ok');
      const { family, records } = chain;
      assertSame(
        'id',
        toHex(family.headerHash(records[height] as Uint8Array)),
        new VectorCase(json).text('id'),
      );
      if (height === last) assertSame('chainwork', chainworkAt(chain, height), group.integer('chainwork'));
    },
  }));
}

/** `chain_a_invalid_mutations` and `chain_a_valid_variants`: each case in its place of `chain_a_producer_rule`. */
export function variantChecks(cases: readonly VectorCase[], group: VectorCase, areValid: boolean): Check[] {
  const chain = producerChain(group);
  return cases.map((vector) => ({
    name: vector.has('name') ? vector.text('name') : 'a case without a name',
    run: () => {
      const height = vector.count('replaces_height');
      const fault = judge(chain, height, vector.object('header').json, vector.count('now'));
      if (areValid && fault !== undefined) throw new Mismatch(`refused: ${fault}`);
      if (!areValid && fault === undefined) throw new Mismatch('accepted');
    },
  }));
}
