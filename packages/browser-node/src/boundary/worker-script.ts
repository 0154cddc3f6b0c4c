import { type CustomNetwork, type FamilyName, familyNameOf, type NetworkName } from '@vision-light/protocol';
import type { TrustedAddress } from './trusted-script.js';

/**
 * The worker's script as text, once with the rules of each family. Each is a file beside this module, so that a page loads
 * the rules of its own network and no others. The addresses are written out, for bundlers to see them.
 */
const scripts: Readonly<Record<FamilyName, () => Promise<{ readonly workerScript: string }>>> = {
  bitcoin: () => import('vision-light:bitcoin-worker'),
  vision: () => import('vision-light:vision-worker'),
};

/** What a node's workers are started from: an address, or the script. */
export type WorkerSource = string | TrustedAddress | Blob;

/**
 * @param workerUrl  what the application says of the script; undefined for that beside this module
 * @throws if the script cannot be loaded
 */
export async function workerSource(
  network: NetworkName | CustomNetwork,
  workerUrl: string | TrustedAddress | undefined,
): Promise<WorkerSource> {
  if (workerUrl !== undefined) return workerUrl;
  const { workerScript } = await scripts[familyNameOf(network)]();
  return new Blob([workerScript], { type: 'text/javascript' });
}
