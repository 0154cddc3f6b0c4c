/** The search field, in the head of every view. It says what it found and opens that, or where it looked in vain. */
import { byTestId, setText } from '../display/element.js';
import { createLink } from '../routes/links.js';
import { formatRoute } from '../routes/route.js';
import type { NodeSession } from '../session/node-session.js';
import { sentenceOf } from '../views/view.js';
import { parseSearch } from './search-query.js';

/** Answers the form from the node that the session has at that time. */
export class SearchPanel {
  readonly #session: NodeSession;
  readonly #input = byTestId<HTMLInputElement>('search-input');
  readonly #answer = byTestId('search-answer');
  #asked: AbortController | undefined;
  /** Whether the view that will be opened next is what was found. */
  #isOpening = false;

  constructor(session: NodeSession) {
    this.#session = session;
    byTestId<HTMLFormElement>('search').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#search(this.#input.value);
    });
    // An answer is about the view that is left, unless it has opened this one.
    addEventListener('hashchange', () => {
      if (!this.#isOpening) this.#say('');
      this.#isOpening = false;
    });
  }

  async #search(text: string): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    const query = parseSearch(text);
    this.#input.setAttribute('aria-invalid', String(query.kind === 'invalid'));
    if (query.kind === 'invalid') return this.#say(query.sentence);
    const { node, state } = this.#session;
    if (node === undefined) return this.#say('The node is not running, so there is nothing to ask.');
    this.#say('Looking …');
    try {
      const { find } = await import('./find.js');
      const found = await find(node, query, state.sent, asked.signal);
      // The visitor has asked again meanwhile, so this answer is not shown.
      if (asked.signal.aborted) return;
      if (found.route !== undefined) this.#open(formatRoute(found.route));
      this.#say(found.sentence);
      if (found.further !== undefined)
        this.#answer.append(' ', createLink(found.further, 'Ask the peers for such a transaction'), '.');
    } catch (error) {
      if (!asked.signal.aborted) this.#say(sentenceOf(error, 'The node could not answer.'));
    }
  }

  #open(hash: string): void {
    if (location.hash === hash) return;
    this.#isOpening = true;
    location.hash = hash;
  }

  #say(sentence: string): void {
    setText(this.#answer, sentence);
  }
}
