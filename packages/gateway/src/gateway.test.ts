import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesToHex,
  type CustomNetwork,
  devnetMerkleRoot,
  isVisionFamily,
  metricDefinitions,
  metricNames,
  parseLosslessJson,
  resolveNetwork,
  transactionHash,
  type VisionTransaction,
} from '@vision-light/protocol';
import { createSignalServer, type SignalServer } from '@vision-light/signal-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadChain, writeChain } from '../../../tests/store-access.js';
import { recordFromJson } from '../../protocol/src/families/vision/header/header-json.js';
import { createGateway, type Gateway } from './gateway.js';
import { GatewayError } from './gateway-error.js';
import type { GatewayOptions, GatewayProgress } from './gateway-options.js';
import { LevelStore } from './store/level-store.js';

const network: CustomNetwork = {
  name: 'gateway-test',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 2, writeEvery: 4 },
  targetSpacingS: 5,
};
const bitcoinHeaders = path.resolve(import.meta.dirname, '../../../tests/data/bitcoin/headers');
/** Longer than any test takes. */
const never = 3_600_000;

let folder: string;
let signalServer: SignalServer;
const gateways: Gateway[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vision-light-gateway-'));
  signalServer = await createSignalServer({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  await signalServer.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: GatewayOptions = {}): Promise<Gateway> {
  const defaults = { network, port: 0, host: '127.0.0.1', signal: [signalServer.url], historyWaitMs: never };
  const gateway = await createGateway({ ...defaults, ...options });
  gateways.push(gateway);
  return gateway;
}

/** Resolves once a condition holds; looked at with every notice. */
function until(gateway: Gateway, isMet: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!isMet()) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = gateway.subscribe(look);
    look();
  });
}

describe('the addresses of a gateway', () => {
  it('stay the same over a restart with a data folder, and are told by /healthz', async () => {
    const options = { dataDir: path.join(folder, 'data'), mine: false, directHosts: ['192.0.2.7', '::1'] };
    const first = await start(options);
    const [v4 = '', v6 = ''] = first.addresses;
    expect(v4).toMatch(/^192\.0\.2\.7:\d+\/[0-9a-f]{64}$/);
    expect(v6).toMatch(/^\[::1\]:\d+\//);
    const health = await fetch(`http://127.0.0.1:${first.port}/healthz`);
    expect(await health.json()).toMatchObject({ addresses: [v4, v6] });
    await first.close();
    const directPort = Number(/:(\d+)\//.exec(v4)?.[1]);
    expect((await start({ ...options, directPort })).addresses).toEqual([v4, v6]);
  });

  it('have another certificate without a data folder, and are none without a direct port', async () => {
    const fingerprint = ({ addresses: [address = ''] }: Gateway): string => address.replace(/.*\//, '');
    const [a, b] = [await start({ mine: false }), await start({ mine: false })];
    expect(fingerprint(a)).not.toBe(fingerprint(b));
    expect((await start({ mine: false, directPort: false })).addresses).toEqual([]);
  });

  it('cannot be those of a port that is taken, which is said in one sentence', async () => {
    const socket = createSocket('udp6');
    await new Promise<void>((resolve) => socket.bind(0, resolve));
    const directPort = socket.address().port;
    await expect(createGateway({ network, port: 0, directPort })).rejects.toThrow(
      `The direct port, UDP ${directPort}, cannot be opened: EADDRINUSE.`,
    );
    socket.close();
  });
});

function height(gateway: Gateway, wanted: number): Promise<void> {
  return until(gateway, () => gateway.tip.height >= wanted);
}

/** Resolves with the last report of a task. */
function progressTo(total: number): { onProgress: (progress: GatewayProgress) => void; done: Promise<void> } {
  let resolve = () => {};
  const done = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { onProgress: (progress) => progress.done === total && resolve(), done };
}

async function body(gateway: Gateway, route: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${gateway.port}${route}`);
  return { status: response.status, text: await response.text() };
}

describe('a mining gateway', () => {
  it('lays down history where nobody has a chain, then mines live on top of it', async () => {
    const { onProgress, done } = progressTo(60);
    const gateway = await start({ history: 60, historyWaitMs: 0, onProgress });
    await done;
    const laidAt = Date.now() / 1000;
    await height(gateway, 62);
    for (let at = 2; at <= 60; at++) {
      const [below, header] = [gateway.header(at - 1), gateway.header(at)];
      expect((header?.time ?? 0) - (below?.time ?? 0)).toBe(5);
      expect(header?.fields.difficulty).toBe(1n);
    }
    expect(gateway.header(61)?.time).toBeGreaterThanOrEqual(Math.floor(laidAt) - 1);
    expect(gateway.header(61)?.fields).toMatchObject({ miner: 'vision-light' });
  });

  it('continues from disk after a restart, and lays down no history in the middle of a chain', async () => {
    const { onProgress, done } = progressTo(20);
    const first = await start({ history: 20, historyWaitMs: 0, dataDir: folder, onProgress });
    await done;
    // One that was found, so that it is not a history that was interrupted.
    await height(first, 21);
    await first.close();
    const { tip } = first;

    const restartedAt = Math.floor(Date.now() / 1000);
    const second = await start({ history: 100, historyWaitMs: 0, dataDir: folder });
    expect(second.header(tip.hash)?.height).toBe(tip.height);
    await height(second, tip.height + 1);
    expect(second.header(tip.height + 1)?.time).toBeGreaterThanOrEqual(restartedAt);
  });

  it('syncs from a peer that has a chain instead of laying down its own', async () => {
    const { onProgress, done } = progressTo(50);
    const first = await start({ history: 50, historyWaitMs: 0, onProgress });
    await done;
    await height(first, 50);
    const laid: GatewayProgress[] = [];
    const second = await start({ history: 2000, onProgress: (progress) => laid.push(progress) });
    await height(second, 50);
    expect(second.header(50)?.hash).toBe(first.header(50)?.hash);
    expect(second.peers()).toMatchObject([{ kind: 'gateway' }]);
    expect(laid).toEqual([]);
  });

  it('is followed live by one that does not mine', async () => {
    const miner = await start({ history: 10, historyWaitMs: 0 });
    const follower = await start({ mine: false });
    await height(follower, 13);
    expect(follower.header(13)?.hash).toBe(miner.header(13)?.hash);
    expect(follower.status.peers).toBe(1);
  });

  it('agrees with another miner in the end', async () => {
    const first = await start({ history: 10, historyWaitMs: 0 });
    const second = await start();
    await Promise.all([height(first, 16), height(second, 16)]);
    const isAgreed = () => first.header(14)?.hash === second.header(14)?.hash;
    await Promise.race([until(first, isAgreed), until(second, isAgreed)]);
  });

  it('goes on without a signaling server', async () => {
    const gateway = await start({ signal: ['http://127.0.0.1:1'], history: 3, historyWaitMs: 0 });
    await height(gateway, 4);
    expect(gateway.status.phase).toBe('connecting');
  });

  it('that is closed in the middle of its history finishes it the next time', async () => {
    const begun = progressTo(0);
    const options = { history: 400, historyWaitMs: 0, dataDir: folder };
    const gateway = await start({ ...options, onProgress: begun.onProgress });
    await begun.done;
    await height(gateway, 1);
    await gateway.close();
    const laid = gateway.tip.height;
    expect(laid).toBeLessThan(400);
    const { onProgress, done } = progressTo(400);
    const again = await start({ ...options, onProgress });
    expect(again.tip.height).toBe(laid);
    await done;
    await height(again, 400);
    expect(again.header(laid)?.hash).toBe(gateway.tip.hash);
    expect(again.header(400)?.fields.difficulty).toBe(1n);
  });
});

describe('a gateway over HTTP', () => {
  it('answers /healthz and /metrics, and nothing else', async () => {
    const gateway = await start({ mine: false });
    const health = await body(gateway, '/healthz');
    expect(health.status).toBe(200);
    const { hash, time } = gateway.tip;
    expect(JSON.parse(health.text)).toMatchObject({
      status: 'ok',
      version: '0.1.0',
      network: 'gateway-test',
      tip: { height: 0, hash, time },
      peers: 0,
      mining: false,
    });
    const metrics = await body(gateway, '/metrics');
    expect(metrics.text).toContain('vision_light_gateway_tip_height{network="gateway-test"} 0');
    expect(metrics.text).toContain('process_cpu_seconds_total');
    for (const name of metricNames) {
      expect(metrics.text).toContain(`# TYPE ${name} ${metricDefinitions[name].type}\n`);
      expect(metrics.text).toContain(`\n${name}{network="gateway-test"} 0\n`);
    }
    // Asked again, a counter is still what the node says.
    expect((await body(gateway, '/metrics')).text).toContain(
      'vision_p2p_headers_sent_total{network="gateway-test"} 0',
    );
    expect((await body(gateway, '/else')).status).toBe(404);
    const posted = await fetch(`http://127.0.0.1:${gateway.port}/healthz`, { method: 'POST' });
    expect(posted.status).toBe(405);
  });
});

describe('/metrics of gateways that exchange blocks', () => {
  /** The value of a counter. */
  async function counted(gateway: Gateway, name: string): Promise<number> {
    const { text } = await body(gateway, '/metrics');
    return Number(new RegExp(`^${name}\\{network="gateway-test"\\} (\\d+)$`, 'm').exec(text)?.[1]);
  }

  it('counts the bodies that the one serves and the other fetches', async () => {
    const { onProgress, done } = progressTo(10);
    const source = await start({ history: 10, historyWaitMs: 0, onProgress });
    await done;
    const follower = await start({ mine: false });
    let received = 0;
    // Bodies follow their headers: looked at again with every block that is mined.
    for (let at = 10; received === 0; at++) {
      await height(follower, at);
      received = await counted(follower, 'vision_p2p_blocks_received_total');
    }
    expect(received).toBeGreaterThan(0);
    const sent = await counted(source, 'vision_p2p_blocks_sent_total');
    // A block that was mined meanwhile went out as a compact block; rebuilt, it counts as one that was received.
    const sentCompact = await counted(source, 'vision_compact_blocks_sent_total');
    expect(sent + sentCompact).toBeGreaterThanOrEqual(received);
  });
});

describe('a gateway that takes one peer of a network', () => {
  it('refuses the next one, which hears why', async () => {
    const small = await start({ mine: false, peersPerGroup: 1 });
    let refuse = (): void => {};
    const refused = new Promise<void>((resolve) => {
      refuse = resolve;
    });
    const comer = async (): Promise<Gateway> => {
      const gateway = await start({ mine: false });
      gateway.subscribe((notice) => {
        if (notice.type === 'peer' && notice.change.code === 'PEER_GROUP_FULL') refuse();
      });
      return gateway;
    };
    // All are on this machine. Four, in case that the first one dials some of them itself, or that there are two networks.
    await Promise.all(Array.from({ length: 4 }, comer));
    await refused;
    await until(small, () => small.peers().length > 0);
  });
});

describe('a tool for existing Vision nodes', () => {
  interface Block {
    readonly header: { readonly tx_root: string };
    readonly txs: readonly Record<string, unknown>[];
  }

  async function ask<T>(gateway: Gateway, route: string, request: object): Promise<T> {
    const init = { method: 'POST', body: JSON.stringify(request) };
    const response = await fetch(`http://127.0.0.1:${gateway.port}${route}`, init);
    if (response.status === 429) {
      await sleep(Number(response.headers.get('retry-after')) * 1000);
      return ask(gateway, route, request);
    }
    expect(response.status).toBe(200);
    return parseLosslessJson(await response.text()) as T;
  }

  /** Integers of a transaction are bigints here, whatever their size. */
  function transactionOf(json: Record<string, unknown>): VisionTransaction {
    const entries = Object.entries(json).map(([name, value]) => [
      name,
      typeof value === 'number' ? BigInt(value) : value,
    ]);
    return Object.fromEntries(entries);
  }

  async function readChain(gateway: Gateway): Promise<number> {
    const family = resolveNetwork(network);
    if (!isVisionFamily(family)) throw new Error('not a Vision network');
    type Headers = { headers: { hash: string; prev: string; height: number; nonce: bigint }[] };
    const { headers } = await ask<Headers>(gateway, '/p2p/get_headers', { locator: [], max: 31 });
    expect(headers.map(({ height }) => height)).toEqual(Array.from({ length: 31 }, (_, i) => i));
    let transactions = 0;
    // Blocks that are not yet on disk are left out: a tool asks again.
    for (let wanted = headers; wanted.length > 0; ) {
      const hashes = wanted.map(({ hash }) => hash);
      type Blocks = { blocks: { hash: string; raw: string }[] };
      const { blocks } = await ask<Blocks>(gateway, '/p2p/get_blocks', { hashes });
      for (const { hash, raw } of blocks) {
        const { header, txs } = parseLosslessJson(Buffer.from(raw, 'base64').toString()) as unknown as Block;
        const read = recordFromJson(family.params, header);
        expect(read.ok && bytesToHex(family.headerHash(read.record))).toBe(hash);
        const ids = txs.map((tx) => transactionHash(transactionOf(tx)));
        expect(bytesToHex(devnetMerkleRoot(ids))).toBe(header.tx_root);
        transactions += txs.length;
      }
      wanted = wanted.filter(({ hash }) => !blocks.some((block) => block.hash === hash));
    }
    for (const [height, { hash, prev, nonce }] of headers.entries()) {
      expect(gateway.header(height)).toMatchObject({ hash, parent: prev });
      expect(gateway.header(height)?.fields.nonce).toBe(BigInt(nonce));
    }
    return transactions;
  }

  it('reads headers and blocks of a gateway, as it mines and after a restart', async () => {
    const { onProgress, done } = progressTo(30);
    const first = await start({ history: 30, historyWaitMs: 0, dataDir: folder, onProgress });
    await done;
    await height(first, 30);
    const transactions = await readChain(first);
    expect(transactions).toBeGreaterThan(30);
    await first.close();
    expect(await readChain(await start({ mine: false, dataDir: folder, signal: [] }))).toBe(transactions);
  });

  it('finds the genesis of the network of existing nodes, and no routes on a Bitcoin network', async () => {
    const mainnet = await start({ network: 'vision-mainnet', signal: [] });
    const { headers } = await ask<{ headers: object[] }>(mainnet, '/p2p/get_headers', {
      locator: [],
      max: 9,
    });
    expect(headers).toMatchObject([
      {
        hash: 'd6469ec95f56b56be4921ef40b9795902c96f2ad26582ef8db8fac46f4a7aa13',
        prev: '0'.repeat(64),
        height: 0,
        time: 0,
        difficulty: 1,
        nonce: 0,
      },
    ]);
    const bitcoin = await start({ network: 'bitcoin-regtest', signal: [] });
    expect((await body(bitcoin, '/p2p/headers')).status).toBe(404);
  });
});

describe('a gateway with a headers file', () => {
  const bitcoin = {
    network: 'bitcoin-mainnet',
    live: false,
    signal: [],
    dataDir: undefined,
    minChainwork: '0',
  } as const;
  const mainnet = path.join(bitcoinHeaders, 'mainnet_0-32259.bin');

  it('verifies it, keeps it, and takes only what is missing the next time', async () => {
    const reports: GatewayProgress[] = [];
    const options = {
      ...bitcoin,
      dataDir: folder,
      onProgress: (progress: GatewayProgress) => reports.push(progress),
    };
    const bytes = await readFile(mainnet);
    const part = path.join(folder, 'part.bin');
    await writeFile(part, bytes.subarray(0, 80 * 5001));
    const first = await start({ ...options, headersFile: part });
    expect(first.tip).toMatchObject({ height: 5000 });
    expect(reports.at(-1)).toEqual({ task: 'headers', done: 5000, total: 5000 });
    await first.close();

    reports.length = 0;
    const second = await start({ ...options, headersFile: mainnet });
    expect(second.tip).toMatchObject({
      height: 32259,
      hash: '000000008a5b32a0610b2b0eeb5390e30e157324bf28c09ab83ccbb99184c38b',
    });
    expect(reports[0]?.done).toBeGreaterThan(5000);
    await second.close();

    reports.length = 0;
    const third = await start({ ...options, headersFile: part });
    expect(third.tip.height).toBe(32259);
    expect(reports).toEqual([]);
  });

  it('serves it to a peer', async () => {
    const signal = [signalServer.url];
    const first = await start({ ...bitcoin, signal, headersFile: mainnet });
    const second = await start({ ...bitcoin, signal });
    await height(second, 32259);
    expect(second.tip).toEqual(first.tip);
  });

  it('keeps what is good of a file with a bad header, and says where it is bad', async () => {
    const bytes = await readFile(mainnet);
    bytes.writeUInt8((bytes[80 * 3000 + 76] ?? 0) ^ 1, 80 * 3000 + 76);
    const bad = path.join(folder, 'bad.bin');
    await writeFile(bad, bytes.subarray(0, 80 * 9000));
    await expect(start({ ...bitcoin, dataDir: folder, headersFile: bad })).rejects.toThrow(
      new GatewayError(`The headers file ${bad} breaks a rule at height 3000: HEADER_TARGET_MISSED.`),
    );
    const again = await start({ ...bitcoin, dataDir: folder });
    expect(again.tip.height).toBe(2999);
  });

  it.each([
    [
      'of half a header',
      async (file: string) => writeFile(file, Buffer.alloc(1000)),
      /1000 bytes, not a multiple of 80/,
    ],
    ['that is empty', async (file: string) => writeFile(file, ''), /0 bytes, not a multiple of 80/],
    [
      'of another network',
      async (file: string) => writeFile(file, Buffer.alloc(80)),
      /not begin with the genesis/,
    ],
    ['that is missing', async () => {}, /cannot be read \(ENOENT\)/],
  ])('refuses a file %s', async (_what, write, message) => {
    const file = path.join(folder, 'headers.bin');
    await write(file);
    await expect(start({ ...bitcoin, headersFile: file })).rejects.toThrow(message);
  });
});

describe('createGateway', () => {
  it.each([
    [{ network: 'nowhere' }, /network: must be one of/],
    [{ port: 70_000 }, /port: must be a whole number from 0 to 65535, got 70000/],
    [{ mine: 0.5 }, /mine: must be a whole number/],
    [{ network: 'bitcoin-regtest', mine: true }, /mine: only vision-devnet and custom networks/],
    [{ network: 'vision-mainnet', mine: true }, /mine: only vision-devnet and custom networks/],
    [{ minerName: 'ü'.repeat(33) }, /minerName: must be 1 to 64 bytes, got 66/],
    [{ history: -1 }, /history: must be a whole number/],
    [{ signal: ['nonsense'] }, /signal: must be an http or https URL/],
    [{ signal: ['http://a#tracker'] }, /signal: must be an http or https URL/],
    [{ headersFile: 'x' }, /headersFile: only Bitcoin networks/],
    [{ live: true }, /live: only public Bitcoin networks .* not gateway-test/],
    [{ network: 'bitcoin-regtest', live: true }, /live: only public Bitcoin networks .* not bitcoin-regtest/],
    [{ trustProxy: 'yes' as never }, /trustProxy: must be a boolean, got string/],
    [{ directPort: 65_536 }, /directPort: must be a whole number from 0 to 65535, got 65536/],
    [{ directHosts: ['a.example'] }, /directHosts: must be IP addresses, got "a.example"/],
    [{ directHosts: Array(9).fill('::1') }, /directHosts: must be at most 8 addresses, got 9/],
    [{ peersPerGroup: 0 }, /peersPerGroup: must be a whole number from 1 to 96, got 0/],
    [{ minChainwork: '-1' }, /minChainwork: must be a number from 0/],
  ])('refuses %j', async (options, message) => {
    await expect(start(options as GatewayOptions)).rejects.toThrow(message);
  });

  it('rejects when its port is in use', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    holder.close();
  });

  it('rejects when its data is in use', async () => {
    await start({ mine: false, dataDir: folder });
    await expect(start({ mine: false, dataDir: folder })).rejects.toThrow(/in use by another gateway/);
  });

  it('runs on, and fetches anew, when what is on disk is damaged', async () => {
    const { onProgress, done } = progressTo(30);
    const first = await start({ history: 30, historyWaitMs: 0, dataDir: folder, onProgress });
    await done;
    await height(first, 30);
    await first.close();
    const id = Buffer.from(resolveNetwork(network).networkId).toString('hex').slice(0, 8);
    const store = await LevelStore.open(path.join(folder, `gateway-test-${id}`));
    const chain = await loadChain(store);
    const journal = chain.journal.map(({ index, bytes }) => ({
      index,
      bytes: bytes.map((byte) => byte ^ 0x55),
    }));
    await writeChain(store, { journal, tip: chain.tip ?? Uint8Array.of() });
    await store.close();

    const second = await start({ mine: false, dataDir: folder });
    expect(second.tip.height).toBe(0);
    const source = await start({ history: 40, historyWaitMs: 0 });
    await height(source, 40);
    await height(second, 40);
    await second.close();
    const third = await start({ mine: false, dataDir: folder, signal: [] });
    expect(third.tip.height).toBeGreaterThanOrEqual(40);
  });
});
