/** Where a header stands: its neighbours, and whether it is on the branch that the node follows. */
import type { HeaderInfo, LightNodeHandle, Tip } from '@vision-light/browser-node';
import { createElement } from '../display/element.js';
import { countNoun, formatAge, formatCount } from '../display/quantities.js';
import { createLink } from '../routes/links.js';
import type { Route } from '../routes/route.js';

/** A header, and whether the branch that is followed has it. */
export interface PlacedHeader {
  readonly header: HeaderInfo;
  readonly isFollowed: boolean;
}

/**
 * Looks a header up.
 *
 * @param at  a height of the branch that is followed, or a hash
 * @throws {LightNodeError} NODE_CLOSED
 */
export async function placeHeader(
  node: LightNodeHandle,
  at: number | string,
): Promise<PlacedHeader | undefined> {
  const header = await node.header(at);
  if (header === undefined) return undefined;
  const followed = typeof at === 'number' ? header : await node.header(header.height);
  return { header, isFollowed: followed?.hash === header.hash };
}

/** How many blocks have it or follow the one that has it, and how old it is, in a sentence. @param now  Unix seconds */
export function describePlace({ header, isFollowed }: PlacedHeader, tip: Tip, now: number): string {
  const age = formatAge(now - header.time);
  if (!isFollowed) return `On a side branch: another branch has more work. ${capitalised(age)}.`;
  const confirmations = countNoun(Math.max(1, tip.height - header.height + 1), 'confirmation');
  return `On the best chain, with ${confirmations}. ${header.height === 0 ? 'Built into this page' : capitalised(age)}.`;
}

/** Links to the header below and the one above. @param isFollowed  else there is no telling which one is above */
export function createNeighbours(
  { header, isFollowed }: PlacedHeader,
  tipHeight: number,
  routeOf: (at: number | string) => Route,
): HTMLElement {
  const nav = createElement('nav', 'neighbours');
  nav.setAttribute('aria-label', 'Neighbours');
  const { height, parent } = header;
  if (height > 0)
    nav.append(createLink(routeOf(isFollowed ? height - 1 : parent), `← ${formatCount(height - 1)}`, 'step'));
  if (isFollowed && height < tipHeight)
    nav.append(createLink(routeOf(height + 1), `${formatCount(height + 1)} →`, 'step'));
  return nav;
}

/** What is said of a header that is not known. */
export function describeUnknown(at: number | string, tip: Tip, isSynced: boolean): string {
  const more = isSynced ? '' : ' It is looked up again with each new one.';
  return typeof at === 'number'
    ? `No verified header has the height ${formatCount(at)}: the tip is at ${formatCount(tip.height)}.${more}`
    : `No verified header has the hash ${at}.${more}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
