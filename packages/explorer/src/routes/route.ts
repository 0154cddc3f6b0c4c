/**
 * Addresses within the page: what stands after `#/`. Each view has one, so that a link can be kept and passed on; the network
 * stands before it, as `?network=`. What is typed into the address bar may be anything, so whatever is no address is a route
 * of its own, with the text that was read.
 */

/** What a part of the page shows. */
export type Route =
  | { readonly view: PlainView }
  /** `at`: a height of the best chain, or the hash of a header of any branch. */
  | { readonly view: 'header'; readonly at: number | string }
  | { readonly view: 'block'; readonly hash: string }
  /** `block`: hash of the block that is said to have it. */
  | { readonly view: 'tx'; readonly id: string; readonly block?: string }
  | { readonly view: 'address'; readonly address: string }
  | { readonly view: 'unknown'; readonly text: string };

/** Views of which there is one. */
export type PlainView = (typeof plainViews)[number];

/** A view, whatever it shows. */
export type ViewName = Route['view'];

const plainViews = ['overview', 'charts', 'peers', 'forks', 'trust', 'send', 'networks'] as const;

/** Longest address that is looked for: the longest of Bitcoin have 90 characters, public keys 64. */
const ADDRESS_LENGTH_MAX = 100;

const hash64 = /^[0-9a-f]{64}$/;

/** @param hash  `location.hash`: `#/tx/…`, or nothing */
export function parseRoute(hash: string): Route {
  const text = decode(hash.replace(/^#?\/?/, ''));
  const [path = '', query = ''] = text.split('?', 2);
  const [first = '', second, ...more] = path.split('/').filter((part) => part !== '');
  const unknown: Route = { view: 'unknown', text };
  if (more.length > 0) return unknown;
  if (first === '') return { view: 'overview' };
  if (second === undefined) {
    const plain = plainViews.find((view) => view === first);
    return plain === undefined ? unknown : { view: plain };
  }
  const id = second.toLowerCase();
  switch (first) {
    case 'header': {
      if (hash64.test(id)) return { view: 'header', at: id };
      const height = Number(second);
      return /^\d+$/.test(second) && Number.isSafeInteger(height) ? { view: 'header', at: height } : unknown;
    }
    case 'block':
      return hash64.test(id) ? { view: 'block', hash: id } : unknown;
    case 'tx': {
      if (!hash64.test(id)) return unknown;
      const block = new URLSearchParams(query).get('block')?.toLowerCase() ?? '';
      return { view: 'tx', id, ...(hash64.test(block) ? { block } : {}) };
    }
    case 'address':
      return second.length <= ADDRESS_LENGTH_MAX && /^[\w:]+$/.test(second)
        ? { view: 'address', address: second }
        : unknown;
    default:
      return unknown;
  }
}

/** The address of a route, to be put into a link. */
export function formatRoute(route: Route): string {
  switch (route.view) {
    case 'overview':
      return '#/';
    case 'header':
      return `#/header/${route.at}`;
    case 'block':
      return `#/block/${route.hash}`;
    case 'tx':
      return `#/tx/${route.id}${route.block === undefined ? '' : `?block=${route.block}`}`;
    case 'address':
      return `#/address/${encodeURIComponent(route.address)}`;
    case 'unknown':
      return `#/${route.text}`;
    default:
      return `#/${route.view}`;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
