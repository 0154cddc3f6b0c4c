import type { RefusalCode } from '@vision-light/signaling';

/**
 * Counts the connections of addresses and their groups over several processes, so that their limits hold for the whole.
 *
 * Each process holds its own connections to the same limits before it asks here. So while this fails, connections are
 * admitted by what the process itself knows.
 */
export interface SharedAddresses {
  /**
   * Counts one more connection.
   *
   * @param address  as `clientKey` gives it
   * @param group  as `addressGroup` gives it
   * @returns why it may not connect; then it is not counted. It does not reject
   */
  enter(address: string, group: string): Promise<RefusalCode | undefined>;
  /** Counts one less of an address that entered. */
  leave(address: string, group: string): void;
}
