/** Draws the whole page from the state of the session. */

import { HeadersPanel } from './chain/headers-panel.js';
import { LookupPanel } from './chain/lookup-panel.js';
import { RecentHeaders } from './chain/recent-headers.js';
import { SPACING_BARS, SpacingChart } from './chain/spacing-chart.js';
import { byTestId, setText } from './display/element.js';
import { FrameScheduler } from './display/frame-scheduler.js';
import { EmbedPanel } from './embed/embed-panel.js';
import { NoticesPanel } from './notices/notices-panel.js';
import { PeersPanel } from './peers/peers-panel.js';
import type { NodeSession } from './session/node-session.js';
import { HeroPanel } from './status/hero-panel.js';
import { TrustPanel } from './trust/trust-panel.js';

/** How often the page is drawn if nothing happens, in milliseconds: ages are shown in seconds. */
const TICK_MS = 1_000;

/** Owns the panels; draws at most once a frame. */
export class PageView {
  readonly #session: NodeSession;
  readonly #membership = byTestId<HTMLButtonElement>('membership');
  readonly #hero = new HeroPanel();
  readonly #headers = new HeadersPanel();
  readonly #spacing = new SpacingChart();
  readonly #peers = new PeersPanel();
  readonly #trust = new TrustPanel();
  readonly #embed = new EmbedPanel();
  readonly #notices: NoticesPanel;
  readonly #scheduler = new FrameScheduler(() => this.#draw());
  readonly #recent = new RecentHeaders(SPACING_BARS + 1, () => this.#scheduler.request());
  #redrawTimer = 0;

  /** @param rejoin  called when the visitor presses the button and no node runs */
  constructor(session: NodeSession, rejoin: () => void) {
    this.#session = session;
    this.#notices = new NoticesPanel(session);
    new LookupPanel(session);
    this.#membership.addEventListener('click', () => {
      if (session.state.lifecycle === 'starting') return;
      if (session.node === undefined) rejoin();
      else void session.leave();
    });
    setInterval(() => this.update(), TICK_MS);
    this.update();
  }

  /** To be called after every change of the session. */
  update(): void {
    this.#scheduler.request();
  }

  #draw(): void {
    const { node, state } = this.#session;
    const now = Date.now() / 1000;
    if (node !== undefined && state.tip !== undefined)
      this.#recent.follow(state.tip, (height) => node.header(height));
    const redrawIn = this.#hero.render(state, now);
    this.#headers.render(this.#recent.newestFirst, now, state);
    this.#spacing.render(this.#recent.newestFirst);
    this.#peers.render(state);
    this.#trust.render(state);
    this.#notices.render(now);
    this.#embed.render(state.options);
    const labels = {
      starting: 'Leave the network',
      running: 'Leave the network',
      left: 'Join again',
      failed: 'Try again',
    };
    setText(this.#membership, labels[state.lifecycle]);
    // Not `disabled`: the button would lose the focus, and a visitor with a keyboard would start again at the top.
    this.#membership.setAttribute('aria-disabled', String(state.lifecycle === 'starting'));
    clearTimeout(this.#redrawTimer);
    if (redrawIn !== undefined) this.#redrawTimer = window.setTimeout(() => this.update(), redrawIn);
  }
}
