/** Transactions on the overview: how many wait for a block, and what became of the last ones that this browser sent. */
import { byTestId, createElement, setText } from '../display/element.js';
import { createHashLink } from '../routes/links.js';
import type { SessionState } from '../session/node-session.js';
import { describeMempool, describeSent } from './sent-words.js';

/** Sent transactions that are shown. Arbitrary: the others are in the view of their own. */
const SHOWN_MAX = 3;

/** Fills the card. */
export class TransactionsPanel {
  readonly #waiting = byTestId('mempool');
  readonly #list = byTestId('sent-newest');
  #shown = '';

  render({ mempool, sent }: SessionState): void {
    setText(this.#waiting, describeMempool(mempool.count));
    const rows = [...sent]
      .reverse()
      .slice(0, SHOWN_MAX)
      .map(([id, state]) => [id, describeSent(state)] as const);
    const shown = rows.join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.replaceChildren(
      ...rows.map(([id, words]) => {
        const row = createElement('li');
        row.append(createHashLink({ view: 'tx', id }, id, true), createElement('span', '', words));
        return row;
      }),
    );
  }
}
