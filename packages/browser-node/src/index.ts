// First, so that it stands first in the bundle: compressed, everything together is half a kilobyte smaller that way.
import 'vision-light:worker-script';

export type {
  BodyTransaction,
  CustomNetwork,
  HeaderInfo,
  MempoolChange,
  MempoolInfo,
  MetricName,
  Metrics,
  NetworkName,
  PeerInfo,
  Phase,
  Reorg,
  SentState,
  Status,
  StatusReason,
  StoreFault,
  Tip,
  VisionTransaction,
  VisionXParams,
  WithheldRun,
} from '@vision-light/protocol';
export type { IceServer } from '@vision-light/signaling';
export { createLightNode } from './api/create-light-node.js';
export { LightNodeError } from './api/light-node-error.js';
export type { LightNodeHandle, TipsOptions } from './api/light-node-handle.js';
export type { LightNodeOptions } from './api/light-node-options.js';
export type { SentTransaction } from './api/sent-transaction.js';
export type { Listener, PeerChange, SentNews, Subscriptions } from './api/subscriptions.js';
export {
  createKey,
  type KeyOptions,
  type TransactionFields,
  type TransactionKey,
} from './api/transaction-key.js';
export type { Block } from './boundary/block.js';
export { type LightNodeErrorCode, lightNodeErrors } from './boundary/error-codes.js';
export type { TrustedAddress } from './boundary/trusted-script.js';
