/**
 * How large the two numbers of the low-work defence must be for a network: after how many headers a bit is kept in the
 * first pass, and how many headers wait in the second (packages/protocol/src/headers/presync).
 *
 * Each pass costs memory. The first keeps a bit for each period of a branch that may be as long as any valid one, or longer
 * than any. The second keeps a bit for each period of a branch with enough work, and the buffer. A shorter period makes the
 * first larger and the buffer smaller, since each header in the buffer is worth bits. The best period makes both equal.
 *
 * The buffer must be so large that an attack is not worth it: a peer shows true headers in the first pass and worthless
 * ones in the second. Each period of those has its bit right by chance half of the time. What passes in the mean, for all
 * the bytes that the attack takes, may let the headers of a node grow by `attackShare` more than its chain does.
 *
 * The model and the assumptions are Bitcoin Core's (contrib/devtools/headerssync-params.py, by Pieter Wuille); the mean
 * over the offsets is a formula here and not a loop.
 */

/** Bits a second that all attackers together can have processed: the speed at which a fast core hashes Bitcoin headers. */
const attackBitsPerSecond = 6e9;

/** How much faster than by the chain's growth the headers in memory may grow during an attack. */
const attackShare = 0.2;

/**
 * What a network is like.
 *
 * @typedef {object} PresyncNetwork
 * @property {number} spacingS  seconds between two blocks
 * @property {number} startTime  Unix seconds before which no header can be
 * @property {number} headersPerSecondMax  the most that a valid chain can have for long
 * @property {number} provenHeaders  headers that an attack has to show in the first pass, at least; 0: as many as the buffer holds
 * @property {number} bufferedBytes  bytes of a header in the buffer
 * @property {number} wireBytes  bytes of a header on its way, at least
 * @property {number} answerHeaders  headers of one answer in the second pass, at most
 */

/** Headers that a valid chain can have at most, at a time in Unix seconds. */
export function headersMax({ headersPerSecondMax, startTime }, time) {
  return headersPerSecondMax * (time - startTime);
}

/** Worthless headers that one attack may bring in, in the mean. */
export function acceptedMax({ spacingS, wireBytes, provenHeaders }, buffer) {
  const headersPerSecond = attackBitsPerSecond / (8 * wireBytes);
  return (attackShare / spacingS / headersPerSecond) * (provenHeaders === 0 ? buffer : provenHeaders);
}

/**
 * Worthless headers that one attack brings in, in the mean over all offsets, if the attacker begins at the best place.
 *
 * The attacker changes from true headers to worthless ones `honest` headers into an answer. After `forged` of them, those
 * beyond the buffer are let go if every bit on the way was right: floor((forged + s) / period) bits, where s is the
 * secret distance to the bit before, each value equally likely.
 */
export function acceptedMean({ answerHeaders }, period, buffer) {
  let most = 0;
  for (let honest = 0; honest < answerHeaders; honest++) {
    let mean = 0;
    let before = 0;
    for (let forged = answerHeaders - honest; ; forged += answerHeaders) {
      const released = Math.max(0, forged - buffer);
      const rest = forged % period;
      const chance = 0.5 ** Math.floor(forged / period) * (1 - rest / (2 * period));
      mean += (released - before) * chance;
      before = released;
      if (released > 0 && answerHeaders * chance < 1e-10 * mean) break;
      if (chance === 0) break;
    }
    most = Math.max(most, mean);
  }
  return most;
}

/** The smallest buffer at which an attack is not worth it. */
export function bufferFor(network, period) {
  const suffices = (buffer) => acceptedMean(network, period, buffer) < acceptedMax(network, buffer);
  let high = period;
  while (!suffices(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Bits of memory of one peer: in the first pass over the longest branch that can be, and in the second. */
export function memoryBits(network, period, buffer, time) {
  const longest = Math.floor(headersMax(network, time) / period);
  const second = Math.floor(network.provenHeaders / period) + buffer * 8 * network.bufferedBytes;
  return { longest, second };
}

/** The period and the buffer that take the least memory at a time in Unix seconds. */
export function presyncSize(network, time) {
  // The first falls with the period and the second grows, so the best is where they cross.
  let low = 1;
  let high = 2;
  const isCrossed = (period) => {
    const { longest, second } = memoryBits(network, period, bufferFor(network, period), time);
    return longest <= second;
  };
  while (!isCrossed(high)) high *= 2;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isCrossed(middle)) high = middle;
    else low = middle;
  }
  const sizes = [low, high].map((period) => {
    const buffer = bufferFor(network, period);
    const { longest, second } = memoryBits(network, period, buffer, time);
    return { period, buffer, bytes: Math.ceil(Math.max(longest, second) / 8) };
  });
  return sizes.reduce((best, size) => (size.bytes < best.bytes ? size : best));
}
