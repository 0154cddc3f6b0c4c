/** Watches over simulated networks: what becomes of a transaction and of an address, also while the page is closed. */
import {
  type FilteredBlocks,
  MemoryStore,
  WATCH_RETRY_MS,
  WATCH_SCRIPTS_MAX,
  WATCHES_MAX,
} from '@vision-light/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type {
  AddressWatchEvent,
  ScriptWatchEvent,
  TxWatchEvent,
  WatchedScripts,
  WatchOptions,
  WatchTxOptions,
} from '../../packages/browser-node/src/watch/watch-events.js';
import {
  waitForConfirmations,
  watchAddress,
  watchScripts,
  watchTx,
} from '../../packages/browser-node/src/watch/watches.js';
import type { FilterQuestion } from '../../packages/browser-node/src/worker/filtered-run.js';
import { visionSim as family, genesisTime } from './vision-chain.js';
import { idOf, makeTransaction, mineWith, send, senderOf } from './vision-transactions.js';
import { runWithWatches, WatchingPage, type WatchingPageOptions } from './watching-page.js';
import { type SimNode, World } from './world.js';

const pages: WatchingPage[] = [];

afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

function openPage(world: World, options: Partial<WatchingPageOptions> = {}): WatchingPage {
  const page = new WatchingPage(world, { store: new MemoryStore(), ...options });
  pages.push(page);
  return page;
}

/** Two miners, of which the first keeps every body, and a page that knows the first. */
async function network(options: Partial<WatchingPageOptions> = {}) {
  const world = new World(genesisTime + 1000);
  const followedBlocks = Number.POSITIVE_INFINITY;
  const miner = world.add('miner', { family, isGateway: true, followedBlocks });
  const other = world.add('other', { family });
  const page = openPage(world, options);
  await runWithWatches(world, 100);
  world.connect('other', 'miner');
  world.connect('page', 'miner');
  await runWithWatches(world, 1000);
  return { world, miner, other, page };
}

async function mine(world: World, miner: SimNode, count = 1, transactions: Uint8Array[] = []): Promise<void> {
  for (let i = 0; i < count; i++) {
    mineWith(miner, i === 0 ? transactions : []);
    await runWithWatches(world, 2000);
  }
}

/** Reads a watch to its end. @returns what it has told so far */
function collect<Event extends { readonly kind: string }>(
  stream: AsyncIterableIterator<Event, undefined>,
): { readonly events: Event[]; readonly isDone: () => boolean } {
  const events: Event[] = [];
  let isDone = false;
  void (async () => {
    for await (const event of stream) events.push(event);
    isDone = true;
  })();
  return { events, isDone: () => isDone };
}

const follow = async (page: WatchingPage, txid: string, options: WatchTxOptions = {}) =>
  collect<TxWatchEvent>(await watchTx(page.face, txid, options));
const followAddress = async (page: WatchingPage, address: string, options: WatchOptions = {}) =>
  collect<AddressWatchEvent>(await watchAddress(page.face, address, options));

const followScripts = async (page: WatchingPage, watched: WatchedScripts) =>
  collect<ScriptWatchEvent>(await watchScripts(page.face, watched, {}));

/** Nobody serves filters. */
const unfiltered = { blocks: 0, peers: 0, open: 0 };

/** An id that no transaction has. */
const idAt = (i: number): string => i.toString(16).padStart(64, '0');

/** What was told, but for how far it looked. */
const told = (events: readonly (TxWatchEvent | AddressWatchEvent | ScriptWatchEvent)[]): string[] =>
  events.flatMap((event) =>
    event.kind === 'scanned'
      ? []
      : 'confirmations' in event
        ? [`${event.kind} ${event.height} ${event.confirmations}`]
        : [event.kind],
  );

describe('a transaction of somebody else', () => {
  it('is seen, included, confirmed, reorganised out, and included again', async () => {
    const { world, miner, other, page } = await network();
    await mine(world, miner, 3);
    const bytes = makeTransaction();
    const { events, isDone } = await follow(page, idOf(bytes), { confirmations: 3 });
    send(miner, bytes);
    await runWithWatches(world, 60_000);
    expect(told(events)).toEqual(['seen']);
    // Two branches, of which the longer one has it later.
    world.partition((id) => id === 'other');
    await mine(world, miner, 2, [bytes]);
    expect(told(events)).toEqual(['seen', 'included 4 1', 'confirmed 4 2']);
    const { length } = events;
    await mine(world, other, 3);
    world.partition();
    world.connect('other', 'miner');
    await runWithWatches(world, 60_000);
    expect(page.node.core.tip.hash).toBe(other.core.tip.hash);
    // It is in the mempool again.
    expect(told(events.slice(length))).toEqual(['reorgedOut', 'seen']);
    await mine(world, miner, 3, [bytes]);
    expect(told(events.slice(length))).toEqual([
      'reorgedOut',
      'seen',
      'included 7 1',
      'confirmed 7 2',
      'confirmed 7 3',
    ]);
    expect(isDone()).toBe(true);
  });

  it('has left the mempool: another one took its place', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner);
    const bytes = makeTransaction({ note: 'first' });
    const { events } = await follow(page, idOf(bytes));
    send(miner, bytes);
    await runWithWatches(world, 60_000);
    await mine(world, miner, 1, [makeTransaction({ note: 'second' })]);
    expect(events.at(-1)).toEqual({ kind: 'dropped', reason: 'contradicted' });
  });

  it('came and was confirmed while the page was closed: the bodies that were missed are fetched', async () => {
    const store = new MemoryStore();
    const { world, miner, page } = await network({ store, followedBlocks: 0 });
    await mine(world, miner, 5);
    const bytes = makeTransaction();
    const first = await follow(page, idOf(bytes));
    await mine(world, miner, 1);
    page.close();
    await runWithWatches(world, 1000);
    expect(told(first.events)).toEqual([]);
    await mine(world, miner, 80);
    await mine(world, miner, 3, [bytes]);
    const again = openPage(world, { store, id: 'again', followedBlocks: 0 });
    await runWithWatches(world, 100);
    const { events } = await follow(again, idOf(bytes));
    world.connect('again', 'miner');
    await runWithWatches(world, 60_000);
    expect(told(events)).toEqual(['included 87 3']);
    const [begin, ...others] = events.filter(({ kind }) => kind === 'scanned');
    // Where the first visit began, and how far it came.
    expect(begin).toMatchObject({ from: 6, to: 6, missing: 0 });
    expect(others.length).toBeGreaterThan(2);
    expect(again.fetched).toHaveLength(81);
    // It is not looked for any more, and a further visit knows it at once.
    again.close();
    await runWithWatches(world, 1000);
    const third = openPage(world, { store, id: 'third', followedBlocks: 0 });
    await runWithWatches(world, 100);
    expect(await answerOf(world, waitForConfirmations(third.face, idOf(bytes), 3, {}))).toMatchObject({
      height: 87,
      confirmations: 3,
    });
    expect(third.fetched).toEqual([]);
  });

  it('was reorganised out while the page was closed', async () => {
    const store = new MemoryStore();
    const { world, miner, other, page } = await network({ store });
    const bytes = makeTransaction();
    const first = await follow(page, idOf(bytes));
    await mine(world, miner, 2);
    world.partition((id) => id === 'other');
    await mine(world, miner, 2, [bytes]);
    expect(told(first.events)).toEqual(['included 3 1', 'confirmed 3 2']);
    page.close();
    await mine(world, other, 5);
    world.partition();
    world.connect('other', 'miner');
    await runWithWatches(world, 60_000);
    expect(miner.core.tip.height).toBe(7);
    const again = openPage(world, { store, id: 'again' });
    await runWithWatches(world, 100);
    const { events } = await follow(again, idOf(bytes));
    world.connect('again', 'miner');
    await runWithWatches(world, 30_000);
    await mine(world, miner, 1, [bytes]);
    expect(told(events).filter((each) => each !== 'seen')).toEqual([
      'included 3 2',
      'reorgedOut',
      'included 8 1',
    ]);
  });

  it('that never comes costs one look at each new block in memory, and nothing of peers', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner, 4);
    const { events } = await follow(page, '00'.repeat(32));
    await runWithWatches(world, 1000);
    const { calls, fetched } = page;
    expect(events).toEqual([
      { kind: 'scanned', from: 1, to: 0, tip: 4, missing: 0, filtered: unfiltered },
      { kind: 'scanned', from: 1, to: 4, tip: 4, missing: 0, filtered: unfiltered },
    ]);
    calls.length = 0;
    fetched.length = 0;
    for (let nonce = 0; nonce < 10; nonce++) await mine(world, miner, 1, [makeTransaction({ nonce })]);
    expect(calls.filter((name) => name === 'searchBlock')).toHaveLength(10);
    expect(fetched).toEqual([]);
    expect(events).toHaveLength(2);
  });

  it('in a block that nobody gives: a new one is asked for until it comes, an old one is passed over and counted', async () => {
    const { world, miner, page } = await network({ followedBlocks: 0 });
    await mine(world, miner, 70);
    const hashAt = (height: number) => miner.core.header(height)?.hash ?? '';
    page.withheld.add(hashAt(3));
    page.withheld.add(hashAt(69));
    const { events } = await follow(page, '00'.repeat(32), { from: 2 });
    await runWithWatches(world, 60_000);
    expect(events.at(-1)).toMatchObject({ kind: 'scanned', from: 2, tip: 70, missing: 1 });
    expect(events.at(-1)).not.toMatchObject({ to: 70 });
    page.withheld.clear();
    await runWithWatches(world, 10_000);
    expect(events.at(-1)).toMatchObject({ from: 2, to: 70, missing: 1 });
  });
});

/** What a promise gives, while the world runs. */
async function answerOf<T>(world: World, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => {
    isDone = true;
  });
  done.catch(() => {});
  await runWithWatches(world, 60_000, () => isDone);
  return done;
}

describe('a transaction that came while the tab that runs the node did not answer', () => {
  it('is told as seen when the tab answers again, before any block has it', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner);
    const bytes = makeTransaction();
    const { events } = await follow(page, idOf(bytes));
    await runWithWatches(world, 1000);
    page.unanswered.add('searchPool');
    send(miner, bytes);
    await runWithWatches(world, 2 * WATCH_RETRY_MS);
    expect(page.unanswered.size).toBe(0);
    expect(told(events)).toEqual(['seen']);
  });
});

describe('an address', () => {
  it('is told of what pays to it and from it, in the order of the chain, also of what it missed', async () => {
    const store = new MemoryStore();
    const { world, miner, page } = await network({ store });
    const { account } = senderOf(1);
    const to = makeTransaction({ sender: 2, content: { access_list: [`acct:${account}`], args: [] } });
    const from = makeTransaction({ sender: 1 });
    const both = makeTransaction({
      sender: 1,
      nonce: 1,
      content: { access_list: [], args: [...Buffer.from(JSON.stringify({ to: account }))] },
    });
    await mine(world, miner, 2, [to]);
    const { events } = await followAddress(page, account.toUpperCase(), { from: 1 });
    await mine(world, miner, 2, [makeTransaction({ sender: 3 }), from]);
    page.close();
    await mine(world, miner, 2, [both]);
    expect(events.filter(({ kind }) => kind === 'included')).toMatchObject([
      { txid: idOf(to), height: 1, pays: false, isPaid: true, position: 0 },
      { txid: idOf(from), height: 3, pays: true, isPaid: false, position: 1 },
    ]);
    const again = openPage(world, { store, id: 'again' });
    await runWithWatches(world, 100);
    world.connect('again', 'miner');
    const missed = await followAddress(again, account);
    await runWithWatches(world, 10_000);
    expect(missed.events.filter(({ kind }) => kind === 'included')).toMatchObject([
      { txid: idOf(both), height: 5, pays: true, isPaid: true },
    ]);
    await expect(watchAddress(again.face, 'nobody', {})).rejects.toThrow(RangeError);
  });
});

describe('scripts', () => {
  const [first, second, third] = [1, 2, 3].map((sender) => senderOf(sender).account) as [
    string,
    string,
    string,
  ];
  const pay = (sender: number, nonce: number, ...to: string[]) =>
    makeTransaction({
      sender,
      nonce,
      content: { access_list: to.map((account) => `acct:${account}`), args: [] },
    });

  it('are told which of them a transaction concerns, and go on in the next visit where they were', async () => {
    const store = new MemoryStore();
    const { world, miner, page } = await network({ store });
    const both = pay(1, 0, second);
    const other = pay(4, 0, third);
    await mine(world, miner, 2, [both]);
    const scripts = [first.toUpperCase(), second, second.toUpperCase()];
    const { events } = await followScripts(page, { scripts, from: 1 });
    await mine(world, miner, 1, [other]);
    page.close();
    expect(events.filter(({ kind }) => kind !== 'scanned')).toMatchObject([
      // Each as it was given first.
      { kind: 'match', txid: idOf(both), height: 1, position: 0, pays: [scripts[0]], paid: [second] },
    ]);
    const later = pay(4, 1, first);
    await mine(world, miner, 1, [later]);
    const again = openPage(world, { store, id: 'again' });
    await runWithWatches(world, 100);
    world.connect('again', 'miner');
    // The same ones, in another order.
    const missed = await followScripts(again, { scripts: [second, first], from: 1 });
    await runWithWatches(world, 10_000);
    expect(missed.events.filter(({ kind }) => kind === 'match')).toMatchObject([
      { txid: idOf(later), height: 4, paid: [first] },
    ]);
    // Who asks for others, or from elsewhere, is told all of it.
    const anew = await followScripts(again, { scripts: [second, first], from: 2 });
    const more = await followScripts(again, { scripts: [second, first, third], from: 1 });
    await runWithWatches(world, 10_000);
    expect(told(anew.events)).toEqual(['match 4 1']);
    expect(told(more.events)).toEqual(['match 1 4', 'match 3 2', 'match 4 1']);
  });

  it('are kept by the time that a reader has left, so that a page may go elsewhere at once', async () => {
    const store = new MemoryStore();
    const { world, miner, page } = await network({ store });
    const stream = await watchScripts(page.face, { scripts: [first], from: 1 }, {});
    await mine(world, miner, 1, [pay(1, 0, first)]);
    for (let kind: string | undefined; kind !== 'match'; kind = (await stream.next()).value?.kind);
    await stream.return?.();
    const [key = ''] = await store.list('watches');
    const [record] = await store.read([{ table: 'watches', key }]);
    expect(JSON.parse(new TextDecoder().decode(record?.value))).toMatchObject({ next: 2 });
  });

  it('are kept though how far they have looked is unread', async () => {
    const store = new MemoryStore();
    const { world, miner, page } = await network({ store });
    await mine(world, miner, 1, [pay(1, 0, first)]);
    const stream = await watchScripts(page.face, { scripts: [first], from: 1 }, {});
    // By now it has told the match, and then that there is no more.
    await runWithWatches(world, 2000);
    for (let kind: string | undefined; kind !== 'match'; kind = (await stream.next()).value?.kind);
    await stream.return?.();
    const [key = ''] = await store.list('watches');
    const [record] = await store.read([{ table: 'watches', key }]);
    expect(JSON.parse(new TextDecoder().decode(record?.value))).toMatchObject({ next: 2 });
  });

  it('are told that a block is disconnected, and of the one that has the transaction now', async () => {
    const { world, miner, other, page } = await network();
    await mine(world, miner, 1);
    const bytes = pay(4, 0, first);
    const { events } = await followScripts(page, { scripts: [first], from: 1 });
    world.partition((id) => id === 'other');
    await mine(world, miner, 1, [bytes]);
    await mine(world, other, 2);
    world.partition();
    world.connect('other', 'miner');
    await runWithWatches(world, 60_000);
    await mine(world, miner, 1, [bytes]);
    const news = events.filter(({ kind }) => kind === 'match' || kind === 'disconnected');
    expect(news).toMatchObject([
      { kind: 'match', height: 2 },
      { kind: 'disconnected', height: 2, txid: idOf(bytes) },
      { kind: 'match', height: 4 },
    ]);
  });

  it('are refused if they are none of this network, and if there are none or too many', async () => {
    const { page } = await network();
    const refused = (scripts: readonly string[]) => watchScripts(page.face, { scripts }, {});
    await expect(refused([first, 'nobody'])).rejects.toThrow(/nobody/);
    await expect(refused([])).rejects.toThrow(RangeError);
    await expect(refused(Array.from({ length: WATCH_SCRIPTS_MAX + 1 }, () => first))).rejects.toThrow(
      RangeError,
    );
    await expect(refused('ab' as unknown as string[])).rejects.toThrow(TypeError);
    await expect(watchScripts(page.face, { scripts: [first], from: 0 }, {})).rejects.toThrow(/^watch: from/);
  });

  it('do not have blocks fetched that filters exclude, and are told how many peers say so and which are open', async () => {
    const asked: FilterQuestion[] = [];
    const filterBlocks = (question: FilterQuestion): FilteredBlocks => {
      asked.push(question);
      const { first: from, last } = question;
      const within = (heights: number[]) => heights.filter((height) => height >= from && height <= last);
      return { ok: true, heights: within([2, 5]), open: within([5]), peers: from > 4 ? 1 : 3 };
    };
    const { world, miner, page } = await network({ followedBlocks: 0, filterBlocks });
    await mine(world, miner, 1);
    await mine(world, miner, 1, [pay(4, 0, first)]);
    await mine(world, miner, 2);
    const { events } = await followScripts(page, { scripts: [first], from: 1 });
    await runWithWatches(world, 10_000);
    await mine(world, miner, 2);
    expect(told(events)).toEqual(['match 2 3']);
    expect(asked[0]).toEqual({ first: 1, last: 4, scripts: [Uint8Array.from(Buffer.from(first, 'hex'))] });
    const hashAt = (height: number): string =>
      family.hashToHex(page.node.core.tree.hash(page.node.core.tree.at(height) as number));
    expect(page.fetched).toEqual([hashAt(2), hashAt(5)]);
    expect(events.findLast(({ kind }) => kind === 'scanned')).toMatchObject({
      to: 4,
      filtered: { blocks: 3, peers: 3, open: 0 },
    });
    const again = await followScripts(page, { scripts: [first], from: 1 });
    await runWithWatches(world, 10_000);
    expect(again.events.findLast(({ kind }) => kind === 'scanned')).toMatchObject({
      to: 6,
      filtered: { blocks: 4, peers: 1, open: 1 },
    });
  });
});

describe('one more watch than there can be', () => {
  it('is refused, and has a place once another one has ended', async () => {
    const { world, miner, page } = await network();
    // A node is not synced while nobody has more than genesis.
    await mine(world, miner);
    const streams = [];
    for (let i = 0; i <= WATCHES_MAX; i++) streams.push(await watchTx(page.face, idAt(i), {}));
    await expect(streams.at(-1)?.next()).rejects.toMatchObject({ code: 'WATCHES_FULL' });
    await streams[0]?.return?.();
    const further = await watchTx(page.face, 'ff'.repeat(32), {});
    expect((await further.next()).value).toMatchObject({ kind: 'scanned' });
  });

  it('is refused also if all of them begin at the same time', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner);
    const begun = Array.from({ length: WATCHES_MAX + 1 }, (_, i) => watchTx(page.face, idAt(i), {}));
    const first = await Promise.allSettled((await Promise.all(begun)).map((stream) => stream.next()));
    const refused = first.filter(({ status }) => status === 'rejected');
    expect(refused).toMatchObject([{ reason: { code: 'WATCHES_FULL' } }]);
  });

  it('has a place if one was aborted while it began', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner);
    const controller = new AbortController();
    const aborted = watchTx(page.face, idAt(0), { signal: controller.signal });
    controller.abort();
    expect(await (await aborted).next()).toEqual({ done: true, value: undefined });
    const searches = page.calls.length;
    await mine(world, miner);
    expect(page.calls).toHaveLength(searches);
    for (let i = 1; i <= WATCHES_MAX; i++) {
      const stream = await watchTx(page.face, idAt(i), {});
      expect((await stream.next()).value).toMatchObject({ kind: 'scanned' });
    }
  });

  it('leaves nothing behind at the node once it has ended', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner);
    const waiting = vi.spyOn(page.face.closed, 'then');
    for (let i = 0; i < 3; i++) await (await watchTx(page.face, idAt(i), {})).return?.();
    expect(waiting).toHaveBeenCalledTimes(1);
  });
});

describe('a reader that leaves with events unread', () => {
  it('is told them again in the next visit, however often it says that it leaves', async () => {
    const { world, miner, page } = await network();
    const tx = makeTransaction({ sender: 1 });
    await mine(world, miner, 1, [tx]);
    const stream = await watchTx(page.face, idOf(tx), {});
    await runWithWatches(world, 1000);
    await stream.return?.();
    await stream.return?.();
    await runWithWatches(world, 1000);
    expect(page.calls).not.toContain('keepWatches');
  });
});

describe('whoever waits for confirmations', () => {
  it('is told the reason of the signal, and that the node is closed', async () => {
    const { world, miner, page } = await network();
    await mine(world, miner);
    const controller = new AbortController();
    const wait = (signal?: AbortSignal) =>
      waitForConfirmations(page.face, '00'.repeat(32), 1, signal === undefined ? {} : { signal });
    const aborted = wait(controller.signal);
    const closed = wait();
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    page.close();
    await expect(closed).rejects.toMatchObject({ code: 'NODE_CLOSED' });
    await expect(wait(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
    await expect(waitForConfirmations(page.face, '00'.repeat(32), 0, {})).rejects.toThrow(RangeError);
  });
});
