/** The main path: pages sync from a mining gateway, and from one another when it has left. */
import { expect, it } from 'vitest';
import { type PageTip, Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 2500;
const stage = new Stage();
const { servers } = stage;

it('lets pages sync from the gateway, then from each other alone, and agree when it comes back', async () => {
  const network = smallNetwork('vision-e2e-join');
  const signal = await servers.signal();
  const url = await servers.page(network, [signal.url]);
  const dataDir = await servers.folder();
  const gateway = await servers.gateway({ network, signal: [signal.url], dataDir, history: HISTORY });
  await reaches(gateway, HISTORY + 1);

  const a = await Visitor.open(stage.browser, url);
  const b = await Visitor.open(stage.browser, url);
  await Promise.all([a.reaches(HISTORY + 1), b.reaches(HISTORY + 1)]);
  const grown = gateway.tip.height + 2;
  await Promise.all([a.reaches(grown), b.reaches(grown)]);

  // The gateway leaves when the two pages are connected to each other.
  await Promise.all([a.hasPeers(1, 'browser'), b.hasPeers(1, 'browser')]);
  await gateway.close();

  // A newcomer gets the whole chain from them alone.
  const c = await Visitor.open(stage.browser, url);
  await c.reaches(grown);
  // The pages may still verify what the gateway sent last, so their tips may still change.
  const tips = async (): Promise<PageTip[]> => Promise.all([a, b, c].map((visitor) => visitor.tip()));
  await expect.poll(async () => new Set((await tips()).map(({ hash }) => hash)).size).toBe(1);
  const best = await c.tip();
  const kinds = await c.page.evaluate(() =>
    (globalThis as unknown as { lightNode: { peers(): { kind: string }[] } }).lightNode
      .peers()
      .map(({ kind }) => kind),
  );
  expect(kinds.length).toBeGreaterThan(0);
  expect(new Set(kinds)).toEqual(new Set(['browser']));

  // After a reload the page is at the tip before it has any peer.
  await a.hasStored(best.height);
  const first = await a.reload();
  expect(first).toEqual(best);

  // The gateway comes back with what it had, and mines on.
  const back = await servers.gateway({ network, signal: [signal.url], dataDir, history: HISTORY });
  expect(back.tip.height).toBeGreaterThanOrEqual(HISTORY);
  await reaches(back, best.height + 2);
  const { height } = back.tip;
  await Promise.all([a.reaches(height), b.reaches(height), c.reaches(height)]);
  const hashes = await Promise.all([a, b, c].map((visitor) => visitor.hashAt(height)));
  expect(new Set(hashes)).toEqual(new Set([back.header(height)?.hash]));
  expect([...a.complaints, ...b.complaints, ...c.complaints]).toEqual([]);
});
