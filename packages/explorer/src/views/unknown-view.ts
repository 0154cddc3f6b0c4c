/** What is shown for an address that is none. */
import { createElement, setText } from '../display/element.js';
import { createLink } from '../routes/links.js';
import { createViewFrame, type View } from './view.js';

/** Longest part of the address that is repeated. Arbitrary. */
const SHOWN_MAX = 80;

/** Says that there is nothing at an address, and what the addresses are. */
export function createUnknownView(): View {
  const { element, heading } = createViewFrame('Nothing has this address', 'unknown');
  const lead = createElement('p', 'lead');
  const hint = createElement(
    'p',
    'note',
    'A header has an address such as #/header/12, and a block #/block/ with its hash of 64 hex digits. So has a ' +
      'transaction, #/tx/, with its id. Or use the search field above.',
  );
  element.append(lead, hint, createLink({ view: 'overview' }, 'Back to the overview'));
  return {
    element,
    heading,
    show(route) {
      const text = route.view === 'unknown' ? route.text : '';
      const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
      setText(lead, `The page has no view called “${shown}”.`);
    },
  };
}
