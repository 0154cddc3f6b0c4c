/** Why a page meets no peers: each cause is made for real, and the diagnosis names it and no other. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Diagnosis, LightNodeHandle } from '@vision-light/browser-node';
import type { BrowserContext, Page } from 'puppeteer-core';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

interface Scope {
  readonly diagnose: (options: object) => Promise<Diagnosis>;
  readonly lightNode?: Pick<LightNodeHandle, 'diagnose' | 'trust'>;
}

const HISTORY = 20;
const network = smallNetwork('vision-e2e-diagnosis');
const stage = new Stage();
const { servers } = stage;
let signal: string;
let url: string;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  const server = await servers.signal();
  signal = server.url;
  const pages = await serveLibrary(
    { network, signal: [signal], options: "storage: 'memory', followedBlocks: 0" },
    { now: await buildLibrary() },
  );
  servers.defer(() => pages.close());
  url = `${pages.url}/now/`;
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

/** A page of its own, with what is missing in it. @param before  a script that runs first */
async function open(before = ''): Promise<Page> {
  const context = await stage.browser.createBrowserContext();
  contexts.push(context);
  const page = await context.newPage();
  if (before !== '') await page.evaluateOnNewDocument(before);
  await page.goto(url);
  await page.waitForFunction(() => 'diagnose' in globalThis);
  return page;
}

const diagnose = (page: Page, options: object): Promise<Diagnosis> =>
  page.evaluate((given) => (globalThis as unknown as Scope).diagnose(given), options);
const codes = ({ findings }: Diagnosis): string[] => findings.map(({ code }) => code);

/** An address of this machine from which the browser can send: STUN servers on loopback it may not reach. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

/** A STUN server that says where it saw a request come from. @param portOf  what the NAT before it made of the port */
async function stunServer(portOf: (port: number) => number | undefined): Promise<string> {
  const socket: Socket = createSocket('udp4');
  socket.bind(0, ownAddress());
  await once(socket, 'listening');
  servers.defer(async () => {
    socket.close();
  });
  socket.on('message', (request, { port, address }) => {
    const mapped = portOf(port);
    if (mapped === undefined) return;
    // RFC 8489: success response with XOR-MAPPED-ADDRESS; 203.0.113.9 is of a documentation network.
    const response = Buffer.alloc(32);
    response.writeUInt16BE(0x0101, 0);
    response.writeUInt16BE(12, 2);
    request.copy(response, 4, 4, 20);
    response.writeUInt16BE(0x0020, 20);
    response.writeUInt16BE(8, 22);
    response.writeUInt16BE(1, 24);
    response.writeUInt16BE(mapped ^ 0x2112, 26);
    response.writeUInt32BE((0xcb007109 ^ 0x2112a442) >>> 0, 28);
    socket.send(response, port, address);
  });
  return `stun:${ownAddress()}:${socket.address().port}`;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a diagnosis', () => {
  it('NO_SIGNALING: no server answers', async () => {
    const page = await open();
    const diagnosis = await diagnose(page, { signal: [`http://127.0.0.1:${await closedPort()}`] });
    expect(codes(diagnosis)).toContain('NO_SIGNALING');
    expect(diagnosis.findings[0]).toMatchObject({
      isBlocking: true,
      detail: expect.stringContaining('127.0.0.1'),
    });
    expect(codes(await diagnose(page, { signal: [signal] }))).not.toContain('NO_SIGNALING');
  });

  it('NO_WEBRTC', async () => {
    const page = await open('delete globalThis.RTCPeerConnection; delete globalThis.webkitRTCPeerConnection');
    expect(codes(await diagnose(page, {}))).toEqual(['NO_WEBRTC']);
  });

  it('NO_WASM', async () => {
    const page = await open('delete globalThis.WebAssembly');
    expect(codes(await diagnose(page, {}))).toContain('NO_WASM');
  });

  it('STORAGE_DENIED, which blocks nothing', async () => {
    const page = await open(
      "IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError') }",
    );
    const { findings } = await diagnose(page, {});
    expect(findings.find(({ code }) => code === 'STORAGE_DENIED')).toMatchObject({ isBlocking: false });
  });

  it('OFFLINE', async () => {
    const page = await open("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })");
    expect(codes(await diagnose(page, {}))[0]).toBe('OFFLINE');
  });

  it('STUN_BLOCKED: a server that does not answer', async () => {
    const page = await open();
    const urls = await stunServer(() => undefined);
    const diagnosis = await diagnose(page, { iceServers: [{ urls }] });
    expect(codes(diagnosis)).toEqual(['STUN_BLOCKED']);
    expect(diagnosis.evidence.candidates).toMatchObject({ reflexive: 0, stunServers: 1 });
  });

  it('nothing, where STUN works and a connection has one port outside', async () => {
    const page = await open();
    const same = (port: number) => port ^ 1;
    const iceServers = [{ urls: [await stunServer(same), await stunServer(same)] }];
    const diagnosis = await diagnose(page, { signal: [signal], iceServers });
    expect(codes(diagnosis)).toEqual([]);
    expect(diagnosis.evidence.candidates?.reflexive).toBeGreaterThan(0);
  });

  it('NAT_NEEDS_TURN: each server sees another port', async () => {
    const page = await open();
    const urls = [await stunServer((port) => port ^ 1), await stunServer((port) => port ^ 2)];
    const diagnosis = await diagnose(page, { iceServers: [{ urls }] });
    expect(codes(diagnosis)).toEqual(['NAT_NEEDS_TURN']);
    expect(diagnosis.findings[0]?.isBlocking).toBe(true);
  });

  it('TURN_BLOCKED: a TURN server that does not answer', async () => {
    const page = await open();
    const urls = (await stunServer(() => undefined)).replace('stun', 'turn');
    const iceServers = [{ urls, username: 'a', credential: 'b' }];
    expect(codes(await diagnose(page, { iceServers }))).toContain('TURN_BLOCKED');
  });

  it('MDNS_ONLY: no STUN server, and the browser hides its addresses', async () => {
    const diagnosis = await diagnose(await open(), {});
    const { hosts = 0, hidden } = diagnosis.evidence.candidates ?? {};
    expect(hosts).toBeGreaterThan(0);
    expect(codes(diagnosis)).toEqual(hidden === hosts ? ['MDNS_ONLY'] : []);
  });
});

describe('the diagnosis of a node', () => {
  const ofNode = (page: Page): Promise<Diagnosis> =>
    page.evaluate(() => {
      const { lightNode } = globalThis as unknown as Scope;
      if (lightNode === undefined) throw new Error('no node');
      return lightNode.diagnose();
    });

  it('NOBODY_THERE, while it is alone', async () => {
    const page = await open();
    // Joined, so that it knows that nobody is there.
    await page.waitForFunction(async () => {
      const diagnosis = await (globalThis as unknown as Scope).lightNode?.diagnose();
      return diagnosis?.evidence.signaling[0]?.isJoined;
    });
    const { findings } = await ofNode(page);
    expect(findings[0]).toMatchObject({ code: 'NOBODY_THERE', isBlocking: true });
    expect(findings.slice(1).every(({ isBlocking }) => !isBlocking)).toBe(true);
  });

  it('CLOCK_WRONG, which blocks nothing: a minute behind that of the only peer', async () => {
    const gateway = await servers.gateway({ network, signal: [signal], history: HISTORY });
    await reaches(gateway, HISTORY);
    const meet = async (): Promise<Diagnosis> => {
      const page = await open();
      await page.waitForFunction(
        () => (globalThis as unknown as Scope).lightNode?.trust().peers.gateways === 1,
      );
      const diagnosis = await ofNode(page);
      await page.close();
      return diagnosis;
    };
    const right = await meet();
    expect(codes(right)).not.toContain('CLOCK_WRONG');
    expect(right.evidence).toMatchObject({ peers: 1, signaling: [{ isReachable: true, isJoined: true }] });
    expect(right.evidence.attempts?.opened).toBeGreaterThan(0);
    const realNow = Date.now;
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + 60_000);
    try {
      const { findings } = await meet();
      const finding = findings.find(({ code }) => code === 'CLOCK_WRONG');
      expect(finding).toMatchObject({
        isBlocking: false,
        detail: expect.stringMatching(/^(59|60|61) s behind$/),
      });
    } finally {
      clock.mockRestore();
    }
  });
});
