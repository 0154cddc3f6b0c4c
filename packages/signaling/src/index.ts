export {
  type Counted,
  type DecodedAnswer,
  decodeAnswer,
  decodeCode,
  isPeerId,
  type Joined,
  type Refused,
  type Relayed,
  type Sampled,
  type ServerEvents,
} from './answer.js';
export { addressGroup, addressKey, clientKey } from './client-address.js';
export type { Clock } from './clock.js';
export { REFUSED_CLOSE_CODE } from './close-code.js';
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
export {
  type Candidate,
  type ConnectionSignal,
  type Description,
  decodeSignalData,
  fingerprintOf,
  maxMessageBytesOf,
  type SignalData,
} from './signal-data.js';
export { isIntroducerUrl, trackerSocketUrl } from './tracker-address.js';
