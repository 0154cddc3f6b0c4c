/** What is said of block bodies in every family. A body is what follows a header in its block; one has one encoding. */
import type { BodyFault } from './body-fault.js';

/** The header that a body claims to belong to, and as much of its surroundings as the rules of bodies need. */
export interface BodyContext {
  /** The verified header. */
  readonly record: Uint8Array;
  /** Of that header; 0 for genesis. */
  readonly height: number;
  /** The header before; undefined for genesis. */
  readonly parentRecord: Uint8Array | undefined;
}

/** Whether a body is the one that its header commits to. */
export type BodyVerdict =
  | { readonly kind: 'ok' }
  | { readonly kind: 'rejected'; readonly code: BodyFault; readonly detail: string };

/** One transaction as the API shows it. */
export interface BodyTransaction {
  /** 64 hex digits in display order: what the Merkle tree of the header commits to. */
  readonly id: string;
  /** Where its bytes begin in the body. */
  readonly offset: number;
  /** How many they are. */
  readonly bytes: number;
  /** The family's own fields, by the names of its specification. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A body as the API shows it. */
export interface BodyInfo {
  /** Length of the body. */
  readonly bytes: number;
  /** How many transactions are in it. */
  readonly transactionCount: number;
  /** In block order. */
  readonly transactions: readonly BodyTransaction[];
  /** The family's own fields of the whole body. */
  readonly fields: Readonly<Record<string, string | number | bigint>>;
}

/** A verdict that names the fault. */
export function rejectedBody(code: BodyFault, detail: string): BodyVerdict {
  return { kind: 'rejected', code, detail };
}
