// Many clients of this project, as pages and gateways have them; says for each when it has joined.
import { SignalingClient } from '@vision-light/signaling/client';

const clock = {
  now: () => performance.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** When each client has joined lately. */
let joinedMs = [];
let notice = () => {};

function makeClient(url, i) {
  const networkId = Math.floor(i / 50)
    .toString(16)
    .padStart(64, 'c');
  const events = {
    joined: () => {
      joinedMs.push(performance.now());
      notice();
    },
    signal: () => {},
    failed: () => {},
  };
  return new SignalingClient({ url, networkId, networkName: undefined, kind: 'browser', clock }, events);
}

async function untilJoined(count) {
  while (joinedMs.length < count) {
    await new Promise((resolve) => {
      notice = resolve;
    });
  }
}

process.on('message', async ({ url, count }) => {
  if (url !== undefined) {
    for (let i = 0; i < count; i++) {
      makeClient(url, i);
      // Not all handshakes at once.
      if (i % 20 === 19) await untilJoined(i + 1);
    }
    await untilJoined(count);
    joinedMs = [];
    process.send('joined');
    return;
  }
  const fromMs = performance.now();
  await untilJoined(count);
  process.send(joinedMs.map((each) => each - fromMs));
});
process.send('ready');
