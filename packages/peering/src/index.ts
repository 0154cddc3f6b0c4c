export {
  ByHand,
  type ByHandParts,
  type HandFault,
  type HandNote,
  type HandOutcome,
  type HandResult,
} from './by-hand/by-hand.js';
export {
  COMPACT_DESCRIPTION_BYTES_MAX,
  decodeDescription,
  encodeDescription,
} from './compact/compact-description.js';
export type { Connection, ConnectionOptions } from './connection.js';
export {
  type DirectAddress,
  placeOf,
  readDirectAddress,
  writeDirectAddress,
} from './direct/direct-address.js';
export { type DirectRequest, offerOf } from './direct/direct-descriptions.js';
export { DirectGateway } from './direct/direct-gateway.js';
export { EarlyMessages } from './early-messages.js';
export type { Introducer, IntroducerEvents, SignalRoute } from './introducer.js';
export { PeerFinder } from './peer-finder.js';
export { PeerIntroducer, type PeerIntroducerOptions, type PeerIntroduction } from './peer-introducer.js';
export {
  LEFT,
  type LinkFacts,
  type LinkPhase,
  leaveReasonOf,
  PeerLinks,
  type PeerLinksEvents,
  type PeerLinksOptions,
} from './peer-links.js';
