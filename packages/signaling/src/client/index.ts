export {
  SignalingClient,
  type SignalingClientEvents,
  type SignalingClientOptions,
  type SignalingFault,
} from './signaling-client.js';
