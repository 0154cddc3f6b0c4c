import {
  type ChainFamily,
  type HeaderBatch,
  type headerFaults,
  MemoryStore,
  type Message,
  type PowJob,
  type VisionHeader,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { blake3 } from '../../packages/protocol/src/bytes/blake3.js';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { decodeRecord, encodeRecord } from '../../packages/protocol/src/families/vision/header/record.js';
import { visionMainnet } from '../../packages/protocol/src/families/vision/network-params.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { type EasyHeader, easyBatch, easyNetwork } from './bitcoin-chain.js';
import { part, serve } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNodeOptions, World } from './world.js';

type Code = keyof typeof headerFaults;
const claimed = 10n ** 30n;

/** A fresh node meets a peer with this chain; what it makes of it. */
async function meet(
  family: ChainFamily,
  chain: HeaderBatch,
  options: {
    wallTime: number;
    answer?: (message: Message, self: Stranger) => void;
    node?: Partial<SimNodeOptions>;
  },
) {
  const world = new World(options.wallTime);
  const store = new MemoryStore();
  const node = world.add('node', { family, store, ...options.node });
  await world.run(100);
  const peer = new Stranger(world, 'peer', node, options.answer ?? serve(family, chain));
  peer.hello({ height: chain.count, chainwork: claimed });
  await world.run(5000);
  node.checker.checkAll();
  const again = world.add('again', { family, store, ...options.node });
  await world.run(6000);
  expect(again.core.tip).toEqual(node.core.tip);
  return {
    world,
    node,
    peer,
    code: peer.rejectedWith,
    height: node.core.tip.height,
    isConnected: node.links.has('peer'),
  };
}

describe('a Vision header that breaks one rule', () => {
  const count = 30;
  const wallTime = genesisTime + 5 * count;
  const chain = new VisionChain();
  const good = chain.mine({ count });

  /** The chain with one header changed, and what follows built on it as an attacker would. */
  function withBad(at: number, change: (header: VisionHeader) => Partial<VisionHeader>): HeaderBatch {
    const batch = part(visionSim, good, 0, count);
    const bytes = visionSim.recordBytes;
    const header = decodeRecord(batch.records.slice(at * bytes, (at + 1) * bytes));
    batch.records.set(encodeRecord({ ...header, ...change(header) }, 64) as Uint8Array, at * bytes);
    return batch;
  }

  const cases: [Code, (header: VisionHeader) => Partial<VisionHeader>][] = [
    ['HEADER_BAD_MINER', () => ({ miner: new Uint8Array(0) })],
    ['HEADER_BAD_DIFFICULTY', ({ difficulty }) => ({ difficulty: difficulty + 1n })],
    ['HEADER_TIME_TOO_OLD', () => ({ timestamp: BigInt(genesisTime - 1) })],
    ['HEADER_TIME_TOO_NEW', () => ({ timestamp: BigInt(wallTime + 3 * 3600) })],
    ['HEADER_POW_MISMATCH', ({ nonce }) => ({ nonce: nonce + 1n })],
  ];

  for (const [code, change] of cases) {
    it(`${code}, wherever it stands`, async () => {
      for (const at of [0, 1, 23, 24, 25, count - 1]) {
        const met = await meet(visionSim, withBad(at, change), { wallTime });
        expect([at, met.code, met.height, met.isConnected]).toEqual([at, code, at, false]);
        expect(met.node.noticed('peer').at(-1)?.change).toMatchObject({ kind: 'disconnected', code });
      }
    });
  }

  it('HEADER_TARGET_MISSED', async () => {
    // Headers in a hurry raise the difficulty; one of theirs then claims a digest above its target.
    const fast = new VisionChain();
    const batch = fast.mine({ count: 12, timeOf: (height) => genesisTime + height });
    const last = 11;
    const bytes = visionSim.recordBytes;
    batch.records.set(new Uint8Array(32).fill(0xff), last * bytes + 96);
    const met = await meet(visionSim, batch, { wallTime });
    expect([met.code, met.height]).toEqual(['HEADER_TARGET_MISSED', last]);
  });

  it('HEADER_MALFORMED', async () => {
    const answer = (message: Message, self: Stranger): void => {
      answerPings(message, self);
      if (message.type !== 'getHeaders') return;
      self.say({
        type: 'headers',
        requestId: message.requestId,
        parent: visionSim.genesis.hash,
        count: 1,
        payload: new Uint8Array(36).fill(0xff),
      });
    };
    const met = await meet(visionSim, good, { wallTime, answer });
    expect([met.code, met.height]).toEqual(['HEADER_MALFORMED', 0]);
  });

  it('HEADER_BAD_HEIGHT and HEADER_BAD_PARENT, which only this side could submit', async () => {
    const world = new World(wallTime);
    const node = world.add('node', { family: visionSim });
    await world.run(100);
    const height = withBad(3, ({ number }) => ({ number: number + 1n }));
    const parent = part(visionSim, good, 0, count);
    parent.records[visionSim.recordBytes * 5] = (parent.records[visionSim.recordBytes * 5] as number) ^ 1;
    for (const [ticket, batch] of [height, parent].entries())
      node.driver.push({ type: 'command', command: { kind: 'submit', ticket, batch } });
    await world.run(1000);
    expect(node.noticed('submitted')).toMatchObject([
      { ticket: 0, code: 'HEADER_BAD_HEIGHT', accepted: 3 },
      { ticket: 1, code: 'HEADER_BAD_PARENT', accepted: 0 },
    ]);
  });
});

describe('a Bitcoin header that breaks one rule', () => {
  const start = 1_500_000_000;
  const count = 30;
  const wallTime = start + 600 * count;
  const params = easyNetwork({ versionHeights: [1, 1, 10] });
  const plain = Array.from({ length: count }, (_, i): EasyHeader => ({ time: start + 600 * (i + 1) }));
  const withBad = (at: number, change: EasyHeader | Partial<EasyHeader>): HeaderBatch =>
    easyBatch(
      params,
      plain.map((header, i) => (i === at ? { ...header, ...change } : header)),
    );

  const cases: [Code, Partial<EasyHeader>, number[]][] = [
    ['HEADER_BAD_VERSION', { version: 1 }, [0, 29]],
    ['HEADER_BAD_VERSION', { version: 3 }, [9]],
    ['HEADER_BAD_BITS', { bits: 0x21008000 }, [0, 7]],
    ['HEADER_BAD_DIFFICULTY', { bits: 0x207ffffe }, [0, 29]],
    ['HEADER_TIME_TOO_OLD', { time: start - 1_000_000_000 }, [0, 12]],
    ['HEADER_TIME_TOO_NEW', { time: wallTime + 3 * 3600 }, [0, 29]],
    ['HEADER_TARGET_MISSED', { meetsTarget: false }, [0, 11, 29]],
  ];
  for (const [code, change, places] of cases) {
    it(`${code} (${Object.keys(change).join()})`, async () => {
      for (const at of places) {
        const met = await meet(createBitcoinFamily(params), withBad(at, change), { wallTime });
        expect([at, met.code, met.height, met.isConnected]).toEqual([at, code, at, false]);
      }
    });
  }

  it('HEADER_TIME_TIMEWARP', async () => {
    const bip94 = easyNetwork({ enforcesBip94: true, targetTimespanS: 6000 });
    const times = (warp: number): EasyHeader[] =>
      Array.from({ length: 12 }, (_, i) => ({ time: start + 600 * (i + 1) - (i + 1 === 10 ? warp : 0) }));
    const fine = await meet(createBitcoinFamily(bip94), easyBatch(bip94, times(1200).slice(0, 10)), {
      wallTime,
    });
    expect([fine.height, fine.isConnected]).toEqual([10, true]);
    const met = await meet(createBitcoinFamily(bip94), easyBatch(bip94, times(1201)), { wallTime });
    expect([met.code, met.height]).toEqual(['HEADER_TIME_TIMEWARP', 9]);
  });
});

describe('two headers with one digest', () => {
  const weak = createVisionFamily({ ...visionMainnet, name: 'vision-weak' });
  /** A hash that, like VisionX with much patience, can be made not to see the Merkle root. */
  const digestOf = (message: Uint8Array, nonce: bigint): Uint8Array => {
    const blind = message.slice();
    blind.fill(0, 72, 104);
    return blake3(new Uint8Array([...blind, Number(nonce)]));
  };
  const hash = (job: PowJob): Uint8Array => {
    if (job.algorithm !== 'visionx') throw new Error('not VisionX');
    return Uint8Array.from(job.inputs.flatMap(({ message, nonce }) => [...digestOf(message, nonce)]));
  };

  function chainOf(count: number, root: (height: number) => number, miner = 'm'): HeaderBatch {
    const records: number[] = [];
    const hashes: number[] = [];
    let parent = weak.genesis.hash;
    for (let height = 1; height <= count; height++) {
      const header = {
        parent,
        number: BigInt(height),
        timestamp: BigInt(5 * height),
        difficulty: 1n,
        nonce: 0n,
        txRoot: new Uint8Array(32).fill(root(height)),
        miner: new TextEncoder().encode(miner),
        digest: new Uint8Array(32),
      };
      const { message } = weak.powInput(encodeRecord(header, 256) as Uint8Array);
      parent = digestOf(message, 0n);
      records.push(...(encodeRecord({ ...header, digest: parent }, 256) as Uint8Array));
      hashes.push(...parent);
    }
    return { count, records: new Uint8Array(records), hashes: new Uint8Array(hashes) };
  }

  it('HEADER_EQUIVOCATION: the first stays, the second is reported and never followed', async () => {
    const first = chainOf(10, () => 1);
    const { world, node } = await meet(weak, first, { wallTime: 1_000_000, node: { hash } });
    expect(node.core.tip.height).toBe(10);
    const second = chainOf(14, (height) => (height === 6 ? 2 : 1));
    // It passes over the locator, so that its header comes that has the digest of ours.
    const fromGenesis = serve(weak, second);
    const liar = new Stranger(world, 'liar', node, (request, self) =>
      fromGenesis(
        request.type === 'getHeaders' ? { ...request, locator: [weak.genesis.hash] } : request,
        self,
      ),
    );
    liar.hello({ height: 14, chainwork: claimed });
    await world.run(world.now + 3000);
    const error = node.noticed('error').find(({ code }) => code === 'HEADER_EQUIVOCATION');
    expect(error?.detail).toContain(weak.hashToHex(first.hashes.subarray(160, 192)));
    expect(node.core.header(6)?.fields.txRoot).toBe('01'.repeat(32));
    expect(node.core.tip.height).toBe(14);
    expect(node.noticed('reorg')).toEqual([]);
  });
});
