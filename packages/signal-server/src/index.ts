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
export type { RandomBelow } from './directory/room.js';
export { defaultLimits, type SignalLimits } from './limits.js';
export { createSignalServer, type SignalServer, type SignalServerOptions } from './server.js';
