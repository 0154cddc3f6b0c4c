/** What is verified on the network of this page, and how much of it in this visit. */
import { byTestId, createElement, setText } from '../display/element.js';
import { countNoun, formatCount } from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';
import { describeNetwork } from './network-facts.js';

/** Fills the section on trust. The list of checks stays empty until the network is known. */
export class TrustPanel {
  readonly #share = byTestId('verified-share');
  readonly #caution = byTestId('network-caution');
  readonly #checks = byTestId('checks');
  #writtenFor: unknown;

  render(state: SessionState): void {
    this.#writeChecks(state);
    if (state.lifecycle === 'failed' && state.tip === undefined)
      setText(this.#share, 'Nothing is verified yet.');
    if (state.tip !== undefined)
      setText(
        this.#share,
        describeShare(state.tip.height, state.startHeight, describeNetwork(state.options?.network).again),
      );
  }

  #writeChecks({ options }: SessionState): void {
    if (options === undefined || this.#writtenFor === options.network) return;
    this.#writtenFor = options.network;
    const { checks, caution } = describeNetwork(options.network);
    this.#checks.replaceChildren(
      ...checks.map(([rule, sentence]) => {
        const item = createElement('li');
        item.append(createElement('strong', '', `${rule}.`), ` ${sentence}`);
        return item;
      }),
    );
    this.#caution.hidden = caution === undefined;
    setText(this.#caution, caution ?? '');
  }
}

function describeShare(height: number, startHeight: number, again: string): string {
  if (height === 0) return 'Only the genesis, which is built into this page, is known so far.';
  const whole = `${countNoun(height, 'header')} after genesis, every one checked by this browser and none taken on trust.`;
  const earlier = Math.min(height, startHeight);
  if (earlier === 0) return whole;
  const fresh = height - earlier;
  const share =
    fresh === 0
      ? 'That was in an earlier visit.'
      : `${formatCount(fresh)} in this visit, and ${formatCount(earlier)} in an earlier one.`;
  return `${whole} ${share} On loading, what was stored met every rule again, with the hash of ${again} computed anew.`;
}
