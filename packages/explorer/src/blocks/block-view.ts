/** One block, by its hash: its header, and its transactions, which are fetched from peers and held to the header. */
import { HeaderLookup } from '../chain/header-lookup.js';
import type { PlacedHeader } from '../chain/header-place.js';
import { createElement, setText } from '../display/element.js';
import { formatCount, formatTime } from '../display/quantities.js';
import { createHashLink, createLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';
import { createCard, createFacts, createViewFrame, type View, type ViewContext } from '../views/view.js';
import { BodyCard } from './body-card.js';

/** Shows the block that the address names. */
export function createBlockView(context: ViewContext): View {
  return new BlockView(context);
}

class BlockView implements View {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #context: ViewContext;
  readonly #lookup: HeaderLookup;
  readonly #body = createElement('div', 'stack');
  #transactions: BodyCard | undefined;

  constructor(context: ViewContext) {
    this.#context = context;
    const { element, heading } = createViewFrame('Block', 'block');
    this.#lookup = new HeaderLookup(context, {
      testId: 'block-place',
      found: (placed, before) => {
        if (before === undefined) this.#draw(placed);
      },
    });
    element.append(this.#lookup.element, this.#body);
    this.element = element;
    this.heading = heading;
  }

  show(route: Route): void {
    if (route.view !== 'block') return;
    // The body that is shown stays: it is the same whichever node it came from.
    if (this.#lookup.hasFound(route.hash)) {
      void this.#lookup.look();
      return;
    }
    this.#transactions = undefined;
    this.#body.replaceChildren();
    setText(this.heading, 'Block');
    this.#lookup.open(route.hash);
  }

  render(): void {
    this.#lookup.render();
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
