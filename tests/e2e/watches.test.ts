/** Watches in real pages: of what others send, over reloads, and while the tab that runs the node is killed. */
import type { AddressWatchEvent, createKey, createLightNode, TxWatchEvent } from '@vision-light/browser-node';
import type { Gateway } from '@vision-light/gateway';
import type { BrowserContext } from 'puppeteer-core';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

interface Scope {
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
  readonly createKey: typeof createKey;
  watched?: Promise<unknown>;
}

const HISTORY = 40;
const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-watches');
let gateway: Gateway;
let url: string;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  const options = { network, signal: [(await servers.signal()).url] };
  gateway = await servers.gateway({ ...options, history: HISTORY });
  const [library] = await Promise.all([buildLibrary(), reaches(gateway, HISTORY)]);
  const pages = await serveLibrary(options, { now: library });
  servers.defer(() => pages.close());
  url = `${pages.url}/now/`;
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

async function openContext(): Promise<BrowserContext> {
  const context = await stage.browser.createBrowserContext();
  contexts.push(context);
  return context;
}

async function open(context: BrowserContext): Promise<Visitor> {
  const visitor = await Visitor.openIn(context, url, '');
  await visitor.reaches(HISTORY);
  return visitor;
}

/** Sends a payment to an address from a page. @returns its id */
const pay = (visitor: Visitor, to: string, nonce = 0): Promise<string> =>
  visitor.page.evaluate(
    async (args, nonce) => {
      const { createKey, lightNode } = globalThis as unknown as Scope;
      const key = await createKey();
      return lightNode.sendTx(
        await key.sign({ module: 'cash', method: 'transfer', args, tip: 5n }, BigInt(nonce)),
      ).id;
    },
    JSON.stringify({ to }),
    nonce,
  );

/** What a watch of a transaction tells, up to so many confirmations. */
const follow = (visitor: Visitor, txid: string, confirmations: number): Promise<TxWatchEvent[]> =>
  visitor.page.evaluate(
    async (txid, confirmations) => {
      const { lightNode } = globalThis as unknown as Scope;
      const events: TxWatchEvent[] = [];
      for await (const event of lightNode.watchTx(txid, { confirmations })) events.push(event);
      return JSON.parse(JSON.stringify(events));
    },
    txid,
    confirmations,
  );

it('a page watches a transaction and an address of another page, also over a reload', async () => {
  const watcher = await open(await openContext());
  const sender = await open(await openContext());
  const address = '5a'.repeat(32);
  const told = watcher.page.evaluate(async (address) => {
    const { lightNode } = globalThis as unknown as Scope;
    const events: AddressWatchEvent[] = [];
    for await (const event of lightNode.watchAddress(address)) {
      events.push(event);
      if (event.kind === 'included') break;
    }
    return JSON.parse(JSON.stringify(events)) as AddressWatchEvent[];
  }, address);
  const txid = await pay(sender, address);
  const events = await told;
  // The block may come before the transaction does.
  expect(events.at(-1)).toMatchObject({
    kind: 'included',
    txid,
    pays: false,
    isPaid: true,
    confirmations: 1,
  });

  const followed = await follow(watcher, txid, 2);
  expect(followed.map(({ kind }) => kind)).toContain('included');
  expect(followed.at(-1)).toMatchObject({ confirmations: 2 });
  const { proof, again } = await watcher.page.evaluate(async (txid) => {
    const { lightNode } = globalThis as unknown as Scope;
    const confirmed = await lightNode.waitForConfirmations(txid, 3);
    const proof = await confirmed.proof();
    const ended = new AbortController();
    const waiting = lightNode.waitForConfirmations('00'.repeat(32), 1, { signal: ended.signal });
    ended.abort(new Error('enough'));
    return { proof, again: await waiting.catch(({ message }) => message) };
  }, txid);
  expect(proof).toMatchObject({ txid });
  expect(again).toBe('enough');

  // It is paid while the page is closed. The watch goes on where it ended, and what was told is not told again.
  await watcher.page.goto('about:blank');
  const later = await pay(sender, address, 0);
  await sender.page.evaluate(
    (txid) => (globalThis as unknown as Scope).lightNode.waitForConfirmations(txid, 2).then(() => {}),
    later,
  );
  await watcher.page.goto(url);
  await watcher.waitForNode();
  const missed = await watcher.page.evaluate(async (address) => {
    const { lightNode } = globalThis as unknown as Scope;
    for await (const event of lightNode.watchAddress(address)) {
      if (event.kind === 'included') return event.txid;
    }
    return undefined;
  }, address);
  expect(missed).toBe(later);
});

it('a tab waits for confirmations while the tab that runs the node is killed', async () => {
  const context = await openContext();
  const first = await open(context);
  const second = await open(context);
  const txid = await pay(await open(await openContext()), '6b'.repeat(32));
  await second.page.evaluate((txid) => {
    const scope = globalThis as unknown as Scope;
    scope.watched = scope.lightNode
      .waitForConfirmations(txid, 4)
      .then(({ height, confirmations }) => ({ height, confirmations }));
  }, txid);
  await second.page.evaluate(
    (txid) => (globalThis as unknown as Scope).lightNode.waitForConfirmations(txid, 1).then(() => {}),
    txid,
  );
  await first.kill();
  const watched = await second.page.evaluate(() => (globalThis as unknown as Scope).watched);
  expect(watched).toMatchObject({ confirmations: 4 });
});

it('reads addresses of Bitcoin of every kind, and none of another network', async () => {
  const bitcoin = await servers.page('bitcoin-regtest', [(await servers.signal()).url]);
  const { page } = await Visitor.openIn(await openContext(), bitcoin, '');
  await page.waitForFunction('globalThis.lightNode !== undefined');
  const addresses = [
    'n4fajahJrAuKbN7uNsKjLjQkz9Qn5ewJXQ',
    '2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA',
    'bcrt1qdavt4j2sd7dlhqsavtnfxvzppw6k7qy97tmnu9',
    'bcrt1pfwxjqvtt4tcxrtdluukfmy2dv7xd2qzdfy6kajv5nwn4yam3wxkq3553uh',
    '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    'bcrt1qdavt4j2sd7dlhqsavtnfxvzppw6k7qy97tmnu8',
  ];
  const answers = await page.evaluate(async (addresses) => {
    const { lightNode } = globalThis as unknown as Scope;
    // Nothing is looked for, but the address is read first.
    const options = { signal: AbortSignal.abort() };
    const read = addresses.map((address) => lightNode.watchAddress(address, options).next());
    const settled = await Promise.allSettled(read);
    return settled.map((each) => (each.status === 'fulfilled' ? 'read' : (each.reason as Error).name));
  }, addresses);
  expect(answers).toEqual([...Array(4).fill('read'), ...Array(3).fill('RangeError')]);
});
