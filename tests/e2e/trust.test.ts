/**
 * What a page says that its answers rest on, as its network changes: alone, at the mercy of one server, whole, and cut off
 * by peers that stay and say nothing. It speaks up while its phase still says `synced`.
 */
import type { Gateway } from '@vision-light/gateway';
import type { SignalServer } from '@vision-light/signal-server';
import { beforeAll, expect, it } from 'vitest';
import { STALE_PROBABILITY } from '../../packages/protocol/src/limits.js';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 60;
const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-trust');
let one: SignalServer;
let other: SignalServer;
let miner: Gateway;
let url: string;

beforeAll(async () => {
  [one, other] = await Promise.all([servers.signal(), servers.signal()]);
  miner = await servers.gateway({ network, signal: [one.url], history: HISTORY });
  const pages = await serveLibrary(
    { network, signal: [one.url, other.url], options: "storage: 'memory'" },
    { now: await buildLibrary() },
  );
  servers.defer(() => pages.close());
  await reaches(miner, HISTORY);
  url = `${pages.url}/now/`;
});

interface Seen {
  readonly level: string;
  readonly reasons: readonly string[];
  readonly phase: string;
  readonly tipAgeS: number;
  readonly tipAgeProbability: number;
  readonly peers: { readonly agreeing: number; readonly introducers: number; readonly gateways: number };
  readonly signaling: { readonly named: number; readonly joined: number };
}

/** What the page says as soon as the reasons are these. The event tells it, or it is so already. */
function reasons(visitor: Visitor, wanted: readonly string[]): Promise<Seen> {
  return visitor.page.evaluate(
    (text) =>
      new Promise<Seen>((resolve) => {
        const { lightNode: node } = globalThis as unknown as {
          lightNode: import('@vision-light/browser-node').LightNodeHandle;
        };
        const look = (): void => {
          const { level, reasons: all, tipAgeS, tipAgeProbability, peers, signaling } = node.trust();
          if (all.join() !== text) return;
          unsubscribe();
          const { phase } = node.status;
          resolve({ level, reasons: all, phase, tipAgeS, tipAgeProbability, peers, signaling });
        };
        const unsubscribe = node.subscribe('trust', look);
        look();
      }),
    wanted.join(),
  );
}

it('turns degraded before an answer is wrong: in the hands of one server, and when no block comes any more', async () => {
  const visitor = await Visitor.open(stage.browser, url);
  await visitor.reaches(HISTORY);
  // Its only peer was chosen by one server, and nobody contradicts it.
  const eclipsed = await reasons(visitor, ['FEW_PEERS', 'ONE_INTRODUCER']);
  expect(eclipsed).toMatchObject({
    level: 'degraded',
    phase: 'synced',
    peers: { gateways: 1, introducers: 1 },
  });

  const signal = [other.url];
  const followers = [1, 2].map(() => servers.gateway({ network, signal, mine: false }));
  // The miner's blocks reach them through the page.
  for (const follower of await Promise.all(followers)) await reaches(follower, HISTORY);
  const whole = await reasons(visitor, []);
  expect(whole).toMatchObject({ level: 'full', phase: 'synced', peers: { agreeing: 3, introducers: 2 } });
  expect(whole.signaling).toEqual({ named: 2, joined: 2 });
  expect(whole.tipAgeProbability).toBeGreaterThan(STALE_PROBABILITY);

  // Those who are left are alive and answer, and have no block to show.
  await miner.close();
  const stale = await reasons(visitor, ['TIP_STALE', 'FEW_PEERS', 'ONE_INTRODUCER']);
  expect(stale).toMatchObject({ level: 'degraded', phase: 'synced', peers: { agreeing: 2 } });
  expect(stale.tipAgeS).toBeGreaterThan(-Math.log(STALE_PROBABILITY) * 2 - 1);

  await Promise.all((await Promise.all(followers)).map((each) => each.close()));
  expect(await reasons(visitor, ['NO_PEERS'])).toMatchObject({ level: 'none', phase: 'connecting' });
  expect(visitor.complaints).toEqual([]);
  await visitor.close();
}, 240_000);
