/** What is verified on the network of this page, how much of it in this visit, and what is not verified. */
import { createElement, setText } from '../display/element.js';
import { countNoun, formatCount } from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';
import { createCard } from '../views/view.js';
import { describeNetwork } from './network-facts.js';

const unchecked = [
  [
    'Transactions',
    'They are not executed: that a block has the most work behind it does not say that what is in it is right.',
  ],
  [
    'Peers you never met',
    'If every peer hides a heavier chain, this node cannot know it. Each honest peer helps.',
  ],
] as const;

/** Fills the card. The list of checks stays empty until the network is known. */
export class VerifiedCard {
  readonly element = createCard('What is verified, and what that means');
  readonly #share = createElement('p', 'lead');
  readonly #caution = createElement('p', 'caution');
  readonly #checks = createElement('ul', 'checks');
  #writtenFor: unknown;

  constructor() {
    this.#share.dataset.testid = 'verified-share';
    this.#caution.dataset.testid = 'network-caution';
    this.#checks.dataset.testid = 'checks';
    this.#caution.hidden = true;
    const columns = createElement('div', 'trust');
    const checked = createElement('div');
    checked.append(
      createElement('h3', '', 'Checked in this browser, for every header from genesis'),
      this.#checks,
    );
    const rest = createElement('div');
    const uncheckedList = createElement('ul', 'checks unchecked');
    uncheckedList.append(...unchecked.map(createRule));
    rest.append(createElement('h3', '', 'Not checked'), uncheckedList);
    columns.append(checked, rest);
    this.element.append(this.#share, this.#caution, columns);
  }

  /** @param assumed  headers that are taken on trust so far */
  render(state: SessionState, assumed: number): void {
    this.#writeChecks(state);
    if (state.tip === undefined) {
      if (state.lifecycle === 'failed') setText(this.#share, 'Nothing is verified yet.');
      return;
    }
    const { again } = describeNetwork(state.options?.network);
    setText(this.#share, describeShare(state.tip.height, state.startHeight, assumed, again));
  }

  #writeChecks({ options }: SessionState): void {
    if (options === undefined || this.#writtenFor === options.network) return;
    this.#writtenFor = options.network;
    const { checks, caution } = describeNetwork(options.network);
    this.#checks.replaceChildren(...checks.map(createRule));
    this.#caution.hidden = caution === undefined;
    setText(this.#caution, caution ?? '');
  }
}

function createRule([rule, sentence]: readonly [rule: string, sentence: string]): HTMLLIElement {
  const item = createElement('li');
  item.append(createElement('strong', '', `${rule}.`), ` ${sentence}`);
  return item;
}

function describeShare(height: number, startHeight: number, assumed: number, again: string): string {
  if (height === 0) return 'Only the genesis, which is built into this page, is known so far.';
  if (assumed > 0)
    return (
      `${countNoun(height, 'header')} after genesis, of which ${formatCount(assumed)} are taken on trust so far: they are ` +
      'verified in the background, down to the genesis.'
    );
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
