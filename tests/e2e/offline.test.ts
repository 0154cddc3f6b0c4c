/**
 * A page that loses its network says so, by its phase and by what its answers rest on, and catches up when it is told that
 * the network is back.
 */
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 60;
const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-offline');

type Handle = import('@vision-light/browser-node').LightNodeHandle;

/** Counts how often the page has its node look for peers at once. */
const COUNT_RESUMES = `(${() => {
  const scope = globalThis as unknown as { resumes: number };
  scope.resumes = 0;
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (this: MessagePort, ...args: [message: { path?: string[] }]) {
    if (args[0].path?.join() === 'resume') scope.resumes++;
    post.apply(this, args);
  };
}})()`;

const resumes = (visitor: Visitor): Promise<number> =>
  visitor.page.evaluate(() => (globalThis as unknown as { resumes: number }).resumes);

/** What the page says now. */
const said = (visitor: Visitor) =>
  visitor.page.evaluate(() => {
    const { lightNode: node } = globalThis as unknown as { lightNode: Handle };
    const { level, reasons } = node.trust();
    return { phase: node.status.phase, level, reasons, isOnline: navigator.onLine };
  });

it('is not synced without its network, and catches up when that is back', async () => {
  const first = await servers.signal();
  const { port, url: signal } = first;
  const dataDir = await servers.folder();
  const options = { network, signal: [signal], dataDir, history: HISTORY };
  const gateway = await servers.gateway(options);
  const pages = await serveLibrary(
    { network, signal: [signal], options: "storage: 'memory'" },
    { now: await buildLibrary() },
  );
  servers.defer(() => pages.close());
  await reaches(gateway, HISTORY);
  const context = await stage.browser.createBrowserContext();
  const visitor = await Visitor.openIn(context, `${pages.url}/now/`, COUNT_RESUMES);
  await visitor.reaches(HISTORY);
  await expect
    .poll(() => said(visitor))
    .toMatchObject({ phase: 'synced', level: 'degraded', isOnline: true });

  // A browser cuts no WebRTC, so those at the other end go too.
  await visitor.page.setOfflineMode(true);
  await Promise.all([gateway.close(), first.close()]);
  await expect
    .poll(() => said(visitor))
    .toEqual({ phase: 'connecting', level: 'none', reasons: ['NO_PEERS'], isOnline: false });
  const { height } = await visitor.tip();

  await servers.signal({ port });
  const back = await servers.gateway(options);
  await reaches(back, height + 2);
  // They are there, and the page does not know.
  expect(await said(visitor)).toMatchObject({ phase: 'connecting', level: 'none' });
  const before = await resumes(visitor);
  const cameBackAt = Date.now();
  await visitor.page.setOfflineMode(false);
  await expect.poll(() => resumes(visitor)).toBeGreaterThan(before);
  await visitor.reaches(height + 2);
  console.log(`A page whose network came back: it had caught up after ${Date.now() - cameBackAt} ms`);
  await expect.poll(() => said(visitor)).toMatchObject({ phase: 'synced', isOnline: true });
  const { height: tip, hash } = await visitor.tip();
  expect(back.header(tip)?.hash).toBe(hash);
  await visitor.close();
});
