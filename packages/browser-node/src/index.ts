export type {
  BodyTransaction,
  CustomNetwork,
  HeaderInfo,
  MetricName,
  Metrics,
  NetworkName,
  PeerInfo,
  Phase,
  Reorg,
  Status,
  StoreFault,
  Tip,
  VisionXParams,
} from '@vision-light/protocol';
export type { Block } from './api/block.js';
export { createLightNode } from './api/create-light-node.js';
export { LightNodeError, type LightNodeErrorCode, lightNodeErrors } from './api/light-node-error.js';
export type { LightNodeHandle, TipsOptions } from './api/light-node-handle.js';
export type { IceServer, LightNodeOptions } from './api/light-node-options.js';
export type { Listener, PeerChange, Subscriptions } from './api/subscriptions.js';
