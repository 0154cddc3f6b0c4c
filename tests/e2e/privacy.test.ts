/** Who learns the addresses of a page's visitor. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const stage = new Stage();
const { servers } = stage;

/** A STUN server that answers nothing, and counts who asks. */
async function silentStun() {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  servers.defer(async () => void socket.close());
  let requests = 0;
  socket.on('message', () => requests++);
  return { url: `stun:127.0.0.1:${socket.address().port}`, socket, requests: () => requests };
}

it('no STUN server that a signaling server names is asked before the application says so', async () => {
  const network = smallNetwork('vision-e2e-stun');
  const stun = await silentStun();
  const signal = [(await servers.signal({ iceServers: [{ urls: stun.url }] })).url];
  const url = await servers.page(network, signal);
  const visitors = [await Visitor.open(stage.browser, url), await Visitor.open(stage.browser, url)];
  await Promise.all(visitors.map((visitor) => visitor.hasPeers(1)));
  const before = stun.requests();
  const asked = once(stun.socket, 'message');
  const willing = await Visitor.open(stage.browser, `${url}/?privacy=stun`);
  await Promise.all([willing.hasPeers(1), asked]);
  expect(before).toBe(0);
});
