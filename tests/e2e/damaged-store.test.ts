/** A page whose stored chain was damaged notices it on the next visit, says so, and fetches what is missing anew. */
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** Headers of one entry of the journal: those of a full answer. */
const ENTRY = 2000;
/** Two full answers and the beginning of a third. */
const HISTORY = 2 * ENTRY + 100;
const stage = new Stage();
const { servers } = stage;

it('notices a damaged entry of the journal, keeps what is before it, and has everything stored again afterwards', async () => {
  const network = smallNetwork('vision-e2e-damage');
  const signal = await servers.signal();
  const url = await servers.page(network, [signal.url]);
  const gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY });
  await reaches(gateway, HISTORY);
  const visitor = await Visitor.open(stage.browser, url);
  await visitor.hasStored(HISTORY);

  await visitor.damageRecord('journal', 1);
  const found = await visitor.reload();
  expect(found.height).toBe(ENTRY);
  await visitor.isTold('STORE_CORRUPT');
  const { height, hash } = gateway.tip;
  await visitor.reaches(height);
  expect(await visitor.hashAt(height)).toBe(hash);
  await visitor.hasStored(height);

  // With nobody to ask, only what is stored can be there.
  await gateway.close();
  const stored = await visitor.reload();
  expect(stored.height).toBeGreaterThanOrEqual(height);
  expect(await visitor.hashAt(height)).toBe(hash);
});
