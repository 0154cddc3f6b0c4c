/** A form by which the visitor sends a transaction of Vision, signed with a key of this browser, and what becomes of it. */
import {
  createKey,
  LightNodeError,
  type LightNodeHandle,
  type TransactionKey,
} from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { shortenHash } from '../display/quantities.js';
import { createHashLink, createLink } from '../routes/links.js';
import type { NodeSession, SessionState } from '../session/node-session.js';
import { createCard, createViewFrame, sentenceOf, type View, type ViewContext } from '../views/view.js';
import { describeMempool, describeSent } from './sent-words.js';

/** Sent transactions that are shown. Arbitrary. */
const SHOWN_MAX = 20;

/** Shows the form and what was sent. */
export function createSendView({ session }: ViewContext): View {
  const { element, heading } = createViewFrame('Send', 'send');
  const form = new SendForm(session);
  const waiting = createElement('p', 'lead');
  waiting.dataset.testid = 'mempool-size';
  const sentCard = createCard('Sent from this browser');
  const none = createElement('p', 'note', 'Nothing yet.');
  const list = createElement('ol', 'sent-list');
  list.dataset.testid = 'sent-list';
  sentCard.append(none, list);
  const body = createElement('div', 'stack');
  body.append(form.element, sentCard);
  element.append(waiting, body);
  return {
    element,
    heading,
    render({ mempool, options, sent }: SessionState) {
      setText(waiting, describeMempool(mempool.count));
      const network = options?.network;
      form.offer(!(typeof network === 'string' && network.startsWith('bitcoin')));
      const shown = [...sent].reverse().slice(0, SHOWN_MAX);
      none.hidden = shown.length > 0;
      for (const [at, [id, state]] of shown.entries()) {
        const row = list.children[at] ?? list.appendChild(createRow());
        const [place, words] = row.children;
        if (place?.getAttribute('data-id') !== id) {
          place?.setAttribute('data-id', id);
          place?.replaceChildren(createHashLink({ view: 'tx', id }, id, true));
        }
        if (words !== undefined) setText(words, describeSent(state));
      }
    },
  };
}

function createRow(): HTMLElement {
  const row = createElement('li');
  row.append(createElement('span'), createElement('span'));
  return row;
}

class SendForm {
  readonly element = createCard('Send a transaction');
  readonly #session: NodeSession;
  readonly #form = createElement('form', 'send');
  readonly #absent = createElement(
    'p',
    'note',
    'Only transactions of Vision can be made here. On Bitcoin, a wallet signs them, and sendTx of the node in the console sends them.',
  );
  readonly #to = createElement('input');
  readonly #amount = createElement('input');
  readonly #own = createElement('p', 'note');
  readonly #answer = createElement('p', 'answer');
  #key: TransactionKey | undefined;
  #isBusy = false;
  /** Of a transaction that was signed and not taken: the next one gets it, or it would wait behind a gap. */
  #unused: bigint | undefined;

  constructor(session: NodeSession) {
    this.#session = session;
    Object.assign(this.#to, {
      id: 'send-to',
      type: 'text',
      placeholder: 'yourself',
      spellcheck: false,
      autocomplete: 'off',
    });
    this.#to.autocapitalize = 'none';
    this.#to.dataset.testid = 'send-to';
    this.#to.setAttribute('aria-describedby', 'send-hint');
    const amountLimits = {
      min: '1',
      max: String(Number.MAX_SAFE_INTEGER),
      step: '1',
      value: '1',
      required: true,
    };
    Object.assign(this.#amount, { id: 'send-amount', type: 'number', ...amountLimits });
    this.#amount.dataset.testid = 'send-amount';
    const row = createElement('div', 'send-row');
    const submit = createElement('button', 'button', 'Send');
    submit.dataset.testid = 'send-submit';
    row.append(this.#amount, submit);
    const hint = createElement(
      'p',
      'note',
      'Signed with a key that this browser keeps, and paid to that key if you name no other. A light node checks no balances, ' +
        'and nothing on a development network has value.',
    );
    hint.id = 'send-hint';
    this.#answer.dataset.testid = 'send-answer';
    this.#answer.setAttribute('role', 'status');
    this.#form.dataset.testid = 'send';
    this.#form.append(
      createLabel('send-to', 'Pay to (public key)'),
      this.#to,
      createLabel('send-amount', 'Amount'),
      row,
      hint,
      this.#own,
    );
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    this.element.append(this.#absent, this.#form, this.#answer);
  }

  /** Whether something can be sent on this network. */
  offer(isOffered: boolean): void {
    this.#form.hidden = !isOffered;
    this.#absent.hidden = isOffered;
  }

  async #send(): Promise<void> {
    const { node } = this.#session;
    if (this.#isBusy) return;
    const to = this.#to.value.trim();
    const amount = Number(this.#amount.value);
    const isKey = /^([0-9a-f]{64})?$/.test(to);
    this.#to.setAttribute('aria-invalid', String(!isKey));
    if (node === undefined) return this.#say('The node is not running, so nothing can be sent.');
    if (!isKey) return this.#say('The receiver is a public key: 64 digits from 0 to 9 and a to f.');
    this.#isBusy = true;
    try {
      this.#say('Signing …');
      const id = await this.#pay(node, to, amount);
      this.#say(`Sent ${id.slice(0, 8)}…: the next block may have it.`);
    } catch (error) {
      this.#say(sentenceOf(error, 'It could not be sent.'));
    } finally {
      this.#isBusy = false;
    }
  }

  /** @param named  the receiver, or nothing for the visitor's own key. @returns the id */
  async #pay(node: LightNodeHandle, named: string, amount: number): Promise<string> {
    this.#key ??= await createKey();
    const key = this.#key;
    const to = named || key.publicKey;
    this.#showOwn(key.publicKey);
    const leastNonce = await node.nextNonce(key.publicKey);
    // Only now: if the node does not answer, it is still free.
    const nonce = this.#unused;
    this.#unused = undefined;
    const tx = await key.sign(
      {
        module: 'cash',
        method: 'transfer',
        args: JSON.stringify({ to, amount }),
        access_list: [`acct:${to}`],
        tip: 1n,
        fee_limit: 1000n,
        ...(nonce === undefined ? {} : { nonce }),
      },
      leastNonce,
    );
    try {
      return await node.sendTx(tx).id;
    } catch (error) {
      const isUsed = error instanceof LightNodeError && error.code === 'TX_NONCE_USED';
      if (!isUsed) this.#unused = tx.nonce;
      throw error;
    }
  }

  #showOwn(key: string): void {
    const link = createLink({ view: 'address', address: key }, shortenHash(key), 'link hash');
    this.#own.replaceChildren('The key of this browser is ', link, '.');
  }

  #say(sentence: string): void {
    setText(this.#answer, sentence);
  }
}

function createLabel(id: string, text: string): HTMLLabelElement {
  const label = createElement('label', '', text);
  label.htmlFor = id;
  return label;
}
