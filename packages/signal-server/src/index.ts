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
export type {
  Deliver,
  Directory,
  DirectoryRefusal,
  JoiningPeer,
  JoinOutcome,
  OpenDirectory,
  RouteOutcome,
  SampleOutcome,
} from './directory/directory.js';
export { type MemoryDirectoryOptions, memoryDirectory } from './directory/memory-directory.js';
export type { RandomBelow } from './directory/room.js';
export { defaultLimits, type SignalLimits } from './limits.js';
export { createSignalServer, type SignalServer, type SignalServerOptions } from './server.js';
export type { TurnOptions } from './signaling/turn-credentials.js';
