/** Why a stored book of addresses is not read. A gateway then begins with an empty one, and asks DNS. */
export const addressFileFaults = {
  BITCOIN_ADDRESSES_VERSION: 'The stored addresses of full nodes are of another version of this program.',
  BITCOIN_ADDRESSES_DAMAGED: 'The stored addresses of full nodes are damaged.',
} as const;

/** A code of {@link addressFileFaults}. */
export type AddressFileFault = keyof typeof addressFileFaults;
