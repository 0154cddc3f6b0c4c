/** What the parts of the page with an address have in common. */
import { createElement } from '../display/element.js';
import type { Route } from '../routes/route.js';
import type { NodeSession, SessionState } from '../session/node-session.js';

/** What a view needs of the page. */
export interface ViewContext {
  readonly session: NodeSession;
  /** To be called when something that the view draws has changed: its title, or what `render` puts in. */
  changed(): void;
}

/** A part of the page with an address. */
export interface View {
  readonly element: HTMLElement;
  /** Gets the focus when the view is opened. */
  readonly heading: HTMLElement;
  /** For the title of the window; the heading's words, if it is absent. */
  readonly title?: string;
  /** Called when the view is opened, when its address has changed, and when a node is there that was not before. */
  show?(route: Route): void;
  /** Called before a frame while the view is open. @param now  Unix seconds */
  render?(state: SessionState, now: number): void;
  /** Called when another view is opened: what goes on is to end. */
  hide?(): void;
}

/** A section with a heading that can have the focus. */
export function createViewFrame(
  title: string,
  testId: string,
): { readonly element: HTMLElement; readonly heading: HTMLHeadingElement } {
  const element = createElement('section', 'view');
  element.dataset.testid = `view-${testId}`;
  const heading = createElement('h1', 'view-title', title);
  heading.id = `view-${testId}-title`;
  heading.tabIndex = -1;
  element.setAttribute('aria-labelledby', heading.id);
  element.append(heading);
  return { element, heading };
}

/**
 * A section that lists something.
 *
 * @param note  says what the list means
 * @returns a line above the note, for what there is now
 */
export function createListFrame(
  { title, testId, note }: { readonly title: string; readonly testId: string; readonly note: string },
  list: HTMLElement,
): { readonly element: HTMLElement; readonly heading: HTMLHeadingElement; readonly lead: HTMLElement } {
  const { element, heading } = createViewFrame(title, testId);
  const lead = createElement('p', 'lead');
  lead.dataset.testid = `${testId}-lead`;
  element.append(lead, createElement('p', 'note', note), list);
  return { element, heading, lead };
}

let cards = 0;

/** A card with a heading, which names it as a region. */
export function createCard(title: string): HTMLElement {
  const card = createElement('section', 'card');
  const heading = createElement('h2', '', title);
  heading.id = `card-${++cards}`;
  card.setAttribute('aria-labelledby', heading.id);
  card.append(heading);
  return card;
}

/** A list of names and values. A value may be a text or elements. @param kind  whether they are data or sentences */
export function createFacts(
  rows: readonly (readonly [name: string, value: string | readonly (Node | string)[]])[],
  kind: 'data' | 'words' = 'data',
): HTMLDListElement {
  const list = createElement('dl', kind === 'data' ? 'fields' : 'fields words');
  for (const [name, value] of rows) {
    const row = createElement('div');
    const shown = createElement('dd');
    shown.append(...(typeof value === 'string' ? [value] : value));
    row.append(createName(name), shown);
    list.append(row);
  }
  return list;
}

/** The name of a field, which may be broken after its underscores. */
function createName(name: string): HTMLElement {
  const term = createElement('dt');
  for (const [index, part] of name.split('_').entries())
    term.append(...(index === 0 ? [part] : ['_', createElement('wbr'), part]));
  return term;
}

/** Why there is no node, as a sentence. */
export function describeNoNode(lifecycle: SessionState['lifecycle']): string {
  return lifecycle === 'starting' ? 'The node is starting …' : 'The node is not running.';
}

/** The sentence of an error, for a person. */
export function sentenceOf(error: unknown, otherwise: string): string {
  return error instanceof Error && error.message !== '' ? error.message : otherwise;
}
