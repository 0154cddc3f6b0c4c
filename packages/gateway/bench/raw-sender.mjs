/**
 * The raw data channel, to compare with: answers an offer and sends as much as the channel takes, 64 KiB at a time. An
 * offer comes in as one line of JSON, the answer goes out as one.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { RTCPeerConnection } from 'node-datachannel/polyfill';

const FRAME_BYTES = 65_536;
const BUFFERED_MAX = 4 * 1024 * 1024;
const bytes = Number(process.argv[2]);

const [line] = await once(createInterface({ input: process.stdin }), 'line');
const connection = new RTCPeerConnection({ iceServers: [] });
await connection.setRemoteDescription(JSON.parse(line));
const channel = connection.createDataChannel('raw', { negotiated: true, id: 64, ordered: true });
const gathered = new Promise((resolve) => {
  connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && resolve();
});
const answer = await connection.createAnswer();
await connection.setLocalDescription(answer);
if (connection.iceGatheringState !== 'complete') await gathered;
const { type, sdp } = connection.localDescription;
console.log(JSON.stringify({ type, sdp }));

channel.bufferedAmountLowThreshold = BUFFERED_MAX / 2;
if (channel.readyState !== 'open') await new Promise((resolve) => (channel.onopen = resolve));
const frame = new Uint8Array(FRAME_BYTES);
for (let sent = 0; sent < bytes; sent += FRAME_BYTES) {
  if (channel.bufferedAmount > BUFFERED_MAX)
    await new Promise((resolve) => (channel.onbufferedamountlow = resolve));
  channel.send(frame);
}
// Ended by whoever started it.
await once(process.stdin, 'end');
process.exit(0);
