/**
 * Connections by address over all processes. Each process knows its own, and corrects Redis with them whenever Redis may
 * have missed something.
 *
 * Memory: one entry for each address that has a connection to this process.
 */
import type { RefusalCode } from '@vision-light/signaling';
import type { SharedAddresses } from '../admission/shared-addresses.js';
import type { SignalLimits } from '../limits.js';
import type { RedisLink } from './redis-link.js';
import { slices } from './slices.js';

/** Limits of addresses and groups, over all processes. */
export type AddressLimits = Pick<
  SignalLimits,
  | 'maxConnectionsPerAddress'
  | 'maxConnectionsPerGroup'
  | 'maxConnectsPerSecondPerAddress'
  | 'maxConnectBurstPerAddress'
>;

/** The addresses in Redis, as one process sees them. */
export class RedisAddresses implements SharedAddresses {
  readonly #link: RedisLink;
  readonly #server: string;
  readonly #limits: readonly string[];
  /** Connections of this process, by address and group. */
  readonly #open = new Map<string, number>();
  #recounts = 0;
  readonly #missed: () => void;

  /** @param missed  told that Redis was not told of a connection: {@link recount} corrects it */
  constructor(link: RedisLink, server: string, limits: AddressLimits, missed: () => void) {
    this.#missed = missed;
    this.#link = link;
    this.#server = server;
    this.#limits = [
      limits.maxConnectionsPerAddress,
      limits.maxConnectionsPerGroup,
      1000 / limits.maxConnectsPerSecondPerAddress,
      limits.maxConnectBurstPerAddress,
    ].map(String);
  }

  async enter(address: string, group: string): Promise<RefusalCode | undefined> {
    const recounts = this.#recounts;
    this.#count(address, group, 1);
    const refusal = await this.#call('enter', [address, group, ...this.#limits]);
    if (refusal === undefined || refusal === '') return undefined;
    // Meanwhile Redis may have been told to count it.
    if (recounts === this.#recounts) this.#count(address, group, -1);
    else this.leave(address, group);
    return refusal as RefusalCode;
  }

  leave(address: string, group: string): void {
    this.#count(address, group, -1);
    void this.#call('exit', [`${address} ${group}`]);
  }

  /** Makes Redis know exactly the connections that are here. */
  async recount(): Promise<void> {
    const known = (await this.#link.call('opened', [this.#server])) as string[];
    for (const part of slices([...new Set([...known, ...this.#open.keys()])])) {
      this.#recounts += 1;
      const counts = part.flatMap((opened) => [opened, String(this.#open.get(opened) ?? 0)]);
      await this.#link.call('recount', [this.#server, ...counts]);
    }
  }

  #count(address: string, group: string, difference: number): void {
    const opened = `${address} ${group}`;
    const count = (this.#open.get(opened) ?? 0) + difference;
    if (count > 0) this.#open.set(opened, count);
    else this.#open.delete(opened);
  }

  /** @returns undefined if Redis is away or refuses; it is corrected when it takes something again */
  #call(name: 'enter' | 'exit', args: readonly string[]): Promise<unknown> {
    return this.#link.call(name, [this.#server, ...args]).catch(() => {
      this.#missed();
      return undefined;
    });
  }
}
