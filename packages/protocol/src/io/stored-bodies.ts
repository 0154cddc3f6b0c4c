/** Block bodies as they lie on disk: each under the hash of its header. Nothing that comes back is trusted. */

/** One body. */
export interface StoredBody {
  /** 32 bytes, internal order: the hash of the header that it belongs to. */
  readonly hash: Uint8Array;
  /** At least 1 byte; what follows the header in its block, see `ChainFamily.checkBody`. */
  readonly body: Uint8Array;
}

/** One atomic write: first what is removed, then what is put. A hash that is not stored is removed in silence. */
export interface BodyChange {
  readonly put: readonly StoredBody[];
  readonly remove: readonly Uint8Array[];
}
