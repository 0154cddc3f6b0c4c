/** Chains of hundreds of thousands of headers in a page: a tip at once, damage at depth, and a heavier branch. */
import { describe, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { writeRegtestChain } from './regtest-headers.js';
import { Stage } from './stage.js';

const network = 'bitcoin-regtest';
const LONG = 300_000;
const stage = new Stage();
const { servers } = stage;

/** Resolves once everything that is stored is verified down to genesis. */
async function isVerified(visitor: Visitor): Promise<void> {
  await visitor.page.waitForFunction('lightNode.status.verifiedFrom === 0', { polling: 50 });
}

describe('a chain of 300,000 headers', () => {
  // Each step takes up what the one before it has left.
  const long = { folder: '', url: '', signal: '', hash: '', low: '' as string | undefined };
  let visitor: Visitor;
  const gateway = (headersFile?: string) =>
    servers.gateway({
      network,
      signal: [long.signal],
      dataDir: long.folder,
      ...(headersFile === undefined ? {} : { headersFile }),
    });

  it('is verified and stored', async () => {
    long.folder = await servers.folder();
    long.signal = (await servers.signal()).url;
    long.url = await servers.page(network, [long.signal]);
    const source = await gateway(await writeRegtestChain(long.folder, LONG, 1));
    visitor = await Visitor.open(stage.browser, long.url);
    await visitor.hasStored(LONG);
    long.hash = source.tip.hash;
    long.low = await visitor.hashAt(3);
    await source.close();
  });

  it('has its tip at once on the next visit, and is verified to the ground afterwards', async () => {
    // With nobody to ask, only what is stored can be there.
    const first = await visitor.reload();
    expect([first.height, first.hash]).toEqual([LONG, long.hash]);
    // What is not in memory yet is read from disk.
    expect(await visitor.hashAt(3)).toBe(long.low);
    await isVerified(visitor);
  });

  it('heals what was damaged at depth', async () => {
    await visitor.damageRecord('segments', 2);
    await visitor.reload();
    await visitor.isTold('STORE_CORRUPT');
    const back = await gateway();
    expect(back.tip.height).toBe(LONG);
    await visitor.reaches(LONG);
    await visitor.hasStored(LONG);
    await isVerified(visitor);
    await back.close();
    const healed = await visitor.reload();
    expect([healed.height, healed.hash]).toEqual([LONG, long.hash]);
    await isVerified(visitor);
    await visitor.close();
  });
});

it('leaves a stored chain of 40,000 headers for a heavier one of 45,000', async () => {
  const folders = [await servers.folder(), await servers.folder()] as const;
  const [light, heavy] = await Promise.all([
    writeRegtestChain(folders[0], 40_000, 1),
    writeRegtestChain(folders[1], 45_000, 2),
  ]);
  const signal = await servers.signal();
  const url = await servers.page(network, [signal.url]);
  const options = { network, signal: [signal.url] } as const;
  const before = await servers.gateway({ ...options, dataDir: folders[0], headersFile: light });
  const visitor = await Visitor.open(stage.browser, url);
  await visitor.hasStored(40_000);
  await before.close();

  const after = await servers.gateway({ ...options, dataDir: folders[1], headersFile: heavy });
  await visitor.reload();
  await visitor.reaches(45_000);
  expect((await visitor.tip()).hash).toBe(after.tip.hash);
  await visitor.hasStored(45_000);
  await visitor.close();
});
