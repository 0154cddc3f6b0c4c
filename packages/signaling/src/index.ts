export type { Counted, Joined, Refused, Relayed, Sampled, ServerEvents } from './answer.js';
export { hasIceAddresses, type IceServer, isIceServer } from './ice-server.js';
export { isRecord } from './is-record.js';
export type { PeerInfo, PeerKind } from './peer.js';
export { type RefusalCode, refusalCodes, refusals } from './refusal.js';
export {
  type ClientEvents,
  decodeJoin,
  decodeMetrics,
  decodePeers,
  decodeSignal,
  isNetworkName,
  type JoinRequest,
  type PeersRequest,
  type SignalRequest,
} from './request.js';
