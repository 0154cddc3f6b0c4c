/** Transactions: how many wait for a block, and a form by which the visitor sends one and watches it confirm. */
import {
  createKey,
  LightNodeError,
  type LightNodeHandle,
  type TransactionKey,
} from '@vision-light/browser-node';
import { byTestId, createElement, setText } from '../display/element.js';
import { formatCount } from '../display/quantities.js';
import type { NodeSession } from '../session/node-session.js';
import { describeSent } from './sent-words.js';

/** Sent transactions that are shown. Arbitrary. */
const SHOWN_MAX = 5;

/** Shows the mempool and what the visitor sends. */
export class TransactionsPanel {
  readonly #session: NodeSession;
  readonly #waiting = byTestId('mempool-size');
  readonly #form = byTestId<HTMLFormElement>('send');
  readonly #to = byTestId<HTMLInputElement>('send-to');
  readonly #amount = byTestId<HTMLInputElement>('send-amount');
  readonly #answer = byTestId('send-answer');
  readonly #list = byTestId('sent-list');
  #key: TransactionKey | undefined;
  /** Of a transaction that was signed and not taken: the next one gets it, or it would wait behind a gap. */
  #unused: bigint | undefined;

  constructor(session: NodeSession) {
    this.#session = session;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
  }

  render(): void {
    const { mempool, options, sent } = this.#session.state;
    const { count } = mempool;
    setText(
      this.#waiting,
      count === 1
        ? '1 transaction waits for a block.'
        : `${formatCount(count)} transactions wait for a block.`,
    );
    // Only transactions of Vision can be made here.
    const network = options?.network;
    this.#form.hidden = typeof network === 'string' && network.startsWith('bitcoin');
    const shown = [...sent].reverse().slice(0, SHOWN_MAX);
    for (const [at, [id, state]] of shown.entries()) {
      const row = this.#list.children[at] ?? this.#list.appendChild(createRow());
      setText(row.children[0] as Element, `${id.slice(0, 8)}…${id.slice(-8)}`);
      row.children[0]?.setAttribute('title', id);
      setText(row.children[1] as Element, describeSent(state));
    }
  }

  async #send(): Promise<void> {
    const { node } = this.#session;
    const to = this.#to.value.trim();
    const amount = Number(this.#amount.value);
    const isKey = /^([0-9a-f]{64})?$/.test(to);
    this.#to.setAttribute('aria-invalid', String(!isKey));
    if (node === undefined) return this.#say('The node is not running, so nothing can be sent.');
    if (!isKey) return this.#say('The receiver is a public key: 64 digits from 0 to 9 and a to f.');
    try {
      this.#say('Signing …');
      const id = await this.#pay(node, to, amount);
      this.#say(`Sent ${id.slice(0, 8)}…: the next block may have it.`);
    } catch (error) {
      this.#say(error instanceof Error ? error.message : 'It could not be sent.');
    }
  }

  /** @param named  the receiver, or nothing for the visitor's own key. @returns the id */
  async #pay(node: LightNodeHandle, named: string, amount: number): Promise<string> {
    this.#key ??= await createKey();
    const key = this.#key;
    const to = named || key.publicKey;
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
      await node.nextNonce(key.publicKey),
    );
    try {
      return await node.sendTx(tx).id;
    } catch (error) {
      const isUsed = error instanceof LightNodeError && error.code === 'TX_NONCE_USED';
      if (!isUsed) this.#unused = tx.nonce;
      throw error;
    }
  }

  #say(sentence: string): void {
    setText(this.#answer, sentence);
  }
}

function createRow(): HTMLElement {
  const row = createElement('li');
  row.append(createElement('code'), createElement('span'));
  return row;
}
