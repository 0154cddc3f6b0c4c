/**
 * Finds what was typed into the search field. 64 hex digits may be a header, a transaction or a public key, so all three are
 * tried, cheapest first. An answer names what was found, or every place that was looked in.
 */
import type { LightNodeHandle } from '@vision-light/browser-node';
import { recentBlocks } from '../blocks/recent-blocks.js';
import { countNoun, formatCount } from '../display/quantities.js';
import type { Route } from '../routes/route.js';
import { mentionOf } from '../transactions/mentions.js';
import type { SearchQuery } from './search-query.js';

/** Where it is, or nothing; and a sentence that says what it is, or where it was looked for. */
export interface Found {
  readonly route?: Route;
  readonly sentence: string;
  /** Where to look further, if nothing was found. */
  readonly further?: Route;
}

type Findable = Exclude<SearchQuery, { readonly kind: 'invalid' }>;

/**
 * Looks for it.
 *
 * @param sent  ids of what this browser has sent
 * @throws {LightNodeError} NODE_CLOSED
 */
export async function find(
  node: LightNodeHandle,
  query: Findable,
  sent: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): Promise<Found> {
  if (query.kind === 'height') return findHeight(node, query.height);
  if (query.kind === 'address') {
    const route: Route = { view: 'address', address: query.address };
    return { route, sentence: 'This has the form of an address.' };
  }
  const { hex } = query;
  const header = await node.header(hex);
  if (header !== undefined)
    return {
      route: { view: 'block', hash: hex },
      sentence: `This is the block at height ${formatCount(header.height)}.`,
    };
  const status = await node.txStatus(hex);
  if (status !== undefined || sent.has(hex)) {
    const block = status?.kind === 'included' ? { block: status.block } : {};
    return { route: { view: 'tx', id: hex, ...block }, sentence: 'This is a transaction.' };
  }
  return findInBodies(node, hex, signal);
}

async function findHeight(node: LightNodeHandle, height: number): Promise<Found> {
  const header = await node.header(height);
  if (header !== undefined)
    return {
      route: { view: 'header', at: height },
      sentence: `Verified header at height ${formatCount(height)}.`,
    };
  const tip = formatCount(node.tip.height);
  return { sentence: `No verified header has the height ${formatCount(height)}: the tip is at ${tip}.` };
}

async function findInBodies(node: LightNodeHandle, hex: string, signal: AbortSignal): Promise<Found> {
  let looked = 0;
  try {
    for await (const { hash, transactions } of recentBlocks(node, signal)) {
      looked++;
      if (transactions.some(({ id }) => id === hex))
        return { route: { view: 'tx', id: hex, block: hash }, sentence: 'This is a transaction.' };
      if (transactions.some((tx) => mentionOf(tx, hex) !== undefined))
        return {
          route: { view: 'address', address: hex },
          sentence: 'This is the public key of an account.',
        };
    }
  } catch {
    // A body could not be had: what was looked at until then is said.
  }
  const blocks = countNoun(looked, 'block');
  return {
    sentence:
      'Nothing has this name: no verified header, no transaction that waits here, and nothing in the newest ' +
      `${blocks}, neither a transaction nor an account.`,
    further: { view: 'tx', id: hex },
  };
}
