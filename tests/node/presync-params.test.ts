import { describe, expect, it } from 'vitest';
import { presyncParams } from '../../packages/protocol/src/families/presync-params.js';
import { PRESYNC_BYTES_MAX, PRESYNC_COMMITMENTS_MAX } from '../../packages/protocol/src/limits.js';
import { presyncNetworks, sizedUntil } from '../../scripts/presync/presync-networks.mjs';
import {
  acceptedMax,
  acceptedMean,
  bufferFor,
  headersMax,
  presyncSize,
} from '../../scripts/presync/presync-size.mjs';

describe('the sizes of the low-work defence', () => {
  it('are those of Bitcoin Core under its assumptions', () => {
    // contrib/devtools/headerssync-params.py of 2026: 48 bytes in the buffer, 81 on the wire, until 2028-10-10.
    const core = {
      ...presyncNetworks['bitcoin-mainnet'],
      startTime: Date.UTC(2009, 0, 3) / 1000,
      provenHeaders: 938_343,
      bufferedBytes: 48,
      wireBytes: 81,
    };
    expect(presyncSize(core, Date.UTC(2028, 9, 10) / 1000)).toMatchObject({ period: 641, buffer: 15_218 });
    // Its releases 29 and 30.
    expect(bufferFor({ ...core, provenHeaders: 886_157 }, 624)).toBe(14_827);
    expect(bufferFor({ ...core, provenHeaders: 912_683 }, 632)).toBe(15_009);
  });

  for (const [name, network] of Object.entries(presyncNetworks)) {
    it(`that ship for ${name} are those that are computed`, () => {
      const { period, buffer, bytes } = presyncSize(network, sizedUntil);
      expect(presyncParams[name]).toMatchObject({
        commitmentPeriod: period,
        bufferHeaders: buffer,
        answerHeaders: network.answerHeaders,
        headersPerSecondMax: network.headersPerSecondMax,
      });
      expect(bytes).toBeLessThan(PRESYNC_BYTES_MAX);
      // Beside what has to wait, two answers may be there; and as many bits may be as a branch can have headers.
      expect((buffer + 2 * network.answerHeaders) * network.bufferedBytes).toBeLessThan(PRESYNC_BYTES_MAX);
      expect(headersMax(network, sizedUntil) / period).toBeLessThan(PRESYNC_COMMITMENTS_MAX);
    });
  }

  it('let in what simulated attacks bring in, in the mean', () => {
    const network = { ...presyncNetworks['vision-devnet'], answerHeaders: 20 };
    const [period, buffer] = [9, 35];
    let random = 1;
    const draw = (): number => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
      return random / 2 ** 32;
    };
    let most = 0;
    for (let honest = 0; honest < network.answerHeaders; honest++) {
      let accepted = 0;
      const rounds = 4000;
      for (let round = 0; round < rounds; round++) {
        const since = Math.floor(draw() * period);
        let released = 0;
        let bits = 0;
        for (let forged = network.answerHeaders - honest; ; forged += network.answerHeaders) {
          let isRight = true;
          for (; bits < Math.floor((forged + since) / period); bits++) isRight = draw() < 0.5 && isRight;
          if (!isRight) break;
          released = Math.max(released, forged - buffer);
        }
        accepted += released;
      }
      most = Math.max(most, accepted / rounds);
    }
    expect(most / acceptedMean(network, period, buffer)).toBeGreaterThan(0.9);
    expect(most / acceptedMean(network, period, buffer)).toBeLessThan(1.2);
    expect(acceptedMax({ ...network, provenHeaders: 0 }, 2 * buffer)).toBe(
      2 * acceptedMax({ ...network, provenHeaders: 0 }, buffer),
    );
  });
});
