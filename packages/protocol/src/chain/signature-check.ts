/** One signature to be verified, as data: the platform verifies, and the core decides what follows from it. */
export interface SignatureCheck {
  /** 32 bytes: an Ed25519 public key. */
  readonly publicKey: Uint8Array;
  /** The bytes that were signed. They must not change before the answer. */
  readonly message: Uint8Array;
  /** 64 bytes: an Ed25519 signature. */
  readonly signature: Uint8Array;
}
