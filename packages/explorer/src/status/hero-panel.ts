/** The head of the page: phase, tip, figures and progress. */
import { byTestId, setText } from '../display/element.js';
import {
  countNoun,
  formatAge,
  formatChainwork,
  formatCount,
  formatRate,
  formatTime,
} from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';
import { describeNetwork } from '../trust/network-facts.js';
import { describePhase, type PagePhase, phaseOf } from './phase-words.js';

/**
 * A new header takes the node from synced to syncing and back within a few milliseconds. Syncing is shown only if it
 * lasts longer than this many milliseconds, so that the page does not flicker at every block. Arbitrary.
 */
const FLICKER_MS = 400;

/** How long a phase must last before it is announced to screen readers, in milliseconds. Arbitrary. */
const ANNOUNCE_AFTER_MS = 1_500;

/** Fills the head of the page. */
export class HeroPanel {
  readonly #stage = byTestId('stage');
  readonly #network = byTestId('network');
  readonly #phase = byTestId('phase');
  readonly #sentence = byTestId('phase-sentence');
  readonly #height = byTestId('height');
  readonly #hash = byTestId('hash');
  readonly #age = byTestId('age');
  readonly #peers = byTestId('peers');
  readonly #peerKinds = byTestId('peer-kinds');
  readonly #rate = byTestId('rate');
  readonly #rateNote = byTestId('rate-note');
  readonly #chainwork = byTestId('chainwork');
  readonly #storage = byTestId('storage');
  readonly #storageNote = byTestId('storage-note');
  readonly #progress = byTestId<HTMLProgressElement>('progress');
  readonly #progressCount = byTestId('progress-count');
  readonly #announcement = byTestId('announcement');

  #shownPhase: PagePhase = 'starting';
  #seenPhase: PagePhase = 'starting';
  #seenSince = performance.now();
  #announcedPhase: PagePhase = 'starting';

  /**
   * Decides which phase is shown, and names it in the title, which is seen of a hidden page too.
   *
   * @param now  Unix seconds
   * @param view  what the title says of the view that is open; empty for the overview
   * @returns milliseconds after which to call again even if nothing happens, or undefined
   */
  followPhase(state: SessionState, now: number, view: string): number | undefined {
    const phase = phaseOf(state);
    if (phase !== this.#seenPhase) {
      this.#seenPhase = phase;
      this.#seenSince = performance.now();
    }
    const lasted = performance.now() - this.#seenSince;
    const mayFlicker = this.#shownPhase === 'synced' && phase === 'syncing' && lasted < FLICKER_MS;
    if (!mayFlicker) this.#shownPhase = phase;
    const { word } = describePhase(this.#shownPhase, state, now);
    const title = `${view === '' ? '' : `${view} · `}${word} · Vision Light`;
    if (document.title !== title) document.title = title;
    return mayFlicker ? FLICKER_MS - lasted : undefined;
  }

  /**
   * To be called after {@link followPhase}, with the same arguments.
   *
   * @returns milliseconds after which to call both again even if nothing happens, or undefined
   */
  render(state: SessionState, now: number): number | undefined {
    const wait = this.#renderPhase(state, now);
    setText(this.#network, state.options === undefined ? '…' : describeNetwork(state.options.network).label);
    this.#renderTip(state, now);
    this.#renderFigures(state);
    this.#renderProgress(state);
    return wait;
  }

  #renderPhase(state: SessionState, now: number): number | undefined {
    const phase = this.#shownPhase;
    const { word, sentence } = describePhase(phase, state, now);
    this.#stage.dataset.phase = phase;
    this.#phase.dataset.phase = phase;
    setText(this.#phase, word);
    setText(this.#sentence, sentence);
    if (this.#announcedPhase === this.#seenPhase) return undefined;
    const lasted = performance.now() - this.#seenSince;
    if (lasted < ANNOUNCE_AFTER_MS) return ANNOUNCE_AFTER_MS - lasted;
    this.#announcedPhase = phase;
    setText(this.#announcement, `${word}. ${sentence}`);
    return undefined;
  }

  #renderTip({ tip }: SessionState, now: number): void {
    if (tip === undefined) return;
    this.#stage.dataset.known = 'true';
    setText(this.#height, formatCount(tip.height));
    this.#height.dataset.value = String(tip.height);
    setText(this.#hash, tip.hash);
    setText(this.#age, formatAge(now - tip.time));
    this.#age.title = formatTime(tip.time);
  }

  #renderFigures(state: SessionState): void {
    const { peers, status, tip } = state;
    const browsers = peers.filter((peer) => peer.kind === 'browser').length;
    const gateways = peers.length - browsers;
    setText(this.#peers, formatCount(peers.length));
    this.#peers.dataset.value = String(peers.length);
    const kinds = [
      browsers > 0 ? countNoun(browsers, 'browser') : '',
      gateways > 0 ? countNoun(gateways, 'gateway') : '',
    ];
    const none = state.lifecycle === 'left' ? 'this page has left' : 'none yet';
    setText(this.#peerKinds, kinds.filter((text) => text !== '').join(' · ') || none);

    const rate = state.lifecycle === 'running' ? (status?.headersPerSecond ?? 0) : 0;
    setText(this.#rate, formatRate(rate));
    const idle = status?.phase === 'syncing' ? 'waiting for the first' : 'nothing to verify now';
    setText(this.#rateNote, rate > 0 ? 'verified just now' : idle);

    if (tip !== undefined) {
      setText(this.#chainwork, formatChainwork(tip.chainwork));
      this.#chainwork.title = tip.chainwork.toString();
      setText(this.#storage, state.isKept ? 'Kept' : 'In memory');
      setText(
        this.#storageNote,
        state.isKept
          ? `${countNoun(status?.storedHeight ?? 0, 'header')} on this device`
          : 'only, until this page is closed',
      );
      this.#storage.dataset.kept = String(state.isKept);
    }
  }

  #renderProgress({ lifecycle, status, tip }: SessionState): void {
    // Without a peer it is not known how far there is to go, so the bar is indeterminate.
    if (tip === undefined || status === undefined || status.peers === 0 || lifecycle !== 'running') {
      this.#progress.removeAttribute('value');
      setText(this.#progressCount, lifecycle === 'running' ? 'waiting for a peer' : '–');
      return;
    }
    if (this.#progress.getAttribute('value') !== String(status.progress))
      this.#progress.value = status.progress;
    const best = Math.max(status.bestPeerHeight, tip.height);
    setText(this.#progressCount, `${formatCount(tip.height)} of ${formatCount(best)}`);
  }
}
