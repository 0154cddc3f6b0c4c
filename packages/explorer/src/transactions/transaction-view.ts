/** One transaction: its state and its confirmations, its fields, and the proof that a block has it. */
import type { BodyTransaction, LightNodeHandle, TransactionStatus } from '@vision-light/browser-node';
import { createElement, setText } from '../display/element.js';
import { countNoun, formatBytes, formatCount } from '../display/quantities.js';
import { createHashLink, createLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';
import {
  createCard,
  createFacts,
  createViewFrame,
  describeNoNode,
  sentenceOf,
  type View,
  type ViewContext,
} from '../views/view.js';
import { ProofCard } from './proof-card.js';
import { describeSent } from './sent-words.js';
import { textOfField } from './transaction-words.js';

/** Shows the transaction that the address names. */
export function createTransactionView(context: ViewContext): View {
  return new TransactionView(context);
}

/** What of a block matters here. */
interface Place {
  readonly hash: string;
  readonly height: number;
  readonly isFollowed: boolean;
}

class TransactionView implements View {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #context: ViewContext;
  readonly #id = createElement('p', 'hash');
  readonly #state = createElement('p', 'lead');
  readonly #block = createElement('p');
  readonly #fields = createCard('Fields');
  readonly #fieldsBody = createElement('div');
  readonly #proof: ProofCard;
  #route: Extract<Route, { view: 'tx' }> = { view: 'tx', id: '' };
  /** The block that has it, as far as is known. */
  #place: Place | undefined;
  #triedAt = '';
  /** The block whose body was looked into and has it. */
  #readFrom = '';
  /** The block that was said to have it, and has not. */
  #refuted = '';

  constructor(context: ViewContext) {
    this.#context = context;
    const { element, heading } = createViewFrame('Transaction', 'tx');
    this.#id.dataset.testid = 'tx-id';
    this.#state.dataset.testid = 'tx-state';
    this.#state.setAttribute('role', 'status');
    this.#block.dataset.testid = 'tx-block';
    this.#fieldsBody.dataset.testid = 'tx-fields';
    this.#fields.append(this.#fieldsBody);
    this.#proof = new ProofCard(context.session, (block) => this.#foundIn(block));
    const body = createElement('div', 'stack');
    body.append(this.#fields, this.#proof.element);
    element.append(this.#id, this.#state, this.#block, body);
    this.element = element;
    this.heading = heading;
  }

  show(route: Route): void {
    if (route.view !== 'tx') return;
    const isOther = route.id !== this.#route.id;
    this.#route = route;
    if (isOther) {
      this.#place = undefined;
      this.#readFrom = '';
      this.#block.replaceChildren();
      this.#fields.hidden = true;
      setText(this.#id, route.id);
    }
    this.#proof.show(route.id, route.block);
    void this.#look();
  }

  render(): void {
    const { tip, lifecycle } = this.#context.session.state;
    if (tip !== undefined && tip.hash !== this.#triedAt) void this.#look();
    else if (tip === undefined) setText(this.#state, describeNoNode(lifecycle));
  }

  /** A proof has named the block. */
  #foundIn(block: string): void {
    this.#route = { ...this.#route, block };
    void this.#look();
  }

  async #look(): Promise<void> {
    const { node } = this.#context.session;
    if (node === undefined) return;
    const { id, block } = this.#route;
    this.#triedAt = node.tip.hash;
    const isGone = () => id !== this.#route.id;
    try {
      const status = await node.txStatus(id);
      const named = block === this.#refuted ? undefined : block;
      const at = status?.kind === 'included' ? status.block : named;
      const place = at === undefined ? undefined : await placeOf(node, at);
      if (isGone()) return;
      this.#place = place;
      this.#proof.show(id, place?.hash);
      setText(this.#state, this.#describe(status, place, node.tip.height));
      this.#linkBlock(place);
      if (place !== undefined) await this.#readFields(node, place.hash, id);
    } catch (error) {
      if (!isGone()) setText(this.#state, sentenceOf(error, 'The node could not answer.'));
    }
  }

  #describe(status: TransactionStatus | undefined, place: Place | undefined, tipHeight: number): string {
    if (status?.kind === 'pending')
      return `It waits for a block. Checked here: ${status.checked.join(', ') || 'nothing yet'}. It may never be mined.`;
    if (place !== undefined) {
      if (!place.isFollowed) return 'The block that has it is on a side branch, so it is not confirmed.';
      const confirmations = countNoun(tipHeight - place.height + 1, 'confirmation');
      // What the link claims counts once the body was looked into.
      const isSure = status?.kind === 'included' || this.#readFrom === place.hash;
      return isSure ? `Confirmed: ${confirmations}.` : 'Looking into the block that is named …';
    }
    if (this.#refuted !== '' && this.#refuted === this.#route.block)
      return 'The block that is named does not have it, and it is not known here otherwise.';
    const sent = this.#context.session.state.sent.get(this.#route.id);
    if (sent !== undefined) return `Sent from this browser: ${describeSent(sent)}.`;
    return (
      'Not known here: it neither waits in the mempool nor is in one of the newest blocks of this node. It may be in an ' +
      'older block, of which a peer with an index can tell.'
    );
  }

  #linkBlock(place: Place | undefined): void {
    this.#block.replaceChildren();
    if (place === undefined) return;
    const link = createHashLink({ view: 'block', hash: place.hash }, place.hash, true);
    this.#block.append(`In block ${formatCount(place.height)}, `, link);
  }

  async #readFields(node: LightNodeHandle, block: string, id: string): Promise<void> {
    if (this.#readFrom === block) return;
    const body = await node.block(block);
    if (id !== this.#route.id) return;
    const tx = body?.transactions.find((each) => each.id === id);
    if (tx === undefined) {
      this.#proof.show(id, undefined);
      this.#refuted = block;
      this.#block.replaceChildren();
      setText(this.#state, 'The block that is named does not have it.');
      return;
    }
    this.#readFrom = block;
    if (this.#place !== undefined) {
      const place = this.#place;
      setText(this.#state, this.#describe(undefined, place, node.tip.height));
    }
    this.#fields.hidden = false;
    this.#fieldsBody.replaceChildren(createFields(tx));
  }
}

/** The fields hold text from strangers, so they are set as text and never as markup. Accounts are links. */
function createFields({ fields, bytes }: BodyTransaction): HTMLElement {
  return createFacts([
    ['size', formatBytes(bytes)],
    ...Object.entries(fields).map(([name, value]) => {
      const text = textOfField(name, value);
      const isAccount = name === 'sender_pubkey' && /^[0-9a-f]{64}$/.test(text);
      return [
        name,
        isAccount ? [createLink({ view: 'address', address: text }, text, 'link hash')] : text,
      ] as const;
    }),
  ]);
}

async function placeOf(node: LightNodeHandle, hash: string): Promise<Place | undefined> {
  const header = await node.header(hash);
  if (header === undefined) return undefined;
  const followed = await node.header(header.height);
  return { hash, height: header.height, isFollowed: followed?.hash === hash };
}
