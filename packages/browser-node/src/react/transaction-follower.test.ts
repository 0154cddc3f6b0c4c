import { afterEach, expect, it, vi } from 'vitest';
import type { LightNodeHandle } from '../index.js';
import type { NodeSource, NodeState } from './node-source.js';
import { TransactionFollower } from './transaction-follower.js';

/** A node that has the transaction in a block, and goes on watching it. */
function nodeAt(height: number): LightNodeHandle {
  const watchTx = async function* (_id: string, { signal }: { readonly signal: AbortSignal }) {
    yield { kind: 'included', height, block: 'ab', position: 0, confirmations: 1, proof: () => {} };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };
  return { watchTx } as unknown as LightNodeHandle;
}

/** A provider's node, as a test sets it. */
class Source {
  state: NodeState = { node: undefined, error: undefined };
  #changed = (): void => {};
  follow(_kinds: readonly string[], changed: () => void): () => void {
    this.#changed = changed;
    return () => {};
  }
  become(node: LightNodeHandle | undefined): void {
    this.state = { node, error: undefined };
    this.#changed();
  }
}

afterEach(() => void vi.unstubAllGlobals());

it('knows nothing of a transaction while there is no node, and nothing that another node has told', async () => {
  const reportError = vi.fn();
  vi.stubGlobal('reportError', reportError);
  const source = new Source();
  const follower = new TransactionFollower(source as unknown as NodeSource, 'cd');
  let heard = (): void => {};
  const next = () => new Promise<void>((resolve) => (heard = resolve));
  const end = follower.follow(() => heard());
  const [first, second] = [nodeAt(1), nodeAt(2)];
  const told = next();
  source.become(first);
  await told;
  const { status } = follower;
  expect(status).toMatchObject({ kind: 'included', height: 1 });
  expect(follower.status).toBe(status);
  source.become(undefined);
  expect(follower.status).toBeUndefined();
  const toldAgain = next();
  source.become(second);
  expect(follower.status).toBeUndefined();
  await toldAgain;
  expect(follower.status).toMatchObject({ height: 2 });
  end();
  expect(reportError).not.toHaveBeenCalled();
});
