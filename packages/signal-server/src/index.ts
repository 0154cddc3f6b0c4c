export type {
  IceServer,
  Joined,
  PeerInfo,
  PeerKind,
  Refused,
  Relayed,
  Sampled,
} from '@vision-light/signaling';
export { type RefusalCode, refusals } from '@vision-light/signaling';
export { defaultLimits, type SignalLimits } from './limits.js';
export type { RandomBelow } from './room.js';
export { createSignalServer, type SignalServer, type SignalServerOptions } from './server.js';
