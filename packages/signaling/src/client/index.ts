export {
  SignalingClient,
  type SignalingClientEvents,
  type SignalingClientOptions,
} from './signaling-client.js';
