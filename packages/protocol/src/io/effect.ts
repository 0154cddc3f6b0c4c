/** Everything that a node can ask of its platform. Performed in order; answers come back as events. */
import type { PowJob } from '../chain/pow-job.js';
import type { SignatureCheck } from '../chain/signature-check.js';
import type { Introduction } from './introduction.js';
import type { NodeNotice } from './notice.js';
import type { StorageOperation } from './storage.js';

/** One thing that the platform is asked to do; `type` says which. */
export type Effect =
  /** One data channel message, no larger than the peer takes. */
  | { readonly type: 'send'; readonly peer: string; readonly bytes: Uint8Array }
  /** Close the channel once what was sent before has left. `code` says why; absent if the peer did nothing wrong. */
  | { readonly type: 'disconnect'; readonly peer: string; readonly code?: string }
  /** At most `hashers` × 2 are under way at a time. Answer: `powVerified` with the same `job`. */
  | { readonly type: 'verifyPow'; readonly job: number; readonly work: PowJob }
  /** Each check alone. Answer: `signaturesVerified` with the same `job`. */
  | { readonly type: 'verifySignatures'; readonly job: number; readonly checks: readonly SignatureCheck[] }
  /** Ed25519 with the key whose public half the node was made with. Answer: `signed` with the same `job`. */
  | { readonly type: 'sign'; readonly job: number; readonly message: Uint8Array }
  /**
   * Read, list or write records. Answer: `storageAnswered` with the same `request`. At most STORAGE_REQUESTS_MAX are
   * under way, of them one write of headers, one of bodies and one of transactions.
   */
  | { readonly type: 'storage'; readonly request: number; readonly operation: StorageOperation }
  /** Bring up to `count` new connections, if any can be had. */
  | { readonly type: 'requestPeers'; readonly count: number }
  /** Only of a node that is made with `introduces`. */
  | { readonly type: 'introduction'; readonly introduction: Introduction }
  | { readonly type: 'emit'; readonly notice: NodeNotice };
