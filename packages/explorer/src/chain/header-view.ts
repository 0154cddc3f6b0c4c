/** One header, by its height or its hash: where it stands, its proof of work explained, and its fields. */
import { createElement, setText } from '../display/element.js';
import { formatCount } from '../display/quantities.js';
import { createLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';
import { describeNetwork } from '../trust/network-facts.js';
import { createCard, createViewFrame, type View, type ViewContext } from '../views/view.js';
import { createHeaderFields } from './header-fields.js';
import { HeaderLookup } from './header-lookup.js';
import { createNeighbours, type PlacedHeader } from './header-place.js';
import { createWorkCard } from './work-card.js';

/** Shows the header that the address names. */
export function createHeaderView(context: ViewContext): View {
  return new HeaderView(context);
}

class HeaderView implements View {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #context: ViewContext;
  readonly #lookup: HeaderLookup;
  readonly #body = createElement('div', 'stack');

  constructor(context: ViewContext) {
    this.#context = context;
    const { element, heading } = createViewFrame('Header', 'header');
    this.#lookup = new HeaderLookup(context, {
      testId: 'header-place',
      found: (placed, before, tipHeight) => {
        const isSame = placed.header.hash === before?.header.hash && placed.isFollowed === before.isFollowed;
        if (!isSame) this.#draw(placed, tipHeight);
      },
    });
    element.append(this.#lookup.element, this.#body);
    this.element = element;
    this.heading = heading;
  }

  show(route: Route): void {
    if (route.view !== 'header') return;
    this.#body.replaceChildren();
    setText(this.heading, typeof route.at === 'number' ? `Header ${formatCount(route.at)}` : 'Header');
    this.#lookup.open(route.at);
  }

  render(): void {
    this.#lookup.render();
  }

  #draw(placed: PlacedHeader, tipHeight: number): void {
    const { header } = placed;
    setText(this.heading, `Header ${formatCount(header.height)}`);
    const fields = createCard('Fields');
    fields.append(
      createHeaderFields(header),
      createLink({ view: 'block', hash: header.hash }, 'Open its block, with the transactions'),
    );
    const { again } = describeNetwork(this.#context.session.state.options?.network);
    this.#body.replaceChildren(
      createNeighbours(placed, tipHeight, (at) => ({ view: 'header', at })),
      createWorkCard(header, again),
      fields,
    );
  }
}
