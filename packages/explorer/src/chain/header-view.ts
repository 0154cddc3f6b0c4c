/** One header, by its height or its hash: where it stands, its proof of work explained, and its fields. */
import { createElement, setText } from '../display/element.js';
import { formatCount } from '../display/quantities.js';
import { createLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';
import { describeNetwork } from '../trust/network-facts.js';
import { createCard, createViewFrame, sentenceOf, type View, type ViewContext } from '../views/view.js';
import { createHeaderFields } from './header-fields.js';
import {
  createNeighbours,
  describePlace,
  describeUnknown,
  type PlacedHeader,
  placeHeader,
} from './header-place.js';
import { createWorkCard } from './work-card.js';

/** Shows the header that the address names. */
export function createHeaderView(context: ViewContext): View {
  return new HeaderView(context);
}

class HeaderView implements View {
  readonly element: HTMLElement;
  readonly heading: HTMLElement;
  readonly #context: ViewContext;
  readonly #place = createElement('p', 'lead');
  readonly #body = createElement('div', 'stack');
  #at: number | string = 0;
  #placed: PlacedHeader | undefined;
  /** Hash of the tip with which it was looked up last. */
  #triedAt = '';

  constructor(context: ViewContext) {
    this.#context = context;
    const { element, heading } = createViewFrame('Header', 'header');
    this.#place.dataset.testid = 'header-place';
    this.#place.setAttribute('role', 'status');
    element.append(this.#place, this.#body);
    this.element = element;
    this.heading = heading;
  }

  show(route: Route): void {
    if (route.view !== 'header') return;
    this.#at = route.at;
    this.#placed = undefined;
    this.#body.replaceChildren();
    setText(this.heading, typeof route.at === 'number' ? `Header ${formatCount(route.at)}` : 'Header');
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
    // A new tip may bring it, or take it off the best chain.
    if (tip.hash !== this.#triedAt) void this.#look();
    else if (this.#placed !== undefined)
      setText(this.#place, describePlace(this.#placed, tip, Date.now() / 1000));
  }

  async #look(): Promise<void> {
    const { node, state } = this.#context.session;
    if (node === undefined) return;
    const at = this.#at;
    this.#triedAt = node.tip.hash;
    try {
      const placed = await placeHeader(node, at);
      if (at !== this.#at) return;
      if (placed === undefined) {
        setText(this.#place, describeUnknown(at, node.tip, state.status?.phase === 'synced'));
        return;
      }
      const isSame =
        placed.header.hash === this.#placed?.header.hash && placed.isFollowed === this.#placed.isFollowed;
      this.#placed = placed;
      setText(this.#place, describePlace(placed, node.tip, Date.now() / 1000));
      if (!isSame) this.#draw(placed, node.tip.height);
      this.#context.changed();
    } catch (error) {
      if (at === this.#at) setText(this.#place, sentenceOf(error, 'The node could not answer.'));
    }
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
