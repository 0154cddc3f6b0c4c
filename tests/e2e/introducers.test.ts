/** Several signaling servers at once, of which most are gone, or lie. */
import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const stage = new Stage();
const { servers } = stage;

it('a page with one honest server of three finds the best chain, though the others were first and have more peers than it takes', async () => {
  const network = smallNetwork('vision-e2e-eclipse');
  const [first, second, away] = await Promise.all([servers.signal(), servers.signal(), servers.signal()]);
  // The liars' peers have a chain of their own, with less work. They are in the rooms of both, and dial whoever comes.
  const lying = [first.url, second.url];
  const shown = await servers.folder();
  const maker = await servers.gateway({ network, signal: lying, dataDir: shown, history: 20 });
  await reaches(maker, 20);
  await maker.close();
  for (let i = 0; i < 6; i++) {
    const dataDir = await servers.folder();
    await cp(shown, dataDir, { recursive: true });
    await rm(path.join(dataDir, 'identity.pem'));
    await servers.gateway({ network, signal: lying, dataDir, mine: false });
  }
  await away.close();
  const signal = [...lying, away.url];
  // Fewer places than the liars have peers.
  const config = { network, signal, options: 'maxPeers: 4' };
  const { url, close } = await serveLibrary(config, { now: await buildLibrary() });
  servers.defer(close);
  const visitors = await Promise.all([1, 2].map(() => Visitor.open(stage.browser, `${url}/now/`)));
  await Promise.all(visitors.map((visitor) => visitor.hasPeers(2)));
  // Two that know each other already: neither gets the place that is kept for newcomers.
  const elsewhere = [(await servers.signal()).url];
  const gateway = { network, signal: [...elsewhere, away.url] };
  const best = await servers.gateway({ ...gateway, history: 60 });
  await reaches(best, 60);
  const mate = await servers.gateway({ ...gateway, mine: false });
  await reaches(mate, 60);
  await servers.signal({ port: away.port });
  await Promise.all(visitors.map((visitor) => visitor.reaches(60)));
});

it('a page goes on while one of its servers is left, and is met once by each peer', async () => {
  const network = smallNetwork('vision-e2e-two-servers');
  const [first, second] = await Promise.all([servers.signal(), servers.signal()]);
  const signal = [first.url, second.url];
  const gateway = await servers.gateway({ network, signal, history: 30 });
  await reaches(gateway, 30);
  const url = await servers.page(network, signal);
  const visitor = await Visitor.open(stage.browser, url);
  await visitor.reaches(30);
  await first.close();
  const late = await Visitor.open(stage.browser, url);
  await late.hasPeers(2);
  await Promise.all([visitor.hasPeers(2), late.reaches(gateway.tip.height)]);
  const keys = await visitor.page.evaluate(() =>
    (globalThis as unknown as { lightNode: { peers(): { key: string }[] } }).lightNode
      .peers()
      .map(({ key }) => key),
  );
  expect(new Set(keys).size).toBe(keys.length);
});
