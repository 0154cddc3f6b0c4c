/** What every panel does to the document. Text is set as text, never as markup: headers hold text from strangers. */

/**
 * The element with this `data-testid`. All are in index.html, so a missing one is a mistake in this package.
 *
 * @throws {Error} if there is none
 */
export function byTestId<E extends Element = HTMLElement>(id: string): E {
  const found = document.querySelector<E>(`[data-testid="${id}"]`);
  if (found === null) throw new Error(`index.html has no element with data-testid="${id}"`);
  return found;
}

/** Sets the text if it differs. To set an equal text would cost a layout, and a screen reader might read it again. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A new element with a class and a text. */
export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = '',
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  if (text !== '') element.textContent = text;
  return element;
}
