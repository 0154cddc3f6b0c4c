/** Pages that begin with a checkpoint: synced at once, verified down to genesis, and undeceived by a false one. */
import type { Checkpoint } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { writeRegtestChain } from './regtest-headers.js';
import { Stage } from './stage.js';

const network = 'bitcoin-regtest';
const LENGTH = 60_000;
const HEIGHT = 55_000;
const stage = new Stage();
const { servers } = stage;

/** A gateway with a long chain, and its checkpoint, as anyone gets it. */
async function source() {
  const folder = await servers.folder();
  const signal = (await servers.signal()).url;
  const headersFile = await writeRegtestChain(folder, LENGTH, 1);
  const gateway = await servers.gateway({ network, signal: [signal], dataDir: folder, headersFile });
  const answer = await fetch(`http://127.0.0.1:${gateway.port}/checkpoint?height=${HEIGHT}`);
  expect(answer.status).toBe(200);
  return { gateway, signal, checkpoint: (await answer.json()) as Checkpoint };
}

const isWhole = (visitor: Visitor) =>
  visitor.page.waitForFunction('lightNode.status.verifiedFrom === 0 && lightNode.status.phase === "synced"', {
    polling: 50,
  });

it('begins with a checkpoint, verifies down to genesis, and has all of it after a reload', async () => {
  const { gateway, signal, checkpoint } = await source();
  const visitor = await Visitor.open(stage.browser, await servers.page(network, [signal], { checkpoint }));
  const first = await visitor.tip();
  expect(first.height).toBeGreaterThanOrEqual(HEIGHT);
  await visitor.reaches(LENGTH);
  expect((await visitor.tip()).hash).toBe(gateway.tip.hash);
  await isWhole(visitor);
  expect(await visitor.hashAt(3)).toBe(gateway.header(3)?.hash);
  // A checkpoint of its own is the same, byte for byte, and so another page can begin with it.
  const own = await visitor.page.evaluate(`lightNode.checkpoint({ height: ${HEIGHT} })`);
  expect(own).toEqual(checkpoint);

  const { hash } = gateway.tip;
  const low = gateway.header(3)?.hash;
  await visitor.hasStored(LENGTH);
  await visitor.hasRecord('segments', 0);
  // With nobody to ask, only what is stored can be there.
  await gateway.close();
  const again = await visitor.reload();
  expect([again.height, again.hash]).toEqual([LENGTH, hash]);
  await visitor.page.waitForFunction('lightNode.status.verifiedFrom === 0', { polling: 50 });
  expect(await visitor.hashAt(3)).toBe(low);
  await visitor.close();
});

it('finds out a checkpoint with a false root, and one with false work', async () => {
  const { signal, checkpoint } = await source();
  for (const changes of [{ root: checkpoint.hash }, { chainwork: `${BigInt(checkpoint.chainwork) + 2n}` }]) {
    const url = await servers.page(network, [signal], { checkpoint: { ...checkpoint, ...changes } });
    const visitor = await Visitor.open(stage.browser, url);
    await visitor.isTold('CHECKPOINT_FALSE');
    await visitor.reaches(LENGTH);
    await isWhole(visitor);
    await visitor.close();
  }
});
