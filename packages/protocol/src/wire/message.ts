/** The messages of the protocol as values. PROTOCOL.md gives their bytes. */

export const PROTOCOL_VERSION = 1;

/** Bits of `services`. */
export const SERVICE_GATEWAY = 1;
/** Keeps the body of every header of its chain. */
export const SERVICE_ARCHIVE = 2;

/** First message of both sides. */
export interface Hello {
  readonly type: 'hello';
  readonly version: number;
  /** 32 bytes. */
  readonly networkId: Uint8Array;
  readonly height: number;
  readonly chainwork: bigint;
  /** Bit set, see SERVICE_…; unknown bits are passed over. */
  readonly services: number;
  /** Printable ASCII. */
  readonly userAgent: string;
  /** Drawn anew by each run of a node, so that two connections between the same two are noticed; 0 if it is not told. */
  readonly session: bigint;
  /** Empty until nodes have keys. */
  readonly identity: Uint8Array;
}

/** Asks for a pong with the same request id. */
export interface Ping {
  readonly type: 'ping';
  readonly requestId: number;
}

/** Answers a ping. */
export interface Pong {
  readonly type: 'pong';
  readonly requestId: number;
}

/** A new tip, no body. */
export interface Announce {
  readonly type: 'announce';
  readonly height: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** 32 bytes: the header before. */
  readonly prev: Uint8Array;
}

/** Asks for headers after the fork with the asker's chain. */
export interface GetHeaders {
  readonly type: 'getHeaders';
  readonly requestId: number;
  /** Hashes of the asker's chain, highest first; the first one that the other side has on its best chain counts. */
  readonly locator: readonly Uint8Array[];
  /** Last header wanted, or undefined for as many as there are. */
  readonly stop: Uint8Array | undefined;
  /** Headers to pass over after that one: so requests can overlap. */
  readonly skip: number;
  /** 1 to HEADERS_PER_MESSAGE_MAX. */
  readonly max: number;
}

/** Answers `getHeaders`: consecutive headers of the sender's best chain. */
export interface Headers {
  readonly type: 'headers';
  readonly requestId: number;
  /** 32 bytes: hash of the header before the first. With no headers: the last one that the sender has. */
  readonly parent: Uint8Array;
  readonly count: number;
  /** The family's batch codec; a view of the message. */
  readonly payload: Uint8Array;
}

/** Said once before closing. */
export interface Reject {
  readonly type: 'reject';
  readonly code: string;
}

/** Asks for block bodies: each hash is answered once, in their order, by `blocks` or by `notFound`. */
export interface GetBlocks {
  readonly type: 'getBlocks';
  readonly requestId: number;
  /** 1 to BLOCK_HASHES_MAX, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

/**
 * Answers one hash of a `getBlocks`. One body, so that a window moves with every answer, what is under way can be
 * counted in bytes, and a sender holds no more than what its peer takes.
 */
export interface Blocks {
  readonly type: 'blocks';
  readonly requestId: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** What follows the header in its block, see `ChainFamily.checkBody`; a view of the message. */
  readonly body: Uint8Array;
}

/** Answers those hashes of a `getBlocks` whose bodies the sender does not have, or no longer. */
export interface NotFound {
  readonly type: 'notFound';
  readonly requestId: number;
  /** 1 to BLOCK_HASHES_MAX, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

/** Any message, told apart by `type`. */
export type Message =
  | Hello
  | Ping
  | Pong
  | Announce
  | GetHeaders
  | Headers
  | Reject
  | GetBlocks
  | Blocks
  | NotFound;
/** The names of the messages. */
export type MessageType = Message['type'];
