/** The few things that every panel does to the document. Text always goes in as text: headers carry strangers' words. */

/**
 * The element with this `data-testid`; the page's own markup, so a missing one is a mistake here.
 *
 * @throws {Error} if there is none
 */
export function byTestId<E extends Element = HTMLElement>(id: string): E {
  const found = document.querySelector<E>(`[data-testid="${id}"]`);
  if (found === null) throw new Error(`index.html has no element with data-testid="${id}"`);
  return found;
}

/** Sets the text if it differs: an equal text is no change for layout or for a screen reader. */
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
