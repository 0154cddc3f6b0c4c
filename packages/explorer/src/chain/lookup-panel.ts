/** The look-up field. The visitor types a height or a hash; the answer is a verified header or a sentence. */
import { createBlockView } from '../blocks/block-view.js';
import { byTestId, createElement, setText } from '../display/element.js';
import { formatCount } from '../display/quantities.js';
import type { NodeSession } from '../session/node-session.js';
import { createHeaderFields } from './header-fields.js';
import { parseLookup } from './lookup-query.js';

/** Answers the form from the node that the session has at that time. */
export class LookupPanel {
  readonly #session: NodeSession;
  readonly #input = byTestId<HTMLInputElement>('lookup-input');
  readonly #answer = byTestId('lookup-answer');
  readonly #result = byTestId('lookup-result');
  #asked = 0;

  constructor(session: NodeSession) {
    this.#session = session;
    byTestId<HTMLFormElement>('lookup').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#lookUp(this.#input.value);
    });
  }

  async #lookUp(text: string): Promise<void> {
    const asked = ++this.#asked;
    this.#result.replaceChildren();
    const query = parseLookup(text);
    this.#input.setAttribute('aria-invalid', String(query.kind === 'invalid'));
    if (query.kind === 'invalid') return this.#say(query.sentence);
    const { node } = this.#session;
    if (node === undefined) return this.#say('The node is not running, so there is nothing to ask.');
    try {
      const header = await node.header(query.kind === 'height' ? query.height : query.hash);
      // The visitor has asked again meanwhile, so this answer is not shown.
      if (asked !== this.#asked) return;
      if (header === undefined) {
        const tip = formatCount(node.tip.height);
        return this.#say(
          query.kind === 'height'
            ? `No verified header has the height ${formatCount(query.height)}: the tip is at ${tip}.`
            : 'No verified header has that hash.',
        );
      }
      const followed = query.kind === 'hash' ? await node.header(header.height) : header;
      if (asked !== this.#asked) return;
      const height = formatCount(header.height);
      this.#say(
        followed?.hash === header.hash
          ? `Verified header at height ${height}.`
          : `Verified header at height ${height}, on a side branch: another branch has more work.`,
      );
      const fields = createHeaderFields(header);
      this.#linkParent(fields, header.parent, header.height);
      this.#result.append(fields, createBlockView(node, header.hash));
    } catch (error) {
      if (asked === this.#asked)
        this.#say(error instanceof Error ? error.message : 'The node could not answer.');
    }
  }

  /** Turns the parent's hash into a button that looks the parent up. */
  #linkParent(fields: HTMLElement, parent: string, height: number): void {
    const value = fields.querySelector('[data-field="parent"] dd');
    if (value === null || height === 0) return;
    const button = createElement('button', 'link', parent);
    button.type = 'button';
    button.setAttribute('aria-label', `Look up the parent, ${parent}`);
    button.addEventListener('click', () => {
      this.#input.value = String(height - 1);
      this.#input.focus();
      void this.#lookUp(this.#input.value);
    });
    value.replaceChildren(button);
  }

  #say(sentence: string): void {
    setText(this.#answer, sentence);
  }
}
