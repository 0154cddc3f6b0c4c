/** Session descriptions in few bytes, as people and peers pass them on. */
import { decodeDescription, encodeDescription } from '@vision-light/peering';
import { decodeSignalData } from '@vision-light/signaling';
import { realDescription, realDescriptionNames } from '../session-descriptions.js';
import type { FuzzTarget } from './fuzz-target.js';

/** The lines of every description of a data channel, whoever made it, without those of its candidates. */
const LINES = 16;

/** Has no line that the decoder does not write, and no other form. */
export const descriptions: FuzzTarget = {
  name: 'session descriptions in few bytes',
  weight: 1,
  samples: realDescriptionNames.map((name) => encodeDescription(realDescription(name)) ?? new Uint8Array()),
  check(input) {
    const made = decodeDescription(input);
    if (made === undefined) return;
    if (decodeSignalData(made) === undefined) throw new Error('not a signal');
    const candidates = made.sdp.match(/^a=candidate:/gm)?.length ?? 0;
    const lines = made.sdp.split(/[\r\n]+/).length;
    if (candidates > 16 || lines !== LINES + candidates) throw new Error(`${lines} lines`);
    const again = encodeDescription(made) ?? new Uint8Array();
    if (Buffer.compare(again, input) !== 0) throw new Error('encoded otherwise again');
  },
};
