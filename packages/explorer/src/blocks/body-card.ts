/** The transactions of a block: fetched from peers, held to the header, and listed by and by. */
import type { Block, BodyTransaction } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { countNoun, formatBytes, formatCount } from '../display/quantities.js';
import { createHashLink } from '../routes/links.js';
import type { NodeSession } from '../session/node-session.js';
import { describeTransaction } from '../transactions/transaction-words.js';
import { createCard, sentenceOf } from '../views/view.js';

/** Transactions that are listed at a time, of the thousands in a block: to draw all takes a second. Otherwise arbitrary. */
const PAGE = 100;

type StepState = 'done' | 'going' | 'open' | 'failed';

const stepWords: Readonly<Record<StepState, string>> = {
  done: 'done',
  going: 'going on',
  open: 'still to do',
  failed: 'failed',
};

/** Fetches a body, and shows how far that is and what came of it. */
export class BodyCard {
  readonly element = createCard('Transactions');
  readonly #session: NodeSession;
  readonly #hash: string;
  readonly #steps = createElement('ol', 'steps');
  readonly #answer = createElement('p', 'lead');
  readonly #list = createElement('ol', 'transactions');
  readonly #again = createElement('button', 'button quiet', 'Ask again');
  readonly #more = createElement('button', 'button quiet');
  #transactions: readonly BodyTransaction[] = [];
  #isAsking = false;

  constructor(session: NodeSession, hash: string) {
    this.#session = session;
    this.#hash = hash;
    for (const [text, id] of [
      ['Header verified', 'header'],
      ['Body from this device or a peer', 'body'],
      ['Body held to what the header commits to', 'check'],
    ] as const) {
      const step = createElement('li');
      step.dataset.step = id;
      step.append(createElement('span', '', text), createElement('span', 'hidden'));
      this.#steps.append(step);
    }
    this.#answer.dataset.testid = 'block-answer';
    this.#answer.setAttribute('role', 'status');
    this.#list.dataset.testid = 'block-transactions';
    for (const button of [this.#again, this.#more]) {
      button.type = 'button';
      button.hidden = true;
    }
    this.#again.dataset.testid = 'block-again';
    this.#more.dataset.testid = 'block-more';
    this.#again.addEventListener('click', () => void this.fetch());
    this.#more.addEventListener('click', () => this.#listMore());
    this.element.append(this.#steps, this.#answer, this.#again, this.#list, this.#more);
  }

  /** Fetches the body, if that is not going on. */
  async fetch(): Promise<void> {
    const { node } = this.#session;
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#again.setAttribute('aria-disabled', 'true');
    this.#mark('going', 'open');
    setText(this.#answer, 'Looking on this device, then asking the peers …');
    try {
      const block = await node?.block(this.#hash);
      if (block === undefined) throw new Error('This header has left the chain, or the node is not running.');
      this.#mark('done', 'done');
      setText(this.#answer, describe(block));
      if (document.activeElement === this.#again) this.#answer.focus();
      this.#again.hidden = true;
      this.#transactions = block.transactions;
      this.#list.replaceChildren();
      this.#listMore();
    } catch (error) {
      this.#mark('failed', 'open');
      setText(this.#answer, sentenceOf(error, 'The block could not be fetched.'));
      this.#again.hidden = false;
    } finally {
      this.#isAsking = false;
      this.#again.removeAttribute('aria-disabled');
    }
  }

  #mark(body: StepState, check: StepState): void {
    const states: Readonly<Record<string, StepState>> = { header: 'done', body, check };
    for (const step of this.#steps.children as HTMLCollectionOf<HTMLElement>) {
      const state = states[step.dataset.step ?? ''] ?? 'open';
      step.dataset.state = state;
      const words = step.lastElementChild;
      if (words !== null) setText(words, `: ${stepWords[state]}`);
    }
  }

  #listMore(): void {
    const from = this.#list.childElementCount;
    const next = this.#transactions.slice(from, from + PAGE).map((tx) => createRow(tx, this.#hash));
    this.#list.append(...next);
    // Whoever pressed the button by keyboard goes on with the first of them.
    if (from > 0) next[0]?.querySelector('a')?.focus();
    const left = this.#transactions.length - from - next.length;
    this.#more.hidden = left <= 0;
    setText(
      this.#more,
      `Show ${formatCount(Math.min(PAGE, left))} more of ${formatCount(this.#transactions.length)}`,
    );
  }
}

function describe({ transactionCount: count, bytes }: Block): string {
  if (count === 0) return 'An empty block: its header says that there are no transactions.';
  return (
    `${countNoun(count, 'transaction')} in ${formatBytes(bytes)}, held to what the header commits to. ` +
    'What they do is not checked: a light node does not execute them.'
  );
}

/** The fields hold text from strangers, so they are set as text and never as markup. */
function createRow(tx: BodyTransaction, block: string): HTMLLIElement {
  const item = createElement('li');
  item.append(
    createHashLink({ view: 'tx', id: tx.id, block }, tx.id),
    createElement('span', 'note', `${describeTransaction(tx)} · ${formatBytes(tx.bytes)}`),
  );
  return item;
}
