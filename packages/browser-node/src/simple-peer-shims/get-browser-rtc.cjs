/** WebRTC by its standard names; prefixed ones are older than data channels that a worker can own. */
module.exports = () => ({ RTCPeerConnection, RTCSessionDescription, RTCIceCandidate });
