/** One decoder that is given hostile bytes. */
export interface FuzzTarget {
  readonly name: string;
  /** Of how many inputs it gets one, against the others. */
  readonly weight: number;
  /** Valid inputs, from which hostile ones are made. */
  readonly samples: readonly Uint8Array[];
  /** @throws {Error} whatever is wrong with what the decoder made of the input */
  readonly check: (input: Uint8Array) => void;
}
