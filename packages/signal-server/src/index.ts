export { defaultLimits, type SignalLimits } from './limits.js';
export type { IceServer, Joined, PeerInfo, Refused, Relayed, Sampled } from './protocol.js';
export { type RefusalCode, refusals } from './refusal.js';
export type { PeerKind, RandomBelow } from './room.js';
export { createSignalServer, type SignalServer, type SignalServerOptions } from './server.js';
