/**
 * Which view is shown: it follows the address bar, so that back and forward work and a link opens where it says. The overview
 * stands in index.html; every other view is a script of its own, which is loaded when it is first opened. At most one view is
 * drawn.
 */
import { byTestId, createElement } from '../display/element.js';
import { parseRoute, type Route, type ViewName } from '../routes/route.js';
import type { NodeSession, SessionState } from '../session/node-session.js';
import type { View, ViewContext } from './view.js';

type LoadedView = Exclude<ViewName, 'overview'>;

const loaders: Readonly<Record<LoadedView, () => Promise<(context: ViewContext) => View>>> = {
  header: async () => (await import('../chain/header-view.js')).createHeaderView,
  block: async () => (await import('../blocks/block-view.js')).createBlockView,
  tx: async () => (await import('../transactions/transaction-view.js')).createTransactionView,
  address: async () => (await import('../transactions/address-view.js')).createAddressView,
  charts: async () => (await import('../charts/charts-view.js')).createChartsView,
  peers: async () => (await import('../peers/peers-view.js')).createPeersView,
  forks: async () => (await import('../forks/forks-view.js')).createForksView,
  trust: async () => (await import('../trust/trust-view.js')).createTrustView,
  send: async () => (await import('../transactions/send-view.js')).createSendView,
  networks: async () => (await import('../networks/networks-view.js')).createNetworksView,
  unknown: async () => (await import('./unknown-view.js')).createUnknownView,
};

/** Opens the views. */
export class ViewStage {
  readonly #context: ViewContext;
  readonly #overview = byTestId('view-overview');
  readonly #tagline = byTestId('tagline');
  readonly #place = byTestId('view');
  readonly #stage = byTestId('stage');
  readonly #nav = byTestId('nav');
  readonly #views = new Map<LoadedView, View>();
  #route: Route = { view: 'overview' };
  #current: View | undefined;
  /** The node that the current view was shown with. */
  #shownWith: NodeSession['node'];

  /** @param changed  called when the page is to be drawn */
  constructor(session: NodeSession, changed: () => void) {
    this.#context = { session, changed };
    addEventListener('hashchange', () => this.#follow(true));
    const skip = byTestId('skip');
    skip.addEventListener('click', (event) => {
      // The address bar names the view, so it must not name a place within it.
      event.preventDefault();
      byTestId('main').focus();
    });
    this.#follow(false);
  }

  /** Whether the overview is open. */
  get isOverview(): boolean {
    return this.#route.view === 'overview';
  }

  /** What the window's title says of the view; empty for the overview. */
  get title(): string {
    if (this.isOverview) return '';
    return this.#current?.title ?? this.#current?.heading.textContent ?? '';
  }

  render(state: SessionState, now: number): void {
    const view = this.#current;
    if (view === undefined) return;
    const { node } = this.#context.session;
    if (node !== this.#shownWith && node !== undefined) {
      this.#shownWith = node;
      view.show?.(this.#route);
    }
    view.render?.(state, now);
  }

  /** @param isMove  false when the page is opened: then the focus stays where the browser puts it */
  #follow(isMove: boolean): void {
    // A place within the page, such as `#main`, is no address of ours.
    if (location.hash.length > 1 && !location.hash.startsWith('#/')) return;
    const route = parseRoute(location.hash);
    this.#route = route;
    this.#stage.dataset.view = this.isOverview ? 'overview' : 'other';
    for (const link of this.#nav.querySelectorAll('a')) {
      const isHere = parseRoute(link.hash).view === route.view;
      if (isHere) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    void this.#open(route, isMove);
  }

  async #open(route: Route, isMove: boolean): Promise<void> {
    let view: View | undefined;
    try {
      view = route.view === 'overview' ? undefined : await this.#load(route.view);
    } catch {
      view = createFailedView();
    }
    // The visitor has gone on meanwhile.
    if (this.#route !== route) return;
    const before = this.#current;
    if (before !== view) before?.hide?.();
    this.#current = view;
    this.#overview.hidden = view !== undefined;
    this.#tagline.hidden = view !== undefined;
    this.#place.hidden = view === undefined;
    this.#place.replaceChildren(...(view === undefined ? [] : [view.element]));
    this.#shownWith = this.#context.session.node;
    view?.show?.(route);
    if (isMove) {
      scrollTo(0, 0);
      (view?.heading ?? this.#tagline).focus({ preventScroll: true });
    }
    this.#context.changed();
  }

  async #load(name: LoadedView): Promise<View> {
    const known = this.#views.get(name);
    if (known !== undefined) return known;
    const create = await loaders[name]();
    const view = this.#views.get(name) ?? create(this.#context);
    this.#views.set(name, view);
    return view;
  }
}

/** Where a view's script cannot be loaded: the page was replaced by a later release, or the network is gone. */
function createFailedView(): View {
  const element = createElement('section', 'view');
  const heading = createElement('h1', 'view-title', 'This part of the page could not be loaded');
  heading.tabIndex = -1;
  const sentence = 'The server of the page does not answer, or has a later release of it. Reload the page.';
  element.append(heading, createElement('p', 'lead', sentence));
  return { element, heading };
}
