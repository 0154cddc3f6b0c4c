/** The hooks for React, under StrictMode, in a real page. */
import type { LightNodeHandle } from '@vision-light/browser-node';
import {
  LightNodeProvider,
  useLightNode,
  useStatus,
  useTip,
  useTrust,
  useTx,
} from '@vision-light/browser-node/react';
import {
  Component,
  createElement,
  type ReactElement,
  type ReactNode,
  StrictMode,
  useLayoutEffect,
} from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { assertEqual, assertTrue } from './expect.js';
import { closeNodes, isClosed, newNetwork, signalAt, startNode, withWorkers } from './nodes.js';

/** Called after each rendering, once the page shows it. */
const looks = new Set<() => void>();
const rendered = (): void => {
  for (const look of [...looks]) look();
};

/** Resolves once a rendering has made it so. */
function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!isSo()) return;
      looks.delete(look);
      resolve();
    };
    looks.add(look);
    look();
  });
}

const place = document.createElement('div');
document.body.append(place);
let root: Root | undefined;

function render(content: ReactNode): void {
  root ??= createRoot(place);
  root.render(createElement(StrictMode, null, content));
}

/** What the hooks of the last rendering gave. */
interface Seen {
  node?: LightNodeHandle | undefined;
  error?: Error | undefined;
  tip?: ReturnType<typeof useTip>;
  status?: ReturnType<typeof useStatus>;
  tx?: ReturnType<typeof useTx>;
  trust?: ReturnType<typeof useTrust>;
}
let seen: Seen = {};
const starts = new Set<LightNodeHandle>();

function Watcher({ id }: { readonly id?: string }): ReactElement {
  const { node, error } = useLightNode();
  seen = { node, error, tip: useTip(), status: useStatus(), tx: useTx(id), trust: useTrust() };
  if (node !== undefined) starts.add(node);
  useLayoutEffect(rendered);
  return createElement('output', null, String(seen.tip?.height));
}

const options = () => ({
  network: newNetwork(),
  signal: [signalAt('honest')],
  storage: 'memory' as const,
  hashers: 1,
});

/** Shows what a component below it throws. */
class Boundary extends Component<{ readonly children: ReactNode }, { readonly text?: string }> {
  override state: { readonly text?: string } = {};
  static getDerivedStateFromError(error: Error): { readonly text: string } {
    return { text: error.message };
  }
  override componentDidCatch(): void {
    rendered();
  }
  override render(): ReactNode {
    return this.state.text ?? this.props.children;
  }
}

describe('hooks for React', () => {
  afterEach(async () => {
    root?.unmount();
    root = undefined;
    seen = {};
    starts.clear();
    looks.clear();
    await closeNodes();
  });

  it('start one node under StrictMode, follow it, and close it when the provider goes', async () => {
    await withWorkers(async (workers) => {
      render(createElement(LightNodeProvider, { options: options() }, createElement(Watcher)));
      await until(() => place.textContent === '0' && seen.status?.phase === 'connecting');
      // The node's worker and one that hashes.
      assertTrue(workers.size <= 2, `${workers.size} workers were started`);
    });
    const { node } = seen;
    assertEqual(starts.size, 1, 'number of nodes');
    assertEqual(seen.tip, node?.tip, 'tip');
    assertEqual(seen.trust?.level, 'none', 'level of a node without peers');
    render(null);
    await isClosed(node as LightNodeHandle);
  });

  it('use a node that they are given, and leave it running', async () => {
    const given = await startNode();
    const watcher = createElement(Watcher);
    render([
      createElement(LightNodeProvider, { key: 'given', node: given }, watcher),
      createElement(LightNodeProvider, { key: 'started', options: options() }, watcher),
    ]);
    await until(() => starts.size === 2 && place.textContent === '00');
    assertTrue(starts.delete(given), 'another node was used');
    const [started] = starts;
    render(null);
    // The two providers go at the same time, so by now either has closed what it closes.
    await isClosed(started as LightNodeHandle);
    assertTrue(given.status.phase !== 'closed', 'the node was closed');
  });

  it('say why there is no node', async () => {
    const wrong = { ...options(), maxPeers: 1000 };
    render(createElement(LightNodeProvider, { options: wrong }, createElement(Watcher)));
    await until(() => seen.error !== undefined);
    assertTrue(seen.error instanceof RangeError, String(seen.error));
    assertEqual(seen.node, undefined, 'node');
  });

  it('know nothing of a transaction that nobody has seen, and survive the end of the node', async () => {
    const node = await startNode();
    const id = '00'.repeat(32);
    render(createElement(LightNodeProvider, { node }, createElement(Watcher, { id })));
    await until(() => seen.node === node);
    assertEqual(seen.tx, undefined, 'transaction');
    await node.close();
    await until(() => seen.status?.phase === 'closed');
    await until(() => seen.trust?.reasons[0] === 'NODE_CLOSED');
  });

  it('say so where there is no provider', async () => {
    render(createElement(Boundary, null, createElement(Watcher)));
    await until(() => place.textContent?.includes('LightNodeProvider') ?? false);
  });
});
