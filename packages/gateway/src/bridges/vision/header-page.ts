/** The headers of one answer to `get_headers` (docs/chains/vision.md §7): only what leads to the blocks. */
import type { JsonValue } from '@vision-light/protocol';
import { memberOf } from '../../http/json-members.js';
import { canonicalHash } from './node-names.js';

/** A header by its name. It lacks the miner, so nothing can be verified with it. */
export interface NamedHeader {
  /** 64 lowercase digits. */
  readonly hash: string;
  /** As the node wrote it. */
  readonly text: string;
  /** The hash of its parent; undefined if the node does not say. */
  readonly prev: string | undefined;
  /** The height that the node claims. */
  readonly height: number | undefined;
}

/**
 * What is beyond `countMax` is ignored, and so are all members that are not needed here.
 *
 * @returns undefined if it is no list, or an item has no hash
 */
export function readHeaders(headers: JsonValue | undefined, countMax: number): NamedHeader[] | undefined {
  if (!Array.isArray(headers)) return undefined;
  const named = headers.slice(0, countMax).map(readHeader);
  return named.includes(undefined) ? undefined : (named as NamedHeader[]);
}

function readHeader(item: JsonValue): NamedHeader | undefined {
  const text = memberOf(item, 'hash');
  const hash = typeof text === 'string' ? canonicalHash(text) : undefined;
  if (hash === undefined) return undefined;
  const prev = memberOf(item, 'prev');
  const height = memberOf(item, 'height');
  return {
    hash,
    text: text as string,
    prev: typeof prev === 'string' ? canonicalHash(prev) : undefined,
    height: typeof height === 'number' && Number.isSafeInteger(height) && height >= 0 ? height : undefined,
  };
}
