/** Pages and a gateway that know nobody but a WebTorrent tracker: a real one introduces them. */
import { expect, it } from 'vitest';
import { startTracker } from '../browser/tracker-server.mjs';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 300;
/** Only there to end what hangs: rounds of offers are 30 s apart, and a newcomer may just have missed one. */
const ROUNDS_MS = 120_000;

const stage = new Stage();
const { servers } = stage;

it(
  'a tracker introduces a gateway and pages, which go on without it, and newcomers once it is back',
  async () => {
    const network = smallNetwork('vision-e2e-tracker');
    const tracker = await startTracker();
    const signal = [tracker.url];
    const url = await servers.page(network, signal);
    const gateway = await servers.gateway({ network, signal, history: HISTORY });
    await reaches(gateway, HISTORY);

    const a = await Visitor.open(stage.browser, url);
    await a.reaches(HISTORY);
    const b = await Visitor.open(stage.browser, url);
    await b.reaches(HISTORY);
    // The two pages were introduced to each other, too, so they need the gateway no more.
    await Promise.all([a.hasPeers(1, 'browser'), b.hasPeers(1, 'browser')]);
    expect(tracker.swarmSize()).toBe(3);
    await gateway.close();

    await tracker.close();
    const c = await Visitor.open(stage.browser, url);
    expect((await c.tip()).height).toBe(0);
    const back = await startTracker({ port: tracker.port });
    servers.defer(() => back.close());
    // All come back to it by themselves, and the newcomer gets the chain of the pages alone.
    await c.reaches(HISTORY);
    await expect.poll(() => back.swarmSize()).toBe(3);
  },
  ROUNDS_MS,
);
