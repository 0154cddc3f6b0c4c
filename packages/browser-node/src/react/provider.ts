import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
} from 'react';
import type { LightNodeHandle, Subscriptions } from '../index.js';
import { NO_NODE, type NodeOrOptions, NodeSource, type NodeState } from './node-source.js';

const SourceContext = createContext<NodeSource | undefined>(undefined);

/** What {@link LightNodeProvider} is given: a node of the application's own, or the options of one to start. */
export type LightNodeProviderProps = NodeOrOptions & { readonly children?: ReactNode };

/**
 * Gives the components below it a light node.
 *
 * With `options` it starts one in an effect, so never on a server, and closes it when it is unmounted. The options of the
 * first rendering count; give it another `key` to start another node. A `node` is used as it is and not closed.
 */
export function LightNodeProvider({ children, ...from }: LightNodeProviderProps): ReactElement {
  const [source] = useState(() => new NodeSource(from));
  useEffect(() => source.hold(), [source]);
  return createElement(SourceContext.Provider, { value: source }, children);
}

/** @throws {Error} outside of a {@link LightNodeProvider} */
export function useNodeSource(): NodeSource {
  const source = useContext(SourceContext);
  if (source === undefined) throw new Error('There is no LightNodeProvider above this component.');
  return source;
}

const noKinds = [] as const;

/**
 * The node, once it has started, or why it has not.
 *
 * @throws {Error} outside of a {@link LightNodeProvider}
 */
export function useLightNode(): NodeState {
  const source = useNodeSource();
  const subscribe = useCallback((changed: () => void) => source.follow(noKinds, changed), [source]);
  return useSyncExternalStore(
    subscribe,
    () => source.state,
    () => NO_NODE,
  );
}

/**
 * A value of the node that is the same object until news of a kind come; undefined while there is no node.
 *
 * @param kinds  the same array each time
 */
export function useNodeValue<Value>(
  kinds: readonly (keyof Subscriptions)[],
  read: (node: LightNodeHandle) => Value,
): Value | undefined {
  const source = useNodeSource();
  const subscribe = useCallback((changed: () => void) => source.follow(kinds, changed), [source, kinds]);
  return useSyncExternalStore(
    subscribe,
    () => source.state.node && read(source.state.node),
    () => undefined,
  );
}
