import type { LightNodeHandle } from '@vision-light/browser-node';

/** Resolves once a transaction has so many confirmations. A reorg may take some of them back meanwhile. */
export async function untilConfirmed(
  node: LightNodeHandle,
  id: string,
  wanted: number,
  progress: (count: number) => void,
): Promise<void> {
  for await (const event of node.watchTx(id, { confirmations: wanted })) {
    if (event.kind === 'reorgedOut') progress(0);
    if (event.kind !== 'included' && event.kind !== 'confirmed') continue;
    progress(Math.min(event.confirmations, wanted));
    if (event.confirmations >= wanted) return;
  }
  throw new Error('The node was closed before the payment was confirmed.');
}
