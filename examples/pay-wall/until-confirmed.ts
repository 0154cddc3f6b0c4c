import type { LightNodeHandle } from '@vision-light/browser-node';

/** Resolves once a transaction has so many confirmations. A reorg may take some of them back meanwhile. */
export async function untilConfirmed(
  node: LightNodeHandle,
  id: string,
  wanted: number,
  progress: (count: number) => void,
): Promise<void> {
  for await (const _tip of node.tips()) {
    const status = await node.txStatus(id);
    const count = status?.kind === 'included' ? status.confirmations : 0;
    progress(Math.min(count, wanted));
    if (count >= wanted) return;
  }
  throw new Error('The node was closed before the payment was confirmed.');
}
