/** Troubles that still matter, at the top of the page, and the list of all events, beside the headers. */
import { byTestId, createElement, setText } from '../display/element.js';
import { formatAge } from '../display/quantities.js';
import { isOutage, type NodeSession, type SessionNotice } from '../session/node-session.js';
import { adviseOn } from './fault-advice.js';

/** Shows troubles and events. */
export class NoticesPanel {
  readonly #session: NodeSession;
  readonly #troubles = byTestId('troubles');
  readonly #list = byTestId('notices');
  readonly #empty = byTestId('notices-empty');
  #shownTroubles = '';
  #shownNotices = '';

  constructor(session: NodeSession) {
    this.#session = session;
  }

  /** The troubles, which are shown whatever view is open. */
  renderTroubles(): void {
    const { status, troubles } = this.#session.state;
    const hasPeers = (status?.peers ?? 0) > 0;
    // While there is a peer, a signaling server that does not answer is only an event.
    this.#renderTroubles([...troubles.values()].filter((trouble) => !(hasPeers && isOutage(trouble.code))));
  }

  /** The list of events, on the overview. @param now  Unix seconds */
  render(now: number): void {
    const { notices } = this.#session.state;
    this.#empty.hidden = notices.length > 0;
    const shown = notices.map((notice) => `${notice.at} ${notice.count}`).join();
    if (shown !== this.#shownNotices) {
      this.#shownNotices = shown;
      this.#list.replaceChildren(...notices.map(createNotice));
    }
    for (const [index, notice] of notices.entries()) {
      const age = this.#list.children[index]?.querySelector('.notice-age');
      if (age) setText(age, formatAge(now - notice.at));
    }
  }

  #renderTroubles(troubles: readonly SessionNotice[]): void {
    const shown = JSON.stringify(troubles.map((trouble) => [trouble.code, trouble.sentence, trouble.detail]));
    if (shown === this.#shownTroubles) return;
    this.#shownTroubles = shown;
    this.#troubles.hidden = troubles.length === 0;
    this.#troubles.replaceChildren(...troubles.map((trouble) => this.#createTrouble(trouble)));
  }

  #createTrouble(trouble: SessionNotice): HTMLElement {
    const { code, sentence } = trouble;
    const box = createElement('div', 'trouble');
    box.dataset.testid = 'error';
    box.dataset.code = code;
    const words = createElement('div');
    words.append(createElement('p', 'trouble-sentence', sentence));
    const advice = adviseOn(code);
    if (advice !== undefined) words.append(createElement('p', '', advice));
    words.append(createElement('p', 'code-name', nameOf(trouble)));
    box.append(words);
    // If the node could not start, the reason stays: there is no button to dismiss it.
    if (this.#session.state.lifecycle === 'failed') return box;
    const dismiss = createElement('button', 'button quiet', 'Dismiss');
    dismiss.type = 'button';
    dismiss.dataset.testid = 'error-dismiss';
    dismiss.addEventListener('click', () => this.#session.dismiss(code));
    box.append(dismiss);
    return box;
  }
}

function createNotice(notice: SessionNotice): HTMLLIElement {
  const item = createElement('li');
  item.dataset.code = notice.code;
  const foot = createElement('p', 'note');
  foot.append(
    createElement(
      'span',
      'code-name',
      notice.count > 1 ? `${nameOf(notice)} ×${notice.count}` : nameOf(notice),
    ),
    ' · ',
    createElement('span', 'notice-age'),
  );
  item.append(createElement('p', '', notice.sentence), foot);
  return item;
}

/** The code and the detail, for a search or a report. */
function nameOf({ code, detail }: SessionNotice): string {
  return detail === '' ? code : `${code} · ${detail}`;
}
