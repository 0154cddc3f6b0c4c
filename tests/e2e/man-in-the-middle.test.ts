/** A signaling server that sits between the nodes is refused, by pages and gateway alike, and an honest one is not. */
import type { createLightNode } from '@vision-light/browser-node';
import type { Gateway } from '@vision-light/gateway';
import type { NodeNotice } from '@vision-light/protocol';
import type { SignalServer } from '@vision-light/signal-server';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { ManInTheMiddle } from './man-in-the-middle.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

type LightNodeHandle = Awaited<ReturnType<typeof createLightNode>>;

const HISTORY = 300;
const stage = new Stage();
const { servers } = stage;

/** A signaling server with somebody in it who sits between the nodes. */
async function tamperedSignal(): Promise<{ readonly man: ManInTheMiddle; readonly signal: SignalServer }> {
  const man = new ManInTheMiddle();
  servers.defer(() => man.close());
  return { man, signal: await servers.signal({ openDirectory: man.openDirectory }) };
}

/** The errors that a gateway has reported from now on. */
function errorsOf(gateway: Gateway): NodeNotice[] {
  const errors: NodeNotice[] = [];
  gateway.subscribe((notice) => {
    if (notice.type === 'error') errors.push(notice);
  });
  return errors;
}

/** What a page's node says of itself. */
const stateOf = (visitor: Visitor) =>
  visitor.page.evaluate(() => {
    const { lightNode: node } = globalThis as unknown as { lightNode: LightNodeHandle };
    const { vision_p2p_peers: peers, vision_p2p_headers_received_total: headers } = node.metrics();
    return { height: node.tip.height, list: node.peers(), phase: node.status.phase, peers, headers };
  });

it('SIGNAL_TAMPERED: pages and gateway refuse each other, say so, and meet once the server is honest', async () => {
  const network = smallNetwork('vision-e2e-middle');
  const { man, signal } = await tamperedSignal();
  const gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY });
  await reaches(gateway, HISTORY + 1);
  const errors = errorsOf(gateway);
  const url = await servers.page(network, [signal.url]);
  const pages = [await Visitor.open(stage.browser, url, 'disconnection')];
  pages.push(await Visitor.open(stage.browser, url, 'disconnection'));

  for (const page of pages) {
    // A covered page is not drawn.
    await page.page.bringToFront();
    await page.isTold('SIGNAL_TAMPERED');
    // The gateway and the other page.
    await expect.poll(async () => (await page.disconnectCodes()).length).toBeGreaterThanOrEqual(2);
    expect(new Set(await page.disconnectCodes())).toEqual(new Set(['SIGNAL_TAMPERED']));
    const trouble = await page.page.waitForSelector('[data-testid="error"][data-code="SIGNAL_TAMPERED"]');
    const words = await trouble?.evaluate(({ textContent }) => textContent);
    expect(words).toContain('Somebody sits between this node and a peer');
    expect(words).toContain(`SIGNAL_TAMPERED · ${signal.url}`);
    expect(await stateOf(page)).toEqual({ height: 0, list: [], phase: 'connecting', peers: 0, headers: 0 });
  }
  await expect.poll(() => errors.length).toBeGreaterThanOrEqual(2);
  for (const error of errors) expect(error).toMatchObject({ code: 'SIGNAL_TAMPERED' });
  expect(gateway.peers()).toEqual([]);
  // The man was there: each side has greeted him as if he were the other one, and has said nothing else.
  const heard = [...man.heardOf('gateway'), ...man.heardOf('browser')].map((messages) =>
    messages.map(({ type }) => type),
  );
  expect(heard.length).toBe(6);
  for (const types of heard) {
    expect(types.slice(0, 2)).toEqual(['challenge', 'hello']);
    expect(new Set(types.slice(2))).toEqual(new Set(types.length > 2 ? ['reject'] : []));
  }

  // Whoever runs the server now, at the same address, is honest.
  await signal.close();
  await servers.signal({ port: signal.port });
  for (const page of pages) {
    await page.reaches(HISTORY + 1);
    await page.hasPeers(2);
  }
});

it('by another server, which is honest, pages sync all the same, and the one that is not is named', async () => {
  const network = smallNetwork('vision-e2e-honest');
  const [{ signal }, honest] = [await tamperedSignal(), await servers.signal()];
  const urls = [signal.url, honest.url];
  const gateway = await servers.gateway({ network, signal: urls, history: HISTORY });
  const url = await servers.page(network, urls);
  const pages = await Promise.all([1, 2].map(() => Visitor.open(stage.browser, url)));
  for (const page of pages) {
    await page.reaches(HISTORY + 1);
    await page.hasPeers(2);
    // A covered page is not drawn.
    await page.page.bringToFront();
    await page.isTold('SIGNAL_TAMPERED');
    const told = await page.page.$$eval(
      '[data-testid="notices"] > [data-code="SIGNAL_TAMPERED"]',
      (notices) => notices.map(({ textContent }) => textContent),
    );
    expect(told.length).toBe(1);
    expect(told[0]).toContain(signal.url);
  }
  expect(gateway.peers().length).toBe(2);
});

it('a hello that was said to somebody else is no proof', async () => {
  const network = smallNetwork('vision-e2e-replayed');
  const { man, signal } = await tamperedSignal();
  const gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY });
  await reaches(gateway, HISTORY + 1);
  const url = await servers.page(network, [signal.url]);
  const first = await Visitor.open(stage.browser, url, 'disconnection');
  expect(await first.disconnectCodes()).toEqual(['SIGNAL_TAMPERED']);
  await first.close();
  man.replayGateway();
  const second = await Visitor.open(stage.browser, url, 'disconnection');
  expect(await second.disconnectCodes()).toEqual(['PEER_IDENTITY_FALSE']);
  expect(await stateOf(second)).toEqual({ height: 0, list: [], phase: 'connecting', peers: 0, headers: 0 });
});

it('of two gateways only the one whose key the page was told counts as one', async () => {
  const network = smallNetwork('vision-e2e-pinned');
  const signal = await servers.signal();
  const [told, other] = await Promise.all(
    [1, 2].map(() => servers.gateway({ network, signal: [signal.url], mine: false })),
  );
  const options = `storage: 'memory', gateways: ['${told?.identity}']`;
  const pages = await serveLibrary({ network, signal: [signal.url], options }, { now: await buildLibrary() });
  servers.defer(() => pages.close());
  const visitor = await Visitor.open(stage.browser, `${pages.url}/now/`);
  await visitor.hasPeers(2);
  const { list } = await stateOf(visitor);
  expect(new Map(list.map(({ key, kind }) => [key, kind]))).toEqual(
    new Map([
      [told?.identity, 'gateway'],
      [other?.identity, 'browser'],
    ]),
  );
});
