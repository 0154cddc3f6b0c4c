/** Who learns the addresses of a page's visitor. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { freePorts } from '../node/free-ports.js';
import { startProgram } from '../running-program.js';
import { systemPrograms } from '../system-programs.js';
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

const programs = systemPrograms(import.meta.url, ['turnserver']);

describe.skipIf(programs === undefined)('pages that are relayed alone', () => {
  it('meet through a real coturn, and name no address but its own', async () => {
    const [port] = await freePorts();
    const secret = 'a secret of this test';
    // Not the settings of ops/, which relay to no private network: here all are on one machine.
    const settings = {
      'listening-ip': '127.0.0.1',
      'relay-ip': '127.0.0.1',
      'listening-port': port,
      realm: 'light.example',
      'static-auth-secret': secret,
    };
    const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const flags = ['-n', '--use-auth-secret', '--allow-loopback-peers', '--no-cli', '--no-tls', '--no-dtls'];
    const turn = await startProgram(
      programs?.turnserver ?? '',
      [...flags, ...args, '--log-file=stdout'],
      port,
    );
    servers.defer(() => turn.stop());

    const network = smallNetwork('vision-e2e-relayed');
    const urls = [`turn:127.0.0.1:${port}?transport=udp`];
    const server = await servers.signal({ turn: { urls, secret, ttlS: 600 } });
    const url = `${await servers.page(network, [server.url])}/?privacy=relay-only`;
    // Every candidate that any connection of the page names.
    const watch = `globalThis.named = [];
      const Original = RTCPeerConnection;
      globalThis.RTCPeerConnection = class extends Original {
        constructor(...args) {
          super(...args);
          this.addEventListener('icecandidate', ({ candidate }) => {
            if (candidate?.candidate) globalThis.named.push(candidate.candidate);
          });
        }
      };`;
    const open = async (): Promise<Visitor> =>
      Visitor.openIn(await stage.browser.createBrowserContext(), url, watch);
    const pages = [await open(), await open()];
    await Promise.all(pages.map((visitor) => visitor.hasPeers(1)));
    for (const { page } of pages) {
      const named = await page.evaluate(() => (globalThis as unknown as { named: string[] }).named);
      expect(named.length).toBeGreaterThan(0);
      for (const candidate of named)
        expect(candidate).toMatch(/ 127\.0\.0\.1 \d+ typ relay raddr 0\.0\.0\.0 rport 0 /);
    }
  });
});
