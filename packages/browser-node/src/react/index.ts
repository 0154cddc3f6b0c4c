/** Hooks for React 18 and newer. They read the node through its public interface. */
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { Status, Tip, TransactionStatus, Trust } from '../index.js';
import { useNodeSource, useNodeValue } from './provider.js';
import { TransactionFollower } from './transaction-follower.js';
import { TrustFollower } from './trust-follower.js';

export type { NodeOrOptions, NodeState } from './node-source.js';
export { LightNodeProvider, type LightNodeProviderProps, useLightNode } from './provider.js';

const tipKinds = ['tip'] as const;
const statusKinds = ['status'] as const;

/**
 * The best verified header; undefined while there is no node.
 *
 * @throws {Error} outside of a {@link LightNodeProvider}
 */
export function useTip(): Tip | undefined {
  return useNodeValue(tipKinds, ({ tip }) => tip);
}

/**
 * What the node does; undefined while there is no node.
 *
 * @throws {Error} outside of a {@link LightNodeProvider}
 */
export function useStatus(): Status | undefined {
  return useNodeValue(statusKinds, ({ status }) => status);
}

/**
 * What the node knows of a transaction; undefined if it knows nothing of it, and while there is no node.
 *
 * @param id  64 lowercase hex digits; undefined while the application has none
 * @throws {Error} outside of a {@link LightNodeProvider}
 */
export function useTx(id: string | undefined): TransactionStatus | undefined {
  const source = useNodeSource();
  const follower = useMemo(
    () => (id === undefined ? undefined : new TransactionFollower(source, id)),
    [source, id],
  );
  const subscribe = useCallback((changed: () => void) => follower?.follow(changed) ?? (() => {}), [follower]);
  return useSyncExternalStore(
    subscribe,
    () => follower?.status,
    () => undefined,
  );
}

/**
 * What the node's answers rest on now; undefined while there is no node. It is looked at anew when level or reasons change and
 * at each new tip.
 *
 * @throws {Error} outside of a {@link LightNodeProvider}
 */
export function useTrust(): Trust | undefined {
  const source = useNodeSource();
  const follower = useMemo(() => new TrustFollower(source), [source]);
  const subscribe = useCallback((changed: () => void) => follower.follow(changed), [follower]);
  return useSyncExternalStore(
    subscribe,
    () => follower.trust,
    () => undefined,
  );
}
