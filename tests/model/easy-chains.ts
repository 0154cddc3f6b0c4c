/** Chains by the rules of every Bitcoin network, with targets that a test can meet and periods of a few headers. */
import { Sha256d } from '@vision-light/pow';
import type { BitcoinParams, HeaderBatch } from '@vision-light/protocol';
import { ArrayAncestry } from '../../packages/protocol/src/chain/array-ancestry.js';
import { medianTimePast } from '../../packages/protocol/src/chain/median-time.js';
import {
  decodeBits,
  meetsTarget,
  type TargetFacts,
  TargetTable,
} from '../../packages/protocol/src/families/bitcoin/header/compact-target.js';
import { requiredBits } from '../../packages/protocol/src/families/bitcoin/header/difficulty.js';
import { encodeHeader, timeOf } from '../../packages/protocol/src/families/bitcoin/header/record.js';
import { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';
import type { SimRandom } from '../sim/sim-random.js';

const sha256d = new Sha256d();
const limitBits = 0x207fffff;
const genesisTime = 1_600_000_000;

/** A network's rules with the easiest target there is, retargets each 20 headers, and versions that rise soon. */
export function easyRules(network: keyof typeof bitcoinParams): BitcoinParams {
  const fields = { version: 1, parent: new Uint8Array(32), merkleRoot: new Uint8Array(32), nonce: 0 };
  const genesisRecord = encodeHeader({ ...fields, time: genesisTime, bits: limitBits });
  return {
    ...bitcoinParams[network],
    name: `bitcoin-easy-${network}`,
    limitBits,
    targetTimespanS: 20 * 600,
    versionHeights: [15, 35, 55],
    genesisRecord,
    genesisHash: sha256d.hash80(genesisRecord),
  };
}

/** One rule, broken. */
export type Violation = 'version' | 'bits' | 'badBits' | 'old' | 'new' | 'pow' | 'warp';

export interface MinedChain {
  readonly batch: HeaderBatch;
  /** Clock by which no header but a violation is too new. */
  readonly wallTime: number;
}

/** Invalid by themselves: zero, negative, above the limit, overflowing. */
const badBits = [0, 0x01003456, 0x20800001, 0x21008000, 0x23000100, 0xff123456];

/**
 * Mines headers after genesis, at intervals drawn at random.
 *
 * @param broken  rules to break, by index
 */
export function mineChain(
  params: BitcoinParams,
  count: number,
  random: SimRandom,
  broken: ReadonlyMap<number, Violation> = new Map(),
): MinedChain {
  const targets = new TargetTable(limitBits);
  const ancestry = new ArrayAncestry(timeOf, 0, [params.genesisRecord]);
  const records = new Uint8Array(count * 80);
  const hashes = new Uint8Array(count * 32);
  const wallTime = genesisTime + count * 1500 + 10_000;
  let parent = params.genesisHash;
  for (let i = 0; i < count; i++) {
    const violation = broken.get(i);
    const median = medianTimePast(ancestry) ?? 0;
    const last = ancestry.time(ancestry.height);
    let time = Math.max(
      median + 1,
      last + intervalOf(random, targets.facts(ancestry.word(ancestry.height, 72))),
    );
    if (params.enforcesBip94) time = Math.max(time, last - 600);
    if (violation === 'old') time = median - random.int(2) * 50;
    if (violation === 'new') time = wallTime + 7201 + random.int(3000);
    if (violation === 'warp') time = Math.max(median + 1, last - 601);
    const required = requiredBits(params, ancestry, time) ?? limitBits;
    let bits = required;
    if (violation === 'bits') bits = required === limitBits ? 0x207ffffe : limitBits;
    if (violation === 'badBits') bits = badBits[random.int(badBits.length)] ?? 0;
    const height = i + 1;
    const least = height >= 55 ? 4 : height >= 35 ? 3 : height >= 15 ? 2 : -5;
    const version = violation === 'version' ? least - 1 : least + random.int(3) * 0x1000;
    const merkleRoot = random.bytes(32);
    const target = decodeBits(bits) === undefined ? undefined : targets.facts(bits)?.words;
    const isMissed = violation === 'pow';
    for (let nonce = 0; ; nonce++) {
      const record = encodeHeader({
        version: version >>> 0,
        parent,
        merkleRoot,
        time: time >>> 0,
        bits,
        nonce,
      });
      const hash = sha256d.hash80(record);
      if (target !== undefined && meetsTarget(hash, 0, target) === isMissed) continue;
      records.set(record, i * 80);
      hashes.set(hash, i * 32);
      ancestry.push(record);
      parent = hash;
      break;
    }
  }
  return { batch: { count, records, hashes }, wallTime };
}

/**
 * Mostly about a spacing, sometimes negative, and sometimes long enough for a minimum-difficulty header. Longer once a header
 * takes more than 32 hashes, or long chains would become too hard.
 */
function intervalOf(random: SimRandom, before: TargetFacts | undefined): number {
  if (before !== undefined && before.work > 32n) return 1000 + random.int(150);
  const kind = random.int(20);
  if (kind < 2) return -random.int(900);
  if (kind < 5) return 1201 + random.int(600);
  return 250 + random.int(600);
}
