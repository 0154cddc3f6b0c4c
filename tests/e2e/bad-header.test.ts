/** A gateway that serves one bad header is dropped with the rule's code, while the pages sync from an honest one. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { bytesToHex, type ChainFamily, isVisionFamily, resolveNetwork } from '@vision-light/protocol';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { LinkKind } from '../../packages/gateway/src/links/link-kind.js';
import { NodeHost } from '../../packages/gateway/src/node-host.js';
import { platformClock } from '../../packages/gateway/src/platform-clock.js';
import { searchPeers } from '../../packages/gateway/src/signal/peer-search.js';
import { LevelStore } from '../../packages/gateway/src/store/level-store.js';
import { RtcLinks } from '../../packages/gateway/src/webrtc/rtc-links.js';
import { decodeRecord, encodeRecord } from '../../packages/protocol/src/families/vision/header/record.js';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** What the liar claims; it takes the honest gateway minutes to mine as much. */
const HISTORY = 400;
const BAD_HEIGHT = 250;
/** What the honest gateway has of it at first. */
const SHARED_HEIGHT = 200;
const log = pino({ level: 'silent' });
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

interface HostSettings {
  readonly family: ChainFamily;
  readonly folder: string;
  readonly userAgent: string;
  readonly linkKinds: readonly LinkKind[];
}

/** A gateway's node without a gateway around it, ended with the test. */
async function startHost({ family, folder, userAgent, linkKinds }: HostSettings): Promise<NodeHost> {
  const host = new NodeHost({
    family,
    store: await LevelStore.open(folder),
    hashThreads: 1,
    userAgent,
    log,
    followedBlocks: 0,
    linkKinds,
    onFailure: (error) => {
      throw error;
    },
  });
  servers.defer(() => host.close());
  await host.start();
  return host;
}

it('drops the gateway that lies, keeps what was good of it, and syncs from the honest one', async () => {
  const network = smallNetwork('vision-e2e-liar');
  const family = resolveNetwork(network);
  const signal = await servers.signal();
  const dataDir = await servers.folder();
  const maker = await servers.gateway({ network, dataDir, history: HISTORY });
  await reaches(maker, HISTORY);
  await maker.close();
  // Beside the key of the gateway.
  const folders = (await readdir(dataDir, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const name = folders[0]?.name ?? '';
  const rtcLinks = new RtcLinks({ clock: platformClock, log, requestPeers: () => {} });
  const liar = await startHost({
    family: lyingFamily(family),
    folder: path.join(dataDir, name),
    userAgent: 'liar',
    linkKinds: [rtcLinks],
  });
  const claimed = liar.node.tip.height;
  expect(claimed).toBeGreaterThanOrEqual(HISTORY);

  // The honest one has the beginning of the same chain, so that everyone asks the liar for what comes after it.
  const honestDir = await servers.folder();
  const teller = await startHost({
    family,
    folder: path.join(honestDir, name),
    userAgent: 'teller',
    linkKinds: [],
  });
  await teller.submit(liar.node.tree.batch(1, SHARED_HEIGHT));
  expect(teller.node.tip.height).toBe(SHARED_HEIGHT);
  await teller.close();

  const honest = await servers.gateway({ network, signal: [signal.url], dataDir: honestDir });
  const { finder } = searchPeers({
    urls: [signal.url],
    networkId: bytesToHex(family.networkId),
    networkName: family.name,
    links: rtcLinks.links,
    log,
  });
  servers.defer(async () => finder.close());
  const url = await servers.page(network, [signal.url]);
  const pages = await Promise.all([1, 2].map(() => Visitor.open(stage.browser, url, 'disconnection')));

  // Nobody has enough work to leave the liar's claim alone, so each page has met it.
  for (const page of pages) expect(await page.disconnectCodes()).toContain('HEADER_POW_MISMATCH');
  expect(honest.tip.height).toBeLessThan(claimed);
  // What the honest one mines on top of the liar's good headers only they can have who kept those.
  await reaches(honest, BAD_HEIGHT + 1);
  const { height, hash } = honest.tip;
  const lastGood = liar.node.header(BAD_HEIGHT - 1)?.hash;
  expect(lastGood).toBeDefined();
  for (const page of pages) {
    await page.reaches(height);
    expect(await page.hashAt(height)).toBe(hash);
    expect(await page.hashAt(BAD_HEIGHT - 1)).toBe(lastGood);
    expect(await page.hashAt(BAD_HEIGHT)).not.toBe(liar.node.header(BAD_HEIGHT)?.hash);
    // Two that were introduced by a server and by a peer at once end one of their connections.
    const faults = (await page.disconnectCodes()).filter((code) => code !== 'PEER_DUPLICATE');
    expect(new Set(faults)).toEqual(new Set(['HEADER_POW_MISMATCH']));
  }
});
