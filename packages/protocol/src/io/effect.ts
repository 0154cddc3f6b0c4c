/** Everything that a node can ask of its platform. Performed in order; answers come back as events. */
import type { PowJob } from '../chain/pow-job.js';
import type { NodeNotice } from './notice.js';
import type { StorageOperation } from './storage.js';
import type { BodyChange } from './stored-bodies.js';
import type { StoreChange } from './stored-chain.js';

/** One thing that the platform shall do, told apart by `type`. */
export type Effect =
  /** One data channel message, no larger than the peer takes. */
  | { readonly type: 'send'; readonly peer: string; readonly bytes: Uint8Array }
  /** Close the channel once what was sent before has left. `code` says why; absent for a plain good-bye. */
  | { readonly type: 'disconnect'; readonly peer: string; readonly code?: string }
  /** At most `hashers` × 2 are under way at a time. Answer: `powVerified` with the same `job`. */
  | { readonly type: 'verifyPow'; readonly job: number; readonly work: PowJob }
  /** One atomic write; at most one is under way. Answer: `stored` with the same `write`, or `storeFailed`. */
  | { readonly type: 'store'; readonly write: number; readonly change: StoreChange }
  /** Read all that is stored. Answer: `loaded` or `storeFailed`. */
  | { readonly type: 'load' }
  /** Read which bodies are stored. Answer: `bodiesListed`, without any if they cannot be read. */
  | { readonly type: 'listBodies' }
  /** Read one body. Answer: `bodyRead` with the same `read`. At most BODY_READS_MAX are under way. */
  | { readonly type: 'readBody'; readonly read: number; readonly hash: Uint8Array }
  /** One atomic write; at most one is under way. Answer: `bodiesStored` or `bodiesFailed` with the same `write`. */
  | { readonly type: 'storeBodies'; readonly write: number; readonly change: BodyChange }
  /** Read, list or write records. Answer: `storageAnswered` with the same `request`. */
  | { readonly type: 'storage'; readonly request: number; readonly operation: StorageOperation }
  /** Bring up to `count` new connections, if any can be had. */
  | { readonly type: 'requestPeers'; readonly count: number }
  | { readonly type: 'emit'; readonly notice: NodeNotice };
