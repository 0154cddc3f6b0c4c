export type {
  BodyTransaction,
  Checkpoint,
  CustomNetwork,
  HeaderInfo,
  MempoolChange,
  MempoolInfo,
  MetricName,
  Metrics,
  NetworkName,
  PeerInfo,
  PeerService,
  Phase,
  RemovalReason,
  Reorg,
  SentState,
  Status,
  StatusReason,
  StoreFault,
  Tip,
  TransactionCheck,
  TransactionStatus,
  TrustLevel,
  TrustReason,
  TxProof,
  VisionTransaction,
  VisionXParams,
  WithheldRun,
} from '@vision-light/protocol';
export { trustReasons } from '@vision-light/protocol';
export type { IceServer } from '@vision-light/signaling';
export { createKey } from './api/create-key.js';
export { createLightNode } from './api/create-light-node.js';
export { type DiagnoseOptions, diagnose } from './api/diagnose.js';
export type { CheckpointOptions, Invitation, LightNodeHandle, TipsOptions } from './api/light-node-handle.js';
export type { LightNodeOptions } from './api/light-node-options.js';
export type { ProveOptions } from './api/method-arguments.js';
export type { SentTransaction } from './api/sent-transaction.js';
export type { Listener, PeerChange, SentNews, Subscriptions } from './api/subscriptions.js';
export type { KeyOptions, TransactionFields, TransactionKey } from './api/transaction-key.js';
export type { Block } from './boundary/block.js';
export { type LightNodeErrorCode, lightNodeErrors } from './boundary/error-codes.js';
export { LightNodeError } from './boundary/light-node-error.js';
export type { Trust } from './boundary/trust.js';
export type { TrustedAddress } from './boundary/trusted-script.js';
export type { Diagnosis, DiagnosisCode, Evidence, Finding } from './diagnosis/diagnosis.js';
export type { IceCandidates } from './diagnosis/gather-candidates.js';
export type { MineOptions, MiningEvent } from './mining/mining-events.js';
export type { Privacy } from './peers/privacy.js';
export type {
  AddressPart,
  AddressWatchEvent,
  Filtered,
  IncludedTx,
  Scanned,
  ScriptPart,
  ScriptWatchEvent,
  TxPlace,
  TxWatchEvent,
  WatchedScripts,
  WatchOptions,
  WatchTxOptions,
} from './watch/watch-events.js';
