/** What the sizes of the low-work defence are made of, for each network that ships with the code. */

/** The sizes shall do until then. */
export const sizedUntil = Date.UTC(2028, 9, 10) / 1000;

const bitcoin = {
  spacingS: 600,
  // At most six headers can have the same second as the median of eleven: by that rule, and by no other.
  headersPerSecondMax: 6,
  // Flags, version, bits, five bytes of time, Merkle root, nonce; and on its way what is the same is left out.
  bufferedBytes: 50,
  wireBytes: 38,
  answerHeaders: 2000,
};

const vision = {
  spacingS: 5,
  // No rule bounds it: this is a bound of ours, thirty times the pace that the difficulty aims at.
  headersPerSecondMax: 6,
  // A node follows the chain within 144 blocks, so a branch may begin anywhere below.
  provenHeaders: 0,
  wireBytes: 36,
  // Headers may be large, and beside those that have to wait the buffer holds two answers.
  answerHeaders: 100,
};

/** By name. `provenHeaders` of Bitcoin: the height of the header from which Bitcoin Core 28 takes its minimum chainwork. */
export const presyncNetworks = {
  'bitcoin-mainnet': { ...bitcoin, startTime: 1231006505, provenHeaders: 856_760 },
  'bitcoin-testnet3': { ...bitcoin, startTime: 1296688602, provenHeaders: 2_873_500 },
  'bitcoin-testnet4': { ...bitcoin, startTime: 1714777860, provenHeaders: 39_550 },
  'bitcoin-signet': { ...bitcoin, startTime: 1598918400, provenHeaders: 208_800 },
  // The longest encoding: flags, time, difficulty, nonce, root, miner and digest.
  'vision-devnet': { ...vision, startTime: 1767225600, bufferedBytes: 151 },
  // Its genesis has the time 0. The oldest full node that is known here is of January 2026; a year before that is taken.
  'vision-mainnet': { ...vision, startTime: 1735689600, bufferedBytes: 347 },
};
