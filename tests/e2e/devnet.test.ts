/** The default network at its real parameters: what the gateway mines, a page verifies in its own hash workers. */
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 50;
const stage = new Stage();
const { servers } = stage;

it('lets a page verify what was mined on vision-devnet', async () => {
  const network = 'vision-devnet';
  const signal = await servers.signal();
  const gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY });
  // One that was mined live is among them.
  await reaches(gateway, HISTORY + 1);
  const visitor = await Visitor.open(stage.browser, await servers.page(network, [signal.url]));
  const { height, hash } = gateway.tip;
  await visitor.reaches(height);
  expect(await visitor.hashAt(height)).toBe(hash);
  expect(visitor.complaints).toEqual([]);
});
