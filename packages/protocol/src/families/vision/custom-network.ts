import { encodeUtf8 } from '../../bytes/utf8.js';
import type { VisionXParams } from '../../chain/pow-job.js';
import { epochSeed } from './header/epoch-seed.js';
import { genesisRecordOf } from './header/genesis-record.js';
import { encodePowMessage } from './header/message.js';
import { decodeRecord } from './header/record.js';
import { visionX } from './header/visionx.js';
import { devnetGenesisTime, type VisionParams } from './network-params.js';
import { devnetMinerBytesMax, epochBlocks, type VisionTerms } from './network-terms.js';

/** A network of your own under the devnet's rules. */
export interface CustomNetwork {
  /** 1 to 64 bytes of UTF-8: epoch seed and genesis miner. */
  readonly name: string;
  /** How expensive a hash is. */
  readonly visionx: VisionXParams;
  /** Seconds between blocks that the difficulty aims at. */
  readonly targetSpacingS: number;
}

/**
 * Bounds of a custom network, each inclusive. Those of VisionX are the reference's own against costly headers
 * (docs/chains/vision.md §2.2); a day between headers is arbitrary.
 */
const ranges = {
  datasetMb: [1, 512],
  scratchMb: [1, 128],
  mixIters: [0, 1_000_000],
  readsPerIter: [0, 8],
  writeEvery: [0, 1_000_000],
  targetSpacingS: [1, 86_400],
} as const;

/**
 * What the rules of a custom network depend on.
 *
 * @throws {TypeError} if a member is missing or of another type
 * @throws {RangeError} if one is out of range
 */
export function customNetworkTerms(network: CustomNetwork): VisionTerms {
  if (typeof network !== 'object' || network === null)
    throw new TypeError(`network: must be a name or an object, got ${network}`);
  const name = checkName(network.name);
  const given = network.visionx;
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`network.visionx: must be an object, got ${given}`);
  const checked = (member: keyof VisionXParams): number =>
    checkInteger(`visionx.${member}`, given[member], ranges[member]);
  const visionx = {
    datasetMb: checked('datasetMb'),
    scratchMb: checked('scratchMb'),
    mixIters: checked('mixIters'),
    readsPerIter: checked('readsPerIter'),
    writeEvery: checked('writeEvery'),
  };
  return {
    name,
    seedName: name,
    rules: 'devnet',
    visionx,
    epochBlocks,
    targetSpacingS: checkInteger('targetSpacingS', network.targetSpacingS, ranges.targetSpacingS),
    minerBytesMax: devnetMinerBytesMax,
  };
}

/**
 * Parameters of a custom network, its genesis digest computed: a third of a second at canonical VisionX sizes,
 * milliseconds at those of tests.
 *
 * @throws {TypeError | RangeError} as {@link customNetworkTerms}
 */
export function customNetworkParams(network: CustomNetwork): VisionParams {
  const terms = customNetworkTerms(network);
  const { name, visionx } = terms;
  const genesis = { timestamp: devnetGenesisTime, miner: name, digest: new Uint8Array(32) };
  const header = decodeRecord(genesisRecordOf({ ...terms, genesis }));
  const digest = visionX(visionx, encodePowMessage('devnet', header, 0n), 0n, epochSeed(name, 0n), 0n);
  return { ...terms, genesis: { ...genesis, digest } };
}

function checkName(name: unknown): string {
  if (typeof name !== 'string') throw new TypeError(`network.name: must be a string, got ${typeof name}`);
  const bytes = encodeUtf8(name);
  if (bytes === undefined || bytes.length === 0 || bytes.length > devnetMinerBytesMax) {
    throw new RangeError(
      `network.name: must be 1 to ${devnetMinerBytesMax} bytes of UTF-8, got ${JSON.stringify(name)}`,
    );
  }
  return name;
}

function checkInteger(member: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (typeof value !== 'number')
    throw new TypeError(`network.${member}: must be a number, got ${typeof value}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`network.${member}: must be an integer from ${least} to ${most}, got ${value}`);
  }
  return value;
}
