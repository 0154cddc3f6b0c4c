/**
 * WebRTC by its standard names; prefixed ones are older than data channels that a worker can own. simple-peer also asks
 * while it is loaded, in browsers that have none.
 */
export default () =>
  globalThis.RTCPeerConnection && { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate };
