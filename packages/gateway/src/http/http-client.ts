/** Who waits for an answer, as far as whoever makes it needs to know. */
export interface HttpClient {
  /** Key of its address: `clientKey` of the signaling package. */
  readonly address: string;
  /** Resolves when it has taken the answer, or is gone. */
  readonly taken: Promise<void>;
  /** Whether it has hung up: what is made from now on is made for nobody. */
  isGone(): boolean;
  /** Charges its address for so many bytes that were made for it. */
  charge(bytes: number): void;
  /** Milliseconds for which its address is in debt. */
  debtMs(): number;
}
