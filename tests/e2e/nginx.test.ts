/** The page over HTTPS, as an operator serves it: nginx with the configuration of ops/ in front of our servers. */
import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Gateway } from '@vision-light/gateway';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { pageHeaders } from '../../scripts/serve/page-policy.mjs';
import { hasRedis, RedisProcess, sayWithoutRedis } from '../redis-process.mjs';
import { systemPrograms } from '../system-programs.js';
import { launchBrowser, Visitor } from './browser.js';
import { type Nginx, startNginx } from './nginx.js';
import { reaches, Servers, smallNetwork } from './servers.js';

const HISTORY = 300;
const network = smallNetwork('vision-e2e-nginx');
const programs = systemPrograms(import.meta.url, ['nginx', 'openssl']);
sayWithoutRedis('tests/e2e/nginx.test.ts (two signaling servers)');
const servers = new Servers();
let nginx: Nginx;
let browser: Browser;
let gateway: Gateway;

beforeAll(async () => {
  if (programs === undefined) return;
  // Of one address only so many: all would count as nginx if either server did not look at what it forwards.
  const options = { trustProxy: true, limits: { maxConnectionsPerAddress: 3 } };
  // With a Redis there are two processes' worth of servers behind nginx, which know of each other's peers by it alone.
  const redis = hasRedis ? await RedisProcess.start() : undefined;
  if (redis !== undefined) servers.defer(() => redis.dispose());
  const redisUrl = redis?.url;
  const signal = await servers.signal({ ...options, redisUrl });
  const other = redis && (await servers.signal({ ...options, redisUrl }));
  gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY, trustProxy: true });
  await reaches(gateway, HISTORY);
  nginx = await startNginx(servers, programs, {
    signalPorts: [signal.port, ...(other === undefined ? [] : [other.port])],
    gatewayPort: gateway.port,
    network,
  });
  browser = await launchBrowser('chromium', 'light', nginx.chromiumArgs);
});

afterAll(async () => {
  await browser?.close();
  await servers.close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

/** One request to nginx, under its name. */
async function ask(path: string, options: https.RequestOptions = {}, body?: string): Promise<Answer> {
  const request = https.request({
    host: '127.0.0.1',
    port: nginx.port,
    servername: 'light.example',
    ca: nginx.certificate,
    agent: false,
    path,
    ...options,
    headers: { host: new URL(nginx.origin).host, ...options.headers },
  });
  request.end(body);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

/** What the signaling server says first on a new WebSocket, which stays open until the end of the test. */
async function firstFrame(localAddress: string, claim: string): Promise<string> {
  const request = https.request({
    host: '127.0.0.1',
    port: nginx.port,
    localAddress,
    servername: 'light.example',
    ca: nginx.certificate,
    agent: false,
    path: '/socket.io/?EIO=4&transport=websocket',
    headers: {
      host: 'light.example',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'x-forwarded-for': claim,
    },
  });
  request.end();
  const [, socket, head] = (await once(request, 'upgrade')) as [unknown, Socket, Buffer];
  onTestFinished(() => void socket.destroy());
  if (head.length > 0) return String(head);
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return String(bytes);
}

describe.skipIf(programs === undefined)('behind nginx', () => {
  it('a page over HTTPS joins through it, syncs from a gateway, and then from another page alone', async () => {
    const first = await Visitor.open(browser, nginx.origin);
    await first.reaches(HISTORY);
    expect(await first.page.evaluate('isSecureContext')).toBe(true);
    const second = await Visitor.open(browser, nginx.origin);
    await second.hasPeers(1, 'browser');
    const tip = await second.reaches(HISTORY);
    expect(tip.height).toBeGreaterThanOrEqual(HISTORY);
    expect([...first.complaints, ...second.complaints]).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });

  it('the page has the headers of the policy, and its hashed files are kept by browsers', async () => {
    const page = await ask('/');
    expect(page.status).toBe(200);
    const port = `:${nginx.port}`;
    for (const [name, value] of Object.entries(pageHeaders([`wss://light.example${port}`])))
      expect([name, page.headers[name.toLowerCase()]]).toEqual([name, value]);
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(page.headers['cache-control']).toBe('no-cache');
    expect(page.headers.server).toBe('nginx');
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(page.text)?.[1] ?? '';
    const asset = await ask(script, { headers: { 'accept-encoding': 'gzip' } });
    expect(asset.headers).toMatchObject({
      'cache-control': 'max-age=31536000',
      'content-encoding': 'gzip',
      'content-security-policy': page.headers['content-security-policy'],
    });
    expect((await ask('/config.json')).headers['cache-control']).toBe('no-cache');
    expect((await ask('/no/such/file')).status).toBe(404);
  });

  it('both servers answer what is for everyone, and figures are not passed on', async () => {
    expect(JSON.parse((await ask('/signal/healthz')).text)).toMatchObject({ status: 'ok' });
    expect(JSON.parse((await ask('/gateway/healthz')).text).tip.height).toBeGreaterThanOrEqual(HISTORY);
    expect((await ask('/checkpoint?height=1')).status).toBe(200);
    const headers = await ask('/p2p/get_headers', { method: 'POST' }, '{"locator":[],"max":2}');
    expect(JSON.parse(headers.text).headers).toHaveLength(2);
    for (const path of ['/metrics', '/signal/metrics', '/gateway/metrics'])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    expect((await ask('/p2p/block', { method: 'POST' }, 'x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
  });

  it('a gateway counts the addresses that nginx sees, whatever clients say of themselves', async () => {
    const body = '{"locator":[],"max":1}';
    const from = (localAddress: string, claim: string) =>
      ask('/p2p/get_headers', { method: 'POST', localAddress, headers: { 'x-forwarded-for': claim } }, body);
    // Far more than an address may ask for at once.
    let asked = 0;
    while (asked < 300 && (await from('127.0.0.2', `192.0.2.${asked % 256}`)).status === 200) asked++;
    expect(asked).toBeLessThan(300);
    expect((await from('127.0.0.3', '127.0.0.2')).status).toBe(200);
  });

  it('a visitor without TLS is sent to the page, and certbot is not', async () => {
    const get = (path: string) => fetch(`http://127.0.0.1:${nginx.plainPort}${path}`, { redirect: 'manual' });
    const answer = await get('/?network=vision-devnet');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      301,
      `${nginx.origin}/?network=vision-devnet`,
    ]);
    expect((await get('/.well-known/acme-challenge/none')).status).toBe(404);
  });

  it('so does the signaling server', async () => {
    for (let i = 0; i < 3; i++) expect(await firstFrame('127.0.0.4', `192.0.2.${i}`)).toContain('"sid"');
    expect(await firstFrame('127.0.0.4', '192.0.2.7')).toContain('SIGNAL_TOO_MANY_FROM_ADDRESS');
    expect(await firstFrame('127.0.0.5', '127.0.0.4')).toContain('"sid"');
  });
});
