/** Session descriptions in few bytes, as people and peers pass them on. */
import { decodeDescription, encodeDescription } from '@vision-light/peering';
import { decodeSignalData } from '@vision-light/signaling';
import { decodeHandText, encodeHandText } from '../../packages/peering/src/by-hand/hand-text.js';
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

const utf8 = new TextEncoder();
const lenient = new TextDecoder();

/** Is one of those that are written, or nothing. */
export const handTexts: FuzzTarget = {
  name: 'invitations and answers',
  weight: 1,
  samples: realDescriptionNames.map((name) => {
    const description = realDescription(name);
    const note = encodeHandText({ invitation: '00000000', network: '00000000', expires: 0, description });
    return utf8.encode(note?.text ?? '');
  }),
  check(input) {
    const text = lenient.decode(input);
    const said = decodeHandText(text);
    if (said === undefined) return;
    const again = encodeHandText(said)?.text ?? 'none';
    if (!text.replace(/\s+/g, '').toUpperCase().endsWith(again)) throw new Error('encoded otherwise again');
  },
};
