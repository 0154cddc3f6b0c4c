/**
 * Which links have a place. Three rules, of which each holds by itself:
 *
 * - The last place goes only to a link that would be the only one of the side that offers it, so that newcomers find one.
 * - Of several introducers each has {@link PLACES_PER_INTRODUCER} places, and as many set-ups, that no link through
 *   another one takes: a server that lies, or its peers that dial, cannot fill a node up. At most half of the places are
 *   kept so.
 * - Links that are being set up have a limit of their own.
 */
import type { SignalRoute } from './introducer.js';

/** Places that are kept for each introducer: two, since one peer may go at any time. */
export const PLACES_PER_INTRODUCER = 2;

/** How many links a node has. */
export interface PlaceLimits {
  /** Links at a time. Above it no peer is dialed and no offer is answered. */
  readonly linksMax: number;
  /** Links at a time that have no open channel yet. Above it no peer is dialed and no offer is answered. */
  readonly setupsMax: number;
}

/** A link, as far as places go. */
export interface PlacedLink {
  readonly route: SignalRoute;
  readonly phase: 'setup' | 'open' | 'leaving';
}

/**
 * Whether one more link has a place.
 *
 * @param route  through whom it would be
 * @param isFirst  it would be the only one of the side that offers it
 * @param kept  introducers that have places of their own
 */
export function hasPlace(
  { linksMax, setupsMax }: PlaceLimits,
  links: readonly PlacedLink[],
  route: SignalRoute,
  isFirst: boolean,
  kept: readonly SignalRoute[],
): boolean {
  const setups = links.filter(({ phase }) => phase === 'setup');
  const places = isFirst ? linksMax : linksMax - 1;
  const own = Math.max(1, places - missing(links, route, kept, linksMax));
  return links.length < own && setups.length < setupsMax - missing(setups, route, kept, setupsMax);
}

/** Places that introducers other than `route` have and do not use, up to half of all. */
function missing(
  links: readonly PlacedLink[],
  route: SignalRoute,
  kept: readonly SignalRoute[],
  max: number,
): number {
  let count = 0;
  for (const each of kept)
    if (each !== route) count += Math.max(0, PLACES_PER_INTRODUCER - linksThrough(links, each));
  return Math.min(count, Math.floor(max / 2));
}

/** How many links there are through an introducer. */
export function linksThrough(links: Iterable<PlacedLink>, route: SignalRoute): number {
  let count = 0;
  for (const link of links) if (link.route === route) count += 1;
  return count;
}
