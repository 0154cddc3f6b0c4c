import type { LightNodeHandle } from '../index.js';

/** How far a node's answers can be relied on. */
export type TrustLevel = 'full' | 'degraded' | 'none';

/** The level that a node gives itself; undefined of a node that says none. */
export function trustLevelOf(node: LightNodeHandle): TrustLevel | undefined {
  const { trust } = node as { readonly trust?: () => { readonly level: TrustLevel } };
  return trust?.().level;
}
