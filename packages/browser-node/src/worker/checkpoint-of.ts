/** What a node begins with, by the settings of its page. */
import {
  type ChainFamily,
  isSameNetwork,
  type OpenCheckpoint,
  openCheckpoint,
  readCheckpoint,
  shippedCheckpoint,
} from '@vision-light/protocol';
import type { NodeWorkerSettings } from '../boundary/messages.js';

/**
 * @returns undefined for genesis
 * @throws {TypeError | RangeError} if what was given is no checkpoint of the network
 */
export function checkpointOf(
  family: ChainFamily,
  { network, checkpoint }: NodeWorkerSettings,
): OpenCheckpoint | undefined {
  if (checkpoint === false) return undefined;
  const given = checkpoint === undefined ? shippedCheckpoint(network) : readCheckpoint(checkpoint);
  if (given === undefined) return undefined;
  if (!isSameNetwork(given.network, network))
    throw new RangeError(`checkpoint.network: is not ${family.name}`);
  return openCheckpoint(family, given);
}
