export type { SignalingFault } from '../server-contact.js';
export {
  SignalingClient,
  type SignalingClientEvents,
  type SignalingClientOptions,
} from './signaling-client.js';
