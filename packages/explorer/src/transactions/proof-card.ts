/**
 * The proof of a transaction: made by the node, verified in this page by the function that anyone else would use, and
 * downloaded. What it is held to comes from the node of this page and not from the proof.
 */
import type { LightNodeHandle, TxProof } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { countNoun, formatBytes, formatCount, formatTime } from '../display/quantities.js';
import { createHashLink } from '../routes/links.js';
import type { NodeSession } from '../session/node-session.js';
import { createCard, createFacts, sentenceOf } from '../views/view.js';

const tieWords: Readonly<Record<TxProof['tie'], string>> = {
  root: 'a path from the header to the root of a checkpoint',
  links: 'the headers from the block to the anchor, each of which names the one before',
  work: 'the headers above a checkpoint, with their proof of work',
};

/** Makes, verifies and gives out the proof of one transaction at a time. */
export class ProofCard {
  readonly element = createCard('Proof');
  readonly #session: NodeSession;
  readonly #onFound: (block: string) => void;
  readonly #answer = createElement('p', 'lead');
  readonly #facts = createElement('div');
  readonly #make = createButton('Make a proof', 'proof-make');
  readonly #verify = createButton('Verify it in this page', 'proof-verify');
  readonly #json = createButton('Download as JSON', 'proof-json');
  readonly #binary = createButton('Download as bytes', 'proof-binary');
  #id = '';
  #block: string | undefined;
  #proof: TxProof | undefined;
  #isBusy = false;

  /** @param onFound  called with the hash of the block that a proof names, if no block was named before */
  constructor(session: NodeSession, onFound: (block: string) => void) {
    this.#session = session;
    this.#onFound = onFound;
    this.#answer.dataset.testid = 'proof-answer';
    this.#answer.setAttribute('role', 'status');
    const note = createElement(
      'p',
      'note',
      'It shows that a block of the chain commits to this transaction. Whoever gets it verifies it with no network, from a ' +
        'checkpoint or a header that they know. It does not say that the transaction did anything.',
    );
    const buttons = createElement('div', 'buttons');
    buttons.append(this.#make, this.#verify, this.#json, this.#binary);
    this.element.append(note, buttons, this.#answer, this.#facts);
    this.#make.addEventListener('click', () => void this.#run(() => this.#makeProof()));
    this.#verify.addEventListener('click', () => void this.#run(() => this.#verifyProof()));
    this.#json.addEventListener('click', () => void this.#run(() => this.#download('json')));
    this.#binary.addEventListener('click', () => void this.#run(() => this.#download('bin')));
    this.#offer();
  }

  /** Another transaction, or another block of it. The proof of the same transaction stays. */
  show(id: string, block: string | undefined): void {
    this.#block = block;
    if (id === this.#id) return;
    this.#id = id;
    this.#proof = undefined;
    this.#facts.replaceChildren();
    setText(this.#answer, '');
    this.#offer();
  }

  #offer(): void {
    for (const button of [this.#verify, this.#json, this.#binary]) button.hidden = this.#proof === undefined;
    setText(this.#make, this.#proof === undefined ? 'Make a proof' : 'Make it again');
  }

  async #run(action: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const id = this.#id;
    try {
      await action();
    } catch (error) {
      if (id === this.#id) setText(this.#answer, sentenceOf(error, 'That did not work.'));
    } finally {
      this.#isBusy = false;
    }
  }

  async #makeProof(): Promise<void> {
    const [id, block] = [this.#id, this.#block];
    setText(this.#answer, block === undefined ? 'Asking the peers which block has it …' : 'Making it …');
    const proof = await this.#node().proveTx(id, block === undefined ? {} : { block });
    const { encodeTxProof } = await import('./proof-tools.js');
    if (id !== this.#id) return;
    this.#proof = proof;
    const { height, position, count, tie, anchor } = proof;
    this.#facts.replaceChildren(
      createFacts(
        [
          ['block', formatCount(height)],
          ['position', `${formatCount(position + 1)} of ${formatCount(count)}`],
          ['tied by', tieWords[tie]],
          ['held to', `height ${formatCount(anchor)}`],
          [
            'size',
            `${formatBytes(encodeTxProof(proof).length)}, or ${formatBytes(JSON.stringify(proof).length)} as JSON`,
          ],
        ],
        'words',
      ),
    );
    setText(this.#answer, 'The proof is made.');
    this.#offer();
    if (block !== undefined) return;
    const header = await this.#node().header(height);
    if (header !== undefined && id === this.#id) this.#onFound(header.hash);
  }

  async #verifyProof(): Promise<void> {
    const proof = this.#proof;
    if (proof === undefined) return;
    const { verifyTxProof } = await import('./proof-tools.js');
    const anchor = await anchorOf(this.#node(), proof);
    const begun = performance.now();
    const result = verifyTxProof(proof, anchor);
    const tookMs = Math.max(1, Math.round(performance.now() - begun));
    if (proof !== this.#proof) return;
    if (!result.ok) {
      setText(this.#answer, `The proof does not hold: ${result.code}.`);
      return;
    }
    const { height, time, confirmations } = result;
    setText(
      this.#answer,
      `The proof holds: block ${formatCount(height)} of ${formatTime(time)} commits to it, with ` +
        `${countNoun(confirmations, 'confirmation')} shown. Verified in ${formatCount(tookMs)} ms, against `,
    );
    this.#answer.append(createHashLink({ view: 'header', at: anchor.hash }, anchor.hash, true), '.');
  }

  async #download(form: 'json' | 'bin'): Promise<void> {
    const proof = this.#proof;
    if (proof === undefined) return;
    const { encodeTxProof } = await import('./proof-tools.js');
    const content = form === 'json' ? JSON.stringify(proof, null, 2) : Uint8Array.from(encodeTxProof(proof));
    const type = form === 'json' ? 'application/json' : 'application/octet-stream';
    const link = createElement('a');
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = `proof-${proof.txid.slice(0, 16)}.${form}`;
    link.click();
    URL.revokeObjectURL(link.href);
    setText(this.#answer, `Saved as ${link.download}.`);
  }

  #node(): LightNodeHandle {
    const { node } = this.#session;
    if (node === undefined) throw new Error('The node is not running, so there is nothing to ask.');
    return node;
  }
}

/** What the node of this page knows at the height to which a proof is held. */
async function anchorOf(node: LightNodeHandle, { network, tie, anchor }: TxProof) {
  if (tie !== 'links') return node.checkpoint({ height: anchor });
  const header = await node.header(anchor);
  if (header === undefined) throw new Error('This node does not know the header to which the proof is held.');
  return { network, height: anchor, hash: header.hash };
}

function createButton(text: string, testId: string): HTMLButtonElement {
  const button = createElement('button', 'button quiet', text);
  button.type = 'button';
  button.dataset.testid = testId;
  return button;
}
