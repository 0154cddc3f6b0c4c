/** The direct port of a gateway: which UDP port it is, and under which addresses pages find it. */
import { networkInterfaces } from 'node:os';
import { writeDirectAddress } from '@vision-light/peering';
import { bytesToHex } from '@vision-light/protocol';
import { GatewayError } from '../gateway-error.js';
import { DirectLinks, type DirectLinksOptions } from './direct-links.js';
import { openPort } from './direct-listener.js';

/**
 * Opens the direct port.
 *
 * @param options  whose port may be 0, for any free one
 * @throws {GatewayError} if it cannot be opened
 */
export async function openDirectPort(
  options: DirectLinksOptions,
): Promise<{ readonly links: DirectLinks; readonly port: number }> {
  let port: number;
  try {
    port = await openPort(options.port);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new GatewayError(`The direct port, UDP ${options.port}, cannot be opened: ${cause}.`);
  }
  return { links: new DirectLinks({ ...options, port }), port };
}

/**
 * The addresses of a gateway, for pages.
 *
 * @param certificate  SHA-256 of it, 32 bytes
 * @param hosts  IP addresses under which it is known; if there are none, those of this machine
 */
export function directAddresses(
  hosts: readonly string[],
  port: number,
  certificate: Uint8Array,
): readonly string[] {
  const fingerprint = bytesToHex(certificate);
  const known = hosts.length > 0 ? hosts : ownHosts();
  return known.map((host) => writeDirectAddress({ host, port, fingerprint }));
}

/** Addresses of this machine that others may reach; its own name for itself if it has no other. */
function ownHosts(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const isReachable = (address: string): boolean => !/^(fe[89ab]|169\.254\.)/i.test(address);
  const found = all.filter(({ internal, address }) => !internal && isReachable(address));
  return found.length > 0 ? found.map(({ address }) => address) : ['127.0.0.1'];
}
