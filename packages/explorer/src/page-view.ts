/** Draws the page from the state of the session: its head, and the view that is open. */

import { HeadersPanel } from './chain/headers-panel.js';
import { RecentHeaders } from './chain/recent-headers.js';
import { SPACING_BARS, SpacingChart } from './chain/spacing-chart.js';
import { byTestId, setText } from './display/element.js';
import { FrameScheduler } from './display/frame-scheduler.js';
import { AGE_STEP_S } from './display/quantities.js';
import { EmbedPanel } from './embed/embed-panel.js';
import { NoticesPanel } from './notices/notices-panel.js';
import { PeersPanel } from './peers/peers-panel.js';
import { SearchPanel } from './search/search-panel.js';
import type { NodeSession } from './session/node-session.js';
import { HeroPanel } from './status/hero-panel.js';
import { TransactionsPanel } from './transactions/transactions-panel.js';
import { TrustPanel } from './trust/trust-panel.js';
import { ViewStage } from './views/view-stage.js';

/** When a page that is seen is drawn again if nothing happens, in milliseconds: as often as the ages that it shows change. */
const TICK_MS = 1000 * AGE_STEP_S;

/** Owns the panels; draws at most once a frame. */
export class PageView {
  readonly #session: NodeSession;
  readonly #membership = byTestId<HTMLButtonElement>('membership');
  readonly #miningMark = byTestId('mining-mark');
  readonly #hero = new HeroPanel();
  readonly #headers = new HeadersPanel();
  readonly #spacing = new SpacingChart();
  readonly #peers = new PeersPanel();
  readonly #trust = new TrustPanel();
  readonly #embed = new EmbedPanel();
  readonly #notices: NoticesPanel;
  readonly #transactions = new TransactionsPanel();
  readonly #views: ViewStage;
  readonly #scheduler = new FrameScheduler(() => this.#draw());
  readonly #recent = new RecentHeaders(SPACING_BARS + 1, () => this.#scheduler.request());

  /** @param rejoin  called when the visitor presses the button and no node runs */
  constructor(session: NodeSession, rejoin: () => void) {
    this.#session = session;
    this.#notices = new NoticesPanel(session);
    this.#views = new ViewStage(session, () => this.update(0));
    new SearchPanel(session);
    this.#membership.addEventListener('click', () => {
      if (session.state.lifecycle === 'starting') return;
      if (session.node === undefined) rejoin();
      else void session.leave();
    });
    document.addEventListener('visibilitychange', () => this.update(0));
    this.update(0);
  }

  /** To be called after every change of the session. @param withinMs  how long it may wait until it is drawn */
  update(withinMs: number): void {
    this.#scheduler.request(withinMs);
    const { node, state } = this.#session;
    // Read meanwhile, so that a new tip and its header are drawn at once.
    if (node !== undefined && state.tip !== undefined && !document.hidden && this.#views.isOverview)
      this.#recent.follow(state.tip, (height) => node.header(height));
  }

  #draw(): void {
    const { state } = this.#session;
    const now = Date.now() / 1000;
    const followIn = this.#hero.followPhase(state, now, this.#views.title) ?? TICK_MS;
    if (document.hidden) {
      if (followIn < TICK_MS) this.#scheduler.request(followIn);
      return;
    }
    const redrawIn = this.#hero.render(state, now) ?? TICK_MS;
    this.#notices.renderTroubles();
    if (this.#views.isOverview) this.#renderOverview(now);
    else this.#views.render(state, now);
    const labels = {
      starting: 'Leave the network',
      running: 'Leave the network',
      left: 'Join again',
      failed: 'Try again',
    };
    this.#miningMark.hidden = !this.#session.mining.isOn;
    setText(this.#membership, labels[state.lifecycle]);
    // Not `disabled`: the button would lose the focus, and a visitor with a keyboard would start again at the top.
    this.#membership.setAttribute('aria-disabled', String(state.lifecycle === 'starting'));
    this.#scheduler.request(Math.min(followIn, redrawIn, TICK_MS));
  }

  #renderOverview(now: number): void {
    const { state } = this.#session;
    this.#headers.render(this.#recent.newestFirst, now, state);
    this.#spacing.render(this.#recent.newestFirst);
    this.#peers.render(state);
    this.#trust.render(state);
    this.#notices.render(now);
    this.#transactions.render(state);
    this.#embed.render(state.options);
  }
}
