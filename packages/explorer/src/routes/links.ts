import { createElement } from '../display/element.js';
import { shortenHash } from '../display/quantities.js';
import { formatRoute, type Route } from './route.js';

/** A link to another view. */
export function createLink(route: Route, text: string, className = 'link'): HTMLAnchorElement {
  const link = createElement('a', className, text);
  link.href = formatRoute(route);
  return link;
}

/** A link whose text is a hash. @param isShort  whether only its two ends are shown; the title has all of it then */
export function createHashLink(route: Route, hash: string, isShort = false): HTMLAnchorElement {
  const link = createLink(route, isShort ? shortenHash(hash) : hash, 'link hash');
  if (isShort) link.title = hash;
  return link;
}
