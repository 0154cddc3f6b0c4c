/** Trust on the overview: the level, and the gravest reason against it. */
import { trustReasons } from '@vision-light/browser-node';
import { byTestId, setText } from '../display/element.js';
import type { SessionState } from '../session/node-session.js';
import { levelWords } from './trust-words.js';

/** Fills the card. */
export class TrustPanel {
  readonly #level = byTestId('trust-level');
  readonly #sentence = byTestId('trust-sentence');

  render({ trust, lifecycle }: SessionState): void {
    const level = lifecycle === 'running' ? (trust?.level ?? 'none') : 'none';
    this.#level.dataset.level = level;
    setText(this.#level, levelWords[level].word);
    const [reason] = trust?.reasons ?? [];
    if (lifecycle !== 'running') setText(this.#sentence, 'The node is not running.');
    else setText(this.#sentence, reason === undefined ? levelWords.full.sentence : trustReasons[reason]);
  }
}
