/** Transactions between real pages: sent in one, relayed, mined by a gateway, seen in another, and mined again after a reorg. */
import type { createKey, createLightNode, SentNews, SentTransaction } from '@vision-light/browser-node';
import type {
  CustomNetwork,
  MempoolChange,
  Metrics,
  Reorg,
  SentState,
  TransactionStatus,
} from '@vision-light/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, type LibraryBuild, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** What the page of the library has as its globals, and what this test keeps there. */
interface Scope {
  readonly createKey: typeof createKey;
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
  /** All that `transaction` has told since the page was loaded. */
  readonly sentNews: SentNews[];
  /** By id, as this test has sent them. */
  watched?: Record<string, { readonly sent: SentTransaction; readonly states: SentState[] }>;
}

type StateOf<Kind extends SentState['kind']> = Extract<SentState, { readonly kind: Kind }>;

const stage = new Stage();
const { servers } = stage;
let library: LibraryBuild;

beforeAll(async () => {
  library = await buildLibrary();
});

/** Two visitors that know each other and one gateway, and have headers up to a height. */
async function openTwo(network: CustomNetwork, signal: string, height: number): Promise<[Visitor, Visitor]> {
  const server = await serveLibrary({ network, signal: [signal] }, { page: library });
  servers.defer(() => server.close());
  const url = `${server.url}/page/`;
  const two: [Visitor, Visitor] = [
    await Visitor.open(stage.browser, url),
    await Visitor.open(stage.browser, url),
  ];
  await Promise.all(two.map((visitor) => visitor.hasPeers(2)));
  await Promise.all(two.map((visitor) => visitor.reaches(height)));
  return two;
}

/**
 * Signs a payment with the page's key and sends it.
 *
 * @param isForged  whether one digit of the signature is another
 * @returns its id once the page's node has taken it, or the code of the refusal
 */
function send(visitor: Visitor, nonce: number, amount = 1, isForged = false): Promise<string> {
  return visitor.page.evaluate(
    async (nonce, amount, isForged) => {
      const scope = globalThis as unknown as Scope;
      const key = await scope.createKey();
      const tx = await key.sign({
        module: 'cash',
        method: 'transfer',
        args: JSON.stringify({ to: key.publicKey, amount }),
        access_list: [`acct:${key.publicKey}`],
        tip: 1n,
        fee_limit: 1000n,
        nonce: BigInt(nonce),
      });
      const sig = isForged ? `${tx.sig.startsWith('0') ? '1' : '0'}${tx.sig.slice(1)}` : tx.sig;
      const sent = scope.lightNode.sendTx({ ...tx, sig });
      const states: SentState[] = [];
      void (async () => {
        for await (const state of sent) states.push(state);
      })().catch(() => {});
      try {
        const id = await sent.id;
        scope.watched = { ...scope.watched, [id]: { sent, states } };
        return id;
      } catch (error) {
        return (error as { code: string }).code;
      }
    },
    nonce,
    amount,
    isForged,
  );
}

/** Resolves once a transaction that the page has sent since it was loaded has so many confirmations. */
function confirmed(visitor: Visitor, id: string, count: number): Promise<void> {
  return visitor.page.evaluate(
    async (id, count) => (globalThis as unknown as Scope).watched?.[id]?.sent.confirmed(count),
    id,
    count,
  );
}

/** All that the page was told of a transaction since it was loaded. */
async function newsOf(visitor: Visitor, id: string): Promise<SentState[]> {
  const news = await visitor.page.evaluate(() => (globalThis as unknown as Scope).sentNews);
  return news.filter((each) => each.id === id).map(({ state }) => state);
}

/** Resolves with the newest block that has a transaction, once there is one above a height. */
async function includedAbove(visitor: Visitor, id: string, height: number): Promise<StateOf<'included'>> {
  const find = async (): Promise<StateOf<'included'> | undefined> =>
    (await newsOf(visitor, id)).findLast(
      (state): state is StateOf<'included'> => state.kind === 'included' && state.height > height,
    );
  await expect.poll(find).toBeDefined();
  return (await find()) as StateOf<'included'>;
}

/** Kinds of states, each once in a row; `seen` left out, for nobody may have told of it before it was mined. */
const kindsOf = (states: readonly SentState[]): string[] =>
  states
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'seen')
    .filter((kind, i, all) => kind !== all[i - 1]);

/** Ids in a block, from the page that is asked for it. */
function idsIn(visitor: Visitor, hash: string): Promise<string[]> {
  return visitor.page.evaluate(async (hash) => {
    const block = await (globalThis as unknown as Scope).lightNode.block(hash);
    return (block?.transactions ?? []).map(({ id }) => id);
  }, hash);
}

/** What a page knows of a transaction when it is asked. */
const statusIn = (visitor: Visitor, id: string): Promise<TransactionStatus | undefined> =>
  visitor.page.evaluate((id) => (globalThis as unknown as Scope).lightNode.txStatus(id), id);

const metricsOf = (visitor: Visitor): Promise<Metrics> =>
  visitor.page.evaluate(() => (globalThis as unknown as Scope).lightNode.metrics());

/** Resolves once a page has been told that its mempool has a transaction. Needs a visitor that collects `transactions`. */
async function waitsIn(visitor: Visitor, id: string): Promise<void> {
  const added = async (): Promise<string[]> =>
    (await visitor.collected<MempoolChange>('transactions')).flatMap((news) =>
      news.added.map((each) => each.id),
    );
  await expect.poll(added).toContain(id);
}

describe('a transaction', () => {
  const network = smallNetwork('vision-e2e-transactions');
  let a: Visitor;
  let b: Visitor;
  /** The one with nonce 2, which no miner takes before there is one with nonce 1. */
  let second: string;

  beforeAll(async () => {
    const signal = await servers.signal();
    // Of its own it sends nothing, so that each block with a body has what a page sent.
    const gateway = await servers.gateway({ network, signal: [signal.url], history: 10, transactions: 0 });
    await reaches(gateway, 11);
    [a, b] = await openTwo(network, signal.url, 11);
    await b.collect('transactions');
  });

  it('is mined and confirmed, and whoever sent it reads that from what sendTx gave', async () => {
    const id = await send(a, 0);
    await confirmed(a, id, 2);
    const states = await a.page.evaluate((id) => (globalThis as unknown as Scope).watched?.[id]?.states, id);
    expect(kindsOf(states ?? [])).toEqual(['pending', 'included', 'confirmed']);
    expect(kindsOf(await newsOf(a, id))).toEqual(['pending', 'included', 'confirmed']);
  });

  it('has a nonce of its own in each tab', async () => {
    const tab = await a.openTab(a.page.url());
    const sign = ({ page }: Visitor): Promise<number> =>
      page.evaluate(async () => {
        const key = await (globalThis as unknown as Scope).createKey({ name: 'two tabs' });
        return Number((await key.sign({ module: 'cash', method: 'transfer' })).nonce);
      });
    const nonces = await Promise.all([a, tab, a, tab, a, tab].map(sign));
    expect(nonces.sort()).toEqual([0, 1, 2, 3, 4, 5]);
    await tab.page.close();
  });

  it('is refused with a code if its signature is bad, or its nonce is used', async () => {
    expect(await send(a, 1, 1, true)).toBe('TX_SIGNATURE_INVALID');
    expect(await send(a, 0, 2)).toBe('TX_NONCE_USED');
  });

  it('waits in the mempool of another page, and for the next visit of the one that sent it', async () => {
    second = await send(a, 2);
    await waitsIn(b, second);
    expect(kindsOf(await newsOf(a, second))).toEqual(['pending']);
    await a.reload();
    await expect.poll(() => newsOf(a, second)).toContainEqual({ kind: 'pending' });
  });

  it('comes to the other page in a compact block, and the next visit is told of that', async () => {
    await a.hasPeers(2);
    const before = await metricsOf(b);
    const between = await send(a, 1);
    const { block, height, position } = await includedAbove(a, second, 0);
    await b.reaches(height);
    expect(await idsIn(b, block)).toEqual([between, second]);
    expect(position).toBe(1);
    expect(await statusIn(b, second)).toMatchObject({ kind: 'included', height, block, position });
    // A copy of a second ago may not have it.
    await expect
      .poll(async () => (await metricsOf(b)).vision_compact_block_reconstructions_total)
      .toBeGreaterThan(before.vision_compact_block_reconstructions_total);
    expect((await metricsOf(b)).vision_compact_block_reconstruction_failures_total).toBe(0);
    await expect.poll(async () => kindsOf(await newsOf(a, second)).at(-1)).toBe('confirmed');
    // Firefox says of a connection whose other page was reloaded that ICE has failed.
    const complaints = [...a.complaints, ...b.complaints].filter((text) => !text.includes('ICE failed'));
    expect(complaints).toEqual([]);
  });
});

it('a reorganisation takes a transaction out of the chain, and the next block takes it in again', async () => {
  const network = smallNetwork('vision-e2e-reorg');
  const dataDir = await servers.folder();
  const elsewhere = await servers.gateway({ network, dataDir, history: 400, transactions: 0 });
  await reaches(elsewhere, 400);
  await elsewhere.close();

  const signal = await servers.signal();
  const miner = await servers.gateway({ network, signal: [signal.url], history: 10, transactions: 0 });
  await reaches(miner, 11);
  const [a, b] = await openTwo(network, signal.url, 11);
  const id = await send(a, 0);
  const left = await includedAbove(a, id, 0);
  await b.reaches(left.height);
  await Promise.all([a, b].map((page) => page.collect('reorg')));

  const heavy = await servers.gateway({ network, signal: [signal.url], dataDir, mine: false });
  const { height, hash } = heavy.tip;
  const again = await includedAbove(a, id, height);
  expect(kindsOf(await newsOf(a, id)).slice(0, 5)).toEqual([
    'pending',
    'included',
    'confirmed',
    'reorgedOut',
    'included',
  ]);
  expect(again.block).not.toBe(left.block);
  await b.reaches(again.height);
  expect(await idsIn(b, again.block)).toEqual([id]);
  expect(await statusIn(b, id)).toMatchObject({ kind: 'included', height: again.height, block: again.block });
  for (const page of [a, b]) {
    expect(await page.hashAt(height)).toBe(hash);
    expect(await page.hashAt(again.height)).toBe(again.block);
    expect(await page.collected<Reorg>('reorg')).toHaveLength(1);
  }
  expect([...a.complaints, ...b.complaints]).toEqual([]);
});
