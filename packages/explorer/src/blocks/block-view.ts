/** One block, by its hash: its header, and its transactions, which are fetched from peers and held to the header. */
import { describePlace, describeUnknown, type PlacedHeader, placeHeader } from '../chain/header-place.js';
import { createElement, setText } from '../display/element.js';
import { formatCount, formatTime } from '../display/quantities.js';
import { createHashLink, createLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';
import {
  createCard,
  createFacts,
  createViewFrame,
  sentenceOf,
  type View,
  type ViewContext,
} from '../views/view.js';
import { BodyCard } from './body-card.js';

/** Shows the block that the address names. */
export function createBlockView(context: ViewContext): View {
  return new BlockView(context);
}

class BlockView implements View {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #context: ViewContext;
  readonly #place = createElement('p', 'lead');
  readonly #body = createElement('div', 'stack');
  #hash = '';
  #placed: PlacedHeader | undefined;
  /** Hash of the tip with which it was looked up last. */
  #triedAt = '';
  #transactions: BodyCard | undefined;

  constructor(context: ViewContext) {
    this.#context = context;
    const { element, heading } = createViewFrame('Block', 'block');
    this.#place.dataset.testid = 'block-place';
    this.#place.setAttribute('role', 'status');
    element.append(this.#place, this.#body);
    this.element = element;
    this.heading = heading;
  }

  show(route: Route): void {
    if (route.view !== 'block') return;
    // The body that is shown stays: it is the same whichever node it came from.
    if (route.hash !== this.#hash || this.#placed === undefined) {
      this.#hash = route.hash;
      this.#placed = undefined;
      this.#transactions = undefined;
      this.#body.replaceChildren();
      setText(this.heading, 'Block');
    }
    void this.#look();
  }

  render(): void {
    const { tip, lifecycle } = this.#context.session.state;
    if (tip === undefined) {
      if (this.#placed === undefined)
        setText(
          this.#place,
          lifecycle === 'starting' ? 'The node is starting …' : 'The node is not running.',
        );
      return;
    }
    if (tip.hash !== this.#triedAt) void this.#look();
    else if (this.#placed !== undefined)
      setText(this.#place, describePlace(this.#placed, tip, Date.now() / 1000));
  }

  async #look(): Promise<void> {
    const { node, state } = this.#context.session;
    if (node === undefined) return;
    const hash = this.#hash;
    this.#triedAt = node.tip.hash;
    try {
      const placed = await placeHeader(node, hash);
      if (hash !== this.#hash) return;
      if (placed === undefined) {
        setText(this.#place, describeUnknown(hash, node.tip, state.status?.phase === 'synced'));
        return;
      }
      const isNew = this.#placed === undefined;
      this.#placed = placed;
      setText(this.#place, describePlace(placed, node.tip, Date.now() / 1000));
      if (isNew) this.#draw(placed);
      this.#context.changed();
    } catch (error) {
      if (hash === this.#hash) setText(this.#place, sentenceOf(error, 'The node could not answer.'));
    }
  }

  #draw({ header }: PlacedHeader): void {
    const { height, hash, parent, time, fields } = header;
    setText(this.heading, `Block ${formatCount(height)}`);
    const card = createCard('Header');
    const miner = typeof fields.miner === 'string' && fields.miner !== '' ? fields.miner : undefined;
    card.append(
      createFacts([
        ['hash', hash],
        ['parent', height === 0 ? parent : [createHashLink({ view: 'block', hash: parent }, parent)]],
        ['time', formatTime(time)],
        ...(miner === undefined ? [] : [['miner', miner] as const]),
      ]),
      createLink({ view: 'header', at: hash }, 'All its fields, and its proof of work explained'),
    );
    this.#transactions = new BodyCard(this.#context.session, hash);
    this.#body.replaceChildren(card, this.#transactions.element);
    void this.#transactions.fetch();
  }
}
