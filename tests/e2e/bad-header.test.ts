/** A gateway that serves one bad header is dropped with the rule's code; the page syncs from an honest one. */
import { cp, readdir } from 'node:fs/promises';
import path from 'node:path';
import {
  bytesToHex,
  type ChainFamily,
  decodeRecord,
  encodeRecord,
  isVisionFamily,
  resolveNetwork,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { NodeHost } from '../../packages/gateway/src/node-host.js';
import { Introducer } from '../../packages/gateway/src/signal/introducer.js';
import { LevelStore } from '../../packages/gateway/src/store/level-store.js';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 300;
const BAD_HEIGHT = 150;
const stage = new Stage();
const { servers } = stage;

/** The same rules, but one header is sent with another nonce than was hashed. */
function lyingFamily(honest: ChainFamily): ChainFamily {
  if (!isVisionFamily(honest)) throw new TypeError('a Vision network is needed');
  const { minerBytesMax } = honest.params;
  return Object.assign(Object.create(honest) as ChainFamily, {
    encodeBatch: (...[writer, batch]: Parameters<ChainFamily['encodeBatch']>) => {
      const records = batch.records.slice();
      for (let i = 0; i < batch.count; i++) {
        const at = i * honest.recordBytes;
        const header = decodeRecord(records.subarray(at, at + honest.recordBytes));
        if (header.number !== BigInt(BAD_HEIGHT)) continue;
        const bad = encodeRecord({ ...header, nonce: header.nonce + 1n }, minerBytesMax);
        if (bad !== undefined) records.set(bad, at);
      }
      honest.encodeBatch(writer, { ...batch, records });
    },
  });
}

it('drops the gateway that lies, keeps what was good, and syncs from the honest one', async () => {
  const network = smallNetwork('vision-e2e-liar');
  const signal = await servers.signal();
  const dataDir = await servers.folder();
  const maker = await servers.gateway({ network, dataDir, history: HISTORY });
  await reaches(maker, HISTORY);
  await maker.close();
  const copyDir = await servers.folder();
  await cp(dataDir, copyDir, { recursive: true });

  const family = resolveNetwork(network);
  const log = pino({ level: 'silent' });
  const [folder = ''] = await readdir(dataDir);
  const store = await LevelStore.open(path.join(dataDir, folder));
  const liar = new NodeHost({
    family: lyingFamily(family),
    store,
    hashThreads: 1,
    userAgent: 'liar',
    log,
    followedBlocks: 0,
    requestPeers: () => {},
    sentAway: () => {},
    onFailure: (error) => {
      throw error;
    },
  });
  await liar.start();
  expect(liar.node.tip.height).toBeGreaterThanOrEqual(HISTORY);
  const networkId = bytesToHex(family.networkId);
  const introducer = new Introducer({
    urls: [signal.url],
    networkId,
    networkName: family.name,
    pool: liar.links,
    log,
  });

  servers.defer(async () => {
    introducer.close();
    await liar.close();
  });

  const url = await servers.page(network, [signal.url]);
  const page = await Visitor.open(stage.browser, url, 'disconnection');
  expect(await page.firstDisconnectCode()).toBe('HEADER_POW_MISMATCH');
  const kept = await page.tip();
  expect(kept.height).toBe(BAD_HEIGHT - 1);

  const honest = await servers.gateway({ network, signal: [signal.url], dataDir: copyDir });
  const { height, hash } = honest.tip;
  // With both at hand, another page is not held up either.
  const other = await Visitor.open(stage.browser, url);
  for (const each of [page, other]) {
    await each.reaches(height);
    expect(await each.hashAt(height)).toBe(hash);
  }
});
