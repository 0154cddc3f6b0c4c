/** The transactions of a block. They are fetched from peers only when the visitor asks for them. */
import type { Block, BodyTransaction, LightNodeHandle } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { countNoun, formatBytes, formatCount } from '../display/quantities.js';

/** Most transactions that are listed, of the thousands in a block: to draw all takes a second. Otherwise arbitrary. */
const SHOWN_MAX = 100;

/** A button that fetches a block, and the place where its transactions are shown. */
export function createBlockView(node: LightNodeHandle, hash: string): HTMLElement {
  const view = createElement('div', 'block-view');
  const button = createElement('button', 'button quiet', 'Fetch its transactions');
  button.type = 'button';
  button.dataset.testid = 'block-fetch';
  const answer = createElement('p', 'note');
  answer.dataset.testid = 'block-answer';
  answer.setAttribute('role', 'status');
  answer.tabIndex = -1;
  const list = createElement('ol', 'transactions');
  list.dataset.testid = 'block-transactions';
  let isAsking = false;
  button.addEventListener('click', async () => {
    if (isAsking) return;
    isAsking = true;
    // Not `disabled`: the button would lose the focus, and a visitor with a keyboard would start again at the top.
    button.setAttribute('aria-disabled', 'true');
    setText(answer, 'Asking the peers …');
    try {
      const block = await node.block(hash);
      setText(answer, block === undefined ? 'This header has left the chain meanwhile.' : describe(block));
      const shown = block?.transactions.slice(0, SHOWN_MAX) ?? [];
      list.replaceChildren(...shown.map(createTransaction));
      if (block === undefined) return;
      // The button disappears, so the focus moves to the answer. Otherwise it would be at the top of the page.
      if (document.activeElement === button) answer.focus();
      button.hidden = true;
    } catch (error) {
      setText(answer, error instanceof Error ? error.message : 'The block could not be fetched.');
    } finally {
      isAsking = false;
      button.removeAttribute('aria-disabled');
    }
  });
  view.append(button, answer, list);
  return view;
}

function describe({ transactionCount: count, bytes }: Block): string {
  if (count === 0) return 'An empty block: its header says that there are no transactions.';
  const shown = count > SHOWN_MAX ? ` The first ${formatCount(SHOWN_MAX)} are shown.` : '';
  return (
    `${countNoun(count, 'transaction')} in ${formatBytes(bytes)}, held to what the header commits to. ` +
    `What they do is not checked: a light node does not execute them.${shown}`
  );
}

/** The fields hold text from strangers, so they are set as text and never as markup. */
function createTransaction({ id, bytes, fields }: BodyTransaction): HTMLLIElement {
  const item = createElement('li');
  const details = createElement('details');
  const summary = createElement('summary');
  summary.append(createElement('span', 'hash', id), createElement('span', 'note', formatBytes(bytes)));
  const list = createElement('dl', 'fields');
  for (const [name, value] of Object.entries(fields)) {
    const row = createElement('div');
    row.append(createElement('dt', '', name), createElement('dd', '', textOf(value)));
    list.append(row);
  }
  details.append(summary, list);
  item.append(details);
  return item;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(String).join(', ');
  return String(value) === '' ? '–' : String(value);
}
