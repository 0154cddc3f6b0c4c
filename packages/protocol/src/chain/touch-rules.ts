/** Whom a transaction concerns, for who waits for those that pay to or from an address. */

/** Names in a transaction. A coin is a name that one transaction makes and another one spends; not every family has them. */
export interface Touches {
  /** Who pays, or the coins that are spent. */
  readonly from: readonly string[];
  /** Who is paid or spoken of, and the coin that this makes. */
  readonly to: readonly { readonly name: string; readonly coin: string | undefined }[];
}

/** What a family says of addresses. Both functions cost time in proportion to what they are given, and keep nothing. */
export interface TouchRules {
  /**
   * The name by which {@link TouchRules.touches} knows an address: Vision a public key, Bitcoin the hex of a script.
   *
   * @param address  as people write it
   * @returns undefined if it is no address of this network
   */
  addressName(address: string): string | undefined;
  /** Whom a transaction concerns. @param transaction  of a checked body or of the mempool */
  touches(transaction: Uint8Array): Touches;
}
