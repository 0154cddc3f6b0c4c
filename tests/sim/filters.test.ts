/**
 * Blocks that are found by compact filters, from peers of which some lie. The filters are those of a family that tests make up:
 * a filter is a list of bytes, a script is one byte, and the truth is the number of transactions of the block. What is
 * tested is whom the node believes.
 */
import {
  bytesToHex,
  type FilteredBlocks,
  type FilterRules,
  MemoryStore,
  type Message,
  SERVICE_ARCHIVE,
  SERVICE_FILTERS,
  SERVICE_GATEWAY,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../packages/protocol/src/bytes/sha256.js';
import { FILTER_RETRY_MS, FILTER_SEARCHES_MAX } from '../../packages/protocol/src/limits.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { makeBody } from './vision-bodies.js';
import { visionSim as family, genesisTime, VisionChain } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const HEIGHT = 60;
const countAt = (height: number): number => 1 + (height % 5);
const bodyAt = (height: number) => makeBody(height, countAt(height));
const chain = new VisionChain();
chain.mine({ count: HEIGHT, txRootOf: (height) => bodyAt(height).txRoot });
const hashAt = (height: number): Uint8Array => chain.tree.hash(chain.tree.at(height) as number).slice();
const heights = new Map(
  Array.from({ length: HEIGHT + 1 }, (_, height) => [bytesToHex(hashAt(height)), height]),
);

/** Blocks of this height say nothing of their filters. */
const SILENT_HEIGHT = 22;

const rules: FilterRules = {
  filterHash: sha256,
  nextHeader: (hash, previous) => sha256(Uint8Array.from([...hash, ...previous])),
  mayConcern: (filter, _block, scripts) =>
    filter[0] === 0xff ? undefined : scripts.some(([script = 0]) => filter.includes(script)),
  judge(filter, block, body) {
    if (heights.get(bytesToHex(block)) === SILENT_HEIGHT) return 'open';
    return filter.length === 1 && filter[0] === family.splitBody(body)?.length ? 'true' : 'false';
  },
};

const truth = (height: number): Uint8Array => Uint8Array.of(countAt(height));

/** A gateway that serves headers, bodies and the filters that it is given. */
function addSource(
  world: World,
  page: SimNode,
  id: string,
  filterAt: (height: number) => Uint8Array = truth,
  answers: (message: Message, self: Stranger) => boolean = () => false,
  isBridged = false,
): Stranger {
  const answer = (message: Message, self: Stranger): void => {
    if (answers(message, self)) return;
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(family, chain.batch, message));
    if (message.type === 'getBlocks')
      for (const hash of message.hashes)
        self.say({
          type: 'blocks',
          requestId: message.requestId,
          hash,
          body: bodyAt(heights.get(bytesToHex(hash)) ?? 0).body,
        });
    if (message.type !== 'getFilterHeaders' && message.type !== 'getFilters') return;
    const { stop, count, requestId } = message;
    const last = heights.get(bytesToHex(stop)) ?? 0;
    const filters = Array.from({ length: count }, (_, i) => filterAt(last - count + 1 + i));
    if (message.type === 'getFilters') {
      // In two messages, where there are several.
      const half = Math.ceil(count / 2);
      self.say({ type: 'filters', requestId, filters: filters.slice(0, half) });
      if (half < count) self.say({ type: 'filters', requestId, filters: filters.slice(half) });
      return;
    }
    const hashes = new Uint8Array(32 * count);
    for (const [i, filter] of filters.entries()) hashes.set(rules.filterHash(filter), 32 * i);
    self.say({ type: 'filterHeaders', requestId, previous: new Uint8Array(32), hashes });
  };
  const stranger = new Stranger(world, id, page, answer, undefined, { isBridged });
  const services = SERVICE_GATEWAY + SERVICE_ARCHIVE + SERVICE_FILTERS;
  stranger.hello({ services, height: HEIGHT, chainwork: chain.tree.chainwork(chain.tree.tip) });
  return stranger;
}

async function start(...sources: ((world: World, page: SimNode) => Stranger)[]) {
  const world = new World(genesisTime + 5 * HEIGHT + 1000);
  const page = world.add('page', { family, filters: rules, followedBlocks: 0 });
  await world.run(100);
  const strangers = sources.map((add) => add(world, page));
  await world.run(10_000);
  expect(page.core.tip.height).toBe(HEIGHT);
  return { world, page, strangers };
}

let tickets = 0;

function ask(page: SimNode, first: number, last: number, ...scripts: number[]): number {
  const ticket = ++tickets;
  const command = {
    kind: 'filterBlocks',
    first,
    last,
    ticket,
    scripts: scripts.map((script) => Uint8Array.of(script)),
  } as const;
  page.driver.push({ type: 'command', command });
  return ticket;
}

const answerTo = (page: SimNode, ticket: number): FilteredBlocks | undefined =>
  page.noticed('filtered').find((notice) => notice.ticket === ticket)?.result;

async function search(world: World, page: SimNode, first: number, last: number, ...scripts: number[]) {
  const ticket = ask(page, first, last, ...scripts);
  await world.run(world.now + 120_000, () => answerTo(page, ticket) !== undefined);
  return answerTo(page, ticket);
}

const having = (first: number, last: number, ...counts: number[]): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((height) =>
    counts.includes(countAt(height)),
  );

describe('a search by filters', () => {
  it('finds the blocks that may concern a script, and no others', async () => {
    const { world, page } = await start(addSourceAs('a'), addSourceAs('b'));
    expect(await search(world, page, 3, 40, 2)).toEqual({
      ok: true,
      heights: having(3, 40, 2),
      open: [],
      peers: 2,
    });
    expect(await search(world, page, 41, 60, 1, 5)).toEqual({
      ok: true,
      heights: having(41, 60, 1, 5),
      open: [],
      peers: 2,
    });
    expect(await search(world, page, 7, 7, 9)).toEqual({ ok: true, heights: [], open: [], peers: 2 });
  });

  it('fails where nobody serves filters, where there are no such blocks, and where too many are asked for at once', async () => {
    const { world, page } = await start((world, page) =>
      addSource(world, page, 'a', truth, nothingOf('getFilterHeaders')),
    );
    expect(await search(world, page, 1, 5, 1)).toEqual({ ok: false, code: 'FILTERS_UNAVAILABLE' });
    expect(await search(world, page, 59, 61, 1)).toEqual({ ok: false, code: 'FILTERS_UNAVAILABLE' });
    const all = Array.from({ length: FILTER_SEARCHES_MAX + 1 }, () => ask(page, 1, 5, 1));
    await world.run(world.now + 1);
    expect(all.map((ticket) => answerTo(page, ticket))).toEqual([
      ...Array.from({ length: FILTER_SEARCHES_MAX }, () => undefined),
      { ok: false, code: 'FILTERS_BUSY' },
    ]);
  });

  it('goes on with another peer when one gives no filters', async () => {
    const { world, page } = await start(
      (world, page) => addSource(world, page, 'a', truth, nothingOf('getFilters')),
      addSourceAs('b'),
    );
    expect(await search(world, page, 1, 20, 3)).toMatchObject({ ok: true, heights: having(1, 20, 3) });
  });
});

/** A source that does not answer messages of one type. */
function nothingOf(type: Message['type']): (message: Message) => boolean {
  return (message) => message.type === type;
}

function addSourceAs(id: string, filterAt?: (height: number) => Uint8Array) {
  return (world: World, page: SimNode): Stranger => addSource(world, page, id, filterAt);
}

describe('where peers differ', () => {
  /** Hides the payments of one block. */
  const omitting = (height: number): Uint8Array => (height === 12 ? Uint8Array.of(77) : truth(height));

  it.each([
    ['the first to be asked', ['liar', 'honest', 'other']],
    ['the last to be asked', ['honest', 'other', 'liar']],
    ['one of two', ['honest', 'liar']],
  ])('the block says who lies, be it %s', async (_, ids) => {
    const adds = ids.map((id) => addSourceAs(id, id === 'liar' ? omitting : truth));
    const { world, page, strangers } = await start(...adds);
    const found = await search(world, page, 5, 30, countAt(12));
    expect(found).toEqual({ ok: true, heights: having(5, 30, countAt(12)), open: [], peers: ids.length - 1 });
    expect(
      strangers.filter(({ rejectedWith }) => rejectedWith === 'PEER_FILTER_FALSE').map(({ id }) => id),
    ).toEqual(['liar']);
  });

  it('two liars do not outvote one honest peer', async () => {
    const { world, page, strangers } = await start(
      addSourceAs('x', omitting),
      addSourceAs('y', omitting),
      addSourceAs('honest'),
    );
    expect(await search(world, page, 5, 30, countAt(12))).toMatchObject({
      heights: having(5, 30, countAt(12)),
      peers: 1,
    });
    expect(strangers.map(({ rejectedWith }) => rejectedWith)).toEqual([
      'PEER_FILTER_FALSE',
      'PEER_FILTER_FALSE',
      undefined,
    ]);
  });

  it('what the block does not decide is open, and is among those to look into', async () => {
    const lie = (height: number): Uint8Array =>
      height === SILENT_HEIGHT ? Uint8Array.of(88) : truth(height);
    const { world, page, strangers } = await start(addSourceAs('a', lie), addSourceAs('b'));
    const found = await search(world, page, 10, 40, 4);
    const expected = [...having(10, 40, 4), SILENT_HEIGHT].sort((a, b) => a - b);
    expect(found).toEqual({ ok: true, heights: [...new Set(expected)], open: [SILENT_HEIGHT], peers: 2 });
    expect(strangers.map(({ rejectedWith }) => rejectedWith)).toEqual([undefined, undefined]);
  });

  it('a claim whose filter is not shown counts for nothing', async () => {
    const { world, page, strangers } = await start(
      (world, page) => addSource(world, page, 'hiding', omitting, nothingOf('getFilters')),
      addSourceAs('honest'),
    );
    expect(await search(world, page, 5, 30, countAt(12))).toMatchObject({
      heights: having(5, 30, countAt(12)),
      peers: 1,
    });
    expect(strangers[1]?.rejectedWith).toBe(undefined);
  });

  it('a filter that is not the one of its hash costs the connection', async () => {
    let isHonest = true;
    const { world, page, strangers } = await start((world, page) =>
      addSource(
        world,
        page,
        'a',
        (height) => (isHonest ? truth(height) : Uint8Array.of(3, 3)),
        ({ type }) => {
          if (type === 'getFilters') isHonest = false;
          return false;
        },
      ),
    );
    expect(await search(world, page, 5, 30, 1)).toEqual({ ok: false, code: 'FILTERS_UNAVAILABLE' });
    await world.run(world.now + 1000);
    expect(strangers[0]?.rejectedWith).toBe('PEER_FILTER_FALSE');
  });

  it('bytes that are no filter, though all claim them, say nothing of the block', async () => {
    const { world, page } = await start(
      addSourceAs('a', (height) => (height === 9 ? Uint8Array.of(0xff) : truth(height))),
    );
    expect(await search(world, page, 8, 10, 99)).toMatchObject({ heights: [9], open: [] });
  });
});

describe('a gateway that keeps filters', () => {
  const KEPT = 20;

  /** By how many blocks what is above height 50 is shifted: with another number it is another branch. */
  let shift = 0;
  const branchTruth = (height: number): Uint8Array => truth(height > 50 ? height + shift : height);

  async function startGateway(store = new MemoryStore(), ...ids: string[]) {
    const world = new World(genesisTime + 5 * HEIGHT + 1000);
    const options = { family, store, filters: rules, followedBlocks: 0 };
    const gateway = world.add('gateway', { ...options, keptFilters: KEPT, isGateway: true });
    await world.run(100);
    const asked: Message[] = [];
    const note = (message: Message): boolean => {
      if (message.type === 'getFilterHeaders' || message.type === 'getFilters') asked.push(message);
      return false;
    };
    const sources = ids.map((id) => addSource(world, gateway, id, branchTruth, note, true));
    await world.run(10_000);
    return { world, gateway, asked, sources };
  }

  async function addPage(world: World): Promise<SimNode> {
    const page = world.add('page', { family, filters: rules, followedBlocks: 0 });
    await world.run(world.now + 100);
    world.connect('page', 'gateway');
    await world.run(world.now + 10_000);
    return page;
  }

  it('serves the newest from its store, and older ones from a full node', async () => {
    const { world, asked } = await startGateway(new MemoryStore(), 'full');
    const page = await addPage(world);
    expect(page.core.peers()[0]?.services).toContain('filters');
    asked.length = 0;
    expect(await search(world, page, 45, 60, 2)).toEqual({
      ok: true,
      heights: having(45, 60, 2),
      open: [],
      peers: 1,
    });
    expect(asked).toEqual([]);
    expect(await search(world, page, 2, 30, 4)).toEqual({
      ok: true,
      heights: having(2, 30, 4),
      open: [],
      peers: 1,
    });
    expect(asked.length).toBe(2);
  });

  it('goes on from what it has stored, keeps no more than it shall, and follows a reorganisation', async () => {
    const store = new MemoryStore();
    const first = await startGateway(store, 'full');
    expect((await store.list('filters')).length).toBe(KEPT);
    first.world.kill('gateway');
    const { world, gateway, asked, sources } = await startGateway(store, 'full');
    expect(asked).toEqual([]);
    const [full] = sources;
    const fork = new VisionChain();
    fork.mine({ count: 50, txRootOf: (height) => bodyAt(height).txRoot });
    shift = 1;
    fork.mine({ count: 30, miner: 'other', txRootOf: (height) => bodyAt(height + shift).txRoot });
    for (let height = 51; height <= 80; height++)
      heights.set(bytesToHex(fork.tree.hash(fork.tree.at(height) as number)), height);
    const batch = fork.batch;
    gateway.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 1 } });
    await world.run(world.now + 20_000);
    expect(gateway.core.tip.height).toBe(80);
    expect(asked.filter(({ type }) => type === 'getFilterHeaders').length).toBeGreaterThan(0);
    expect((await store.list('filters')).length).toBe(KEPT);
    expect(full?.rejectedWith).toBe(undefined);
    const page = await addPage(world);
    // What was kept of the other branch is not served.
    const expected = (first: number, last: number): number[] =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
        (height) => countAt(height > 50 ? height + shift : height) === 3,
      );
    for (const [first, last] of [
      [61, 80],
      [41, 60],
    ] as const)
      expect(await search(world, page, first, last, 3)).toMatchObject({ heights: expected(first, last) });
    shift = 0;
  });

  it('an honest full node is not taken for a liar because of hashes that another one said', async () => {
    const lie = (height: number): Uint8Array => (height === 55 ? Uint8Array.of(77) : truth(height));
    const { world, gateway } = await startGateway();
    const liar = addSource(world, gateway, 'liar', lie, nothingOf('getFilters'), true);
    await world.run(world.now + 10_000);
    const honest = addSource(world, gateway, 'honest', truth, () => false, true);
    await world.run(world.now + 120_000);
    expect([liar.rejectedWith, honest.rejectedWith]).toEqual(['PEER_FILTER_FALSE', undefined]);
    const page = await addPage(world);
    expect(await search(world, page, 45, 60, countAt(55))).toMatchObject({
      heights: having(45, 60, countAt(55)),
    });
  });

  it('nor because of an old filter, whose hash another one said', async () => {
    const lie = (height: number): Uint8Array => (height === 12 ? Uint8Array.of(77) : truth(height));
    const { world, gateway } = await startGateway();
    const liar = addSource(world, gateway, 'liar', lie, () => false, true);
    await world.run(world.now + 10_000);
    liar.leave();
    const honest = addSource(world, gateway, 'honest', truth, () => false, true);
    await world.run(world.now + 10_000);
    const page = await addPage(world);
    expect(await search(world, page, 10, 14, 1)).toEqual({ ok: false, code: 'FILTERS_UNAVAILABLE' });
    expect(honest.rejectedWith).toBe(undefined);
  });

  it('fetches a filter anew that is damaged in its store', async () => {
    const store = new MemoryStore();
    const { world } = await startGateway(store, 'full');
    await store.write([
      { kind: 'put', table: 'filters', key: hashAt(52), value: Uint8Array.of(countAt(52), 1) },
    ]);
    const page = await addPage(world);
    expect(await search(world, page, 45, 60, 2)).toMatchObject({ heights: having(45, 60, 2) });
    const [record] = await store.read([{ table: 'filters', key: hashAt(52) }]);
    expect(record?.value).toEqual(truth(52));
  });

  it('is at rest when those who differ are gone', async () => {
    const lie = (height: number): Uint8Array =>
      height === SILENT_HEIGHT ? Uint8Array.of(88) : truth(height);
    const { world, gateway } = await startGateway();
    const sources = [lie, truth].map((filterAt, i) =>
      addSource(world, gateway, `full${i}`, filterAt, () => false, true),
    );
    await world.run(world.now + 10_000);
    for (const source of sources) source.leave();
    await world.run(world.now + FILTER_RETRY_MS + 1000);
    expect(gateway.core.nextWake() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(world.now);
  });

  it('says nothing of what it does not know', async () => {
    const { world } = await startGateway();
    const page = await addPage(world);
    expect(await search(world, page, 0, 0, 3)).toEqual({ ok: false, code: 'FILTERS_UNAVAILABLE' });
  });
});
