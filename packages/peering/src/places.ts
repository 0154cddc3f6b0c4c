/**
 * Which links have a place. Three rules, of which each holds by itself:
 *
 * - The last place goes only to a link that would be the only one of the side that offers it, so that newcomers find one.
 * - Of several introducers each has {@link PLACES_PER_INTRODUCER} places, and as many set-ups, that no link through
 *   another one takes: a server that lies, or its peers that dial, cannot fill a node up. Whoever knows one peer has one. Where
 *   there are few places, each has an equal share of them.
 * - Links that are being set up have a limit of their own. {@link COMMON_SETUPS} of them are no introducer's: for invitations, and
 *   for those whom peers introduce.
 */
import type { SignalRoute } from './introducer.js';

/** Places that are kept for each introducer: two, since one peer may go at any time. */
const PLACES_PER_INTRODUCER = 2;

/** Set-ups that are kept for nobody. */
const COMMON_SETUPS = 2;

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
  const places = Math.max(1, linksMax - 1);
  const extra = linksMax > 1 && isFirst ? 1 : 0;
  return (
    isFree(places, links, route, kept, extra) &&
    isFree(setupsMax - COMMON_SETUPS, setups, route, kept, COMMON_SETUPS)
  );
}

/**
 * Whether a place is free, and nobody else's.
 *
 * @param places  those of which introducers have a share
 * @param extra  further ones, of which they have none
 */
function isFree(
  places: number,
  links: readonly PlacedLink[],
  route: SignalRoute,
  kept: readonly SignalRoute[],
  extra: number,
): boolean {
  if (links.length >= places + extra) return false;
  const share = Math.floor(places / kept.length);
  const unused = (each: SignalRoute): number =>
    Math.max(0, Math.min(placesOf(each), share) - linksThrough(links, each));
  if (kept.includes(route) && unused(route) > 0) return true;
  const keptFree = kept.reduce((sum, each) => sum + unused(each), 0);
  return links.length < places + extra - keptFree;
}

/** Places that are kept for an introducer where there are many. */
export function placesOf({ peersMax = PLACES_PER_INTRODUCER }: SignalRoute): number {
  return Math.min(PLACES_PER_INTRODUCER, peersMax);
}

/** How many links there are through an introducer. */
export function linksThrough(links: Iterable<PlacedLink>, route: SignalRoute): number {
  let count = 0;
  for (const link of links) if (link.route === route) count += 1;
  return count;
}
