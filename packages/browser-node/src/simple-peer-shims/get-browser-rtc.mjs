/**
 * WebRTC by its standard names; prefixed ones are older than data channels that a worker can own. simple-peer also asks
 * while it is loaded, in browsers that have none.
 */
export const getBrowserRTC = () =>
  globalThis.RTCPeerConnection && { RTCPeerConnection, RTCSessionDescription, RTCIceCandidate };
