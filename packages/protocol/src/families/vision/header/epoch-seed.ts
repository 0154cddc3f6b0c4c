import { writeU64 } from '../../../bytes/integers.js';
import { sha256 } from '../../../bytes/sha256.js';
import { encodeUtf8 } from '../../../bytes/utf8.js';

const seedDomain = 'VISIONX_EPOCH_SEED_V1';
const zeros = new Uint8Array(32);

/**
 * Seed of an epoch's dataset: SHA-256(domain ∥ network name ∥ 32 zero bytes ∥ epoch as u64 LE).
 *
 * Existing nodes call the zero bytes a genesis hash, but pass zeros. The zeros are consensus.
 *
 * @see docs/chains/vision.md §2.3
 */
export function epochSeed(network: string, epoch: bigint, genesisPowHash: Uint8Array = zeros): Uint8Array {
  const domain = encodeUtf8(seedDomain + network);
  if (domain === undefined) throw new RangeError('network: holds half a surrogate pair');
  const input = new Uint8Array(domain.length + 40);
  input.set(domain);
  input.set(genesisPowHash, domain.length);
  writeU64(input, domain.length + 32, epoch);
  return sha256(input);
}

/** Seeds kept: a `headers` message of 2000 spans 63 epochs. At the edge the oldest goes; it costs 2 µs to make anew. */
const cachedSeedsMax = 128;

/** Seeds of one network, remembered. */
export class EpochSeeds {
  readonly #seeds = new Map<bigint, Uint8Array>();

  constructor(readonly network: string) {}

  /** @returns 32 bytes, shared: not to be written to */
  seed(epoch: bigint): Uint8Array {
    const known = this.#seeds.get(epoch);
    if (known !== undefined) return known;
    const seed = epochSeed(this.network, epoch);
    for (const oldest of this.#seeds.keys()) {
      if (this.#seeds.size < cachedSeedsMax) break;
      this.#seeds.delete(oldest);
    }
    this.#seeds.set(epoch, seed);
    return seed;
  }
}
