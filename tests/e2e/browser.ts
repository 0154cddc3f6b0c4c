/**
 * A real browser with real pages: Chromium, or Firefox where BROWSER_ENGINE says so. Each page has a storage of its own, as
 * in the browser of another visitor.
 */
import type { createLightNode } from '@vision-light/browser-node';
import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { chromiumArgs, findChromium } from '../../scripts/setup/chromium.mjs';
import { launchFirefox } from '../../scripts/setup/firefox.mjs';

type LightNodeHandle = Awaited<ReturnType<typeof createLightNode>>;

/** The tip of a page. Chainwork is text, since bigints cannot be passed from the page to the test. */
export interface PageTip {
  readonly height: number;
  readonly hash: string;
  readonly chainwork: string;
}

/** A browser that the tests can run in. */
export type Engine = 'chromium' | 'firefox';

/** The browser of this run. */
export const engine: Engine = process.env.BROWSER_ENGINE === 'firefox' ? 'firefox' : 'chromium';

/** The colours that a visitor has asked the browser for. */
export type Scheme = 'light' | 'dark';

/** What each engine calls a scheme: a value of Chromium's enumeration, and of Firefox's setting. */
const schemeValues = { dark: 0, light: 1 } as const;

/**
 * @param scheme  of the whole browser, for WebDriver BiDi cannot set it for one page
 * @param more  arguments for Chromium
 */
export async function launchBrowser(
  which: Engine = engine,
  scheme: Scheme = 'light',
  more: readonly string[] = [],
): Promise<Browser> {
  const value = schemeValues[scheme];
  if (which === 'chromium') {
    const args = [...chromiumArgs, ...more, `--blink-settings=preferredColorScheme=${value}`];
    return puppeteer.launch({ executablePath: await findChromium(), args });
  }
  return launchFirefox({ 'layout.css.prefers-color-scheme.content-override': value });
}

/** The database of a page, and how to await a request to it. */
interface OpenDatabase {
  readonly database: IDBDatabase;
  readonly finished: <T>(request: IDBRequest<T>) => Promise<T>;
}

/** Runs in the page, as `body` does: opens its database for that time. */
async function withDatabase(
  body: (open: OpenDatabase, ...args: unknown[]) => Promise<unknown>,
  ...args: unknown[]
): Promise<unknown> {
  const finished = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const [{ name = '' } = {}] = await indexedDB.databases();
  const database = await finished(indexedDB.open(name));
  try {
    return await body({ database, finished }, ...args);
  } finally {
    database.close();
  }
}

/** A script that asks the page's database, for `evaluate` and `waitForFunction`. @param body  knows only what it is given */
function databaseScript<Args extends readonly unknown[]>(
  body: (open: OpenDatabase, ...args: Args) => Promise<unknown>,
  ...args: Args
): string {
  return `(${withDatabase})(${[String(body), ...args.map((each) => JSON.stringify(each))].join()})`;
}

/** One visitor: a page in a storage of its own. */
export class Visitor {
  /** What the page printed as errors, for the message of a failing test. */
  readonly complaints: string[] = [];

  private constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  /** @param watch  `disconnection`: records from the start with which codes peers are disconnected */
  static async open(browser: Browser, url: string, watch?: 'disconnection'): Promise<Visitor> {
    const context = await browser.createBrowserContext();
    const visitor = new Visitor(await context.newPage());
    if (watch === 'disconnection') await visitor.#watchDisconnections();
    await visitor.page.goto(url);
    await visitor.waitForNode();
    return visitor;
  }

  /** Opens a second tab of the same visitor, in the same storage. @param before  a script that runs before the page's own */
  async openTab(url: string, before?: string): Promise<Visitor> {
    return Visitor.openIn(this.page.browserContext(), url, before);
  }

  /**
   * Opens a tab in a storage.
   *
   * @param before  a script that runs before the page's own
   * @param prepare  called before the page is loaded
   */
  static async openIn(
    context: BrowserContext,
    url: string,
    before?: string,
    prepare?: (page: Page) => Promise<unknown>,
  ): Promise<Visitor> {
    const tab = new Visitor(await context.newPage());
    await prepare?.(tab.page);
    if (before !== undefined) await tab.page.evaluateOnNewDocument(before);
    await tab.page.goto(url);
    await tab.waitForNode();
    return tab;
  }

  /** Resolves once the page has its node. */
  async waitForNode(): Promise<void> {
    // Not with each frame, as by default: a tab in the background draws none.
    await this.page.waitForFunction('globalThis.lightNode !== undefined', { polling: 50 });
  }

  /** The verified tip as it is now. */
  async tip(): Promise<PageTip> {
    return this.page.evaluate(() => {
      const { tip } = (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode;
      return { height: tip.height, hash: tip.hash, chainwork: String(tip.chainwork) };
    });
  }

  /** Resolves once the verified tip is at least this high. */
  async reaches(height: number): Promise<PageTip> {
    await this.page.evaluate(async (wanted) => {
      const node = (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode;
      for await (const tip of node.tips()) if (tip.height >= wanted) return;
    }, height);
    return this.tip();
  }

  /** Resolves once the best chain is on disk up to this height. */
  async hasStored(height: number): Promise<void> {
    await this.page.evaluate(
      (wanted) =>
        new Promise<void>((resolve) => {
          const node = (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode;
          const look = (): void => {
            if (node.status.storedHeight < wanted) return;
            unsubscribe();
            resolve();
          };
          const unsubscribe = node.subscribe('status', look);
          look();
        }),
      height,
    );
  }

  /** Resolves once the page shows an event of this code, which its node has reported since it was loaded. */
  async isTold(code: string): Promise<void> {
    await this.page.waitForSelector(`[data-testid="notices"] > [data-code="${code}"]`);
  }

  /** Resolves once the page has at least this many peers of the kind, or of any kind. */
  async hasPeers(count: number, kind?: 'browser' | 'gateway'): Promise<void> {
    await this.page.evaluate(
      (wanted, wantedKind) =>
        new Promise<void>((resolve) => {
          const node = (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode;
          const look = (): void => {
            const peers = node.peers().filter((peer) => wantedKind === undefined || peer.kind === wantedKind);
            if (peers.length < wanted) return;
            unsubscribe();
            resolve();
          };
          const unsubscribe = node.subscribe('peer', look);
          look();
        }),
      count,
      kind,
    );
  }

  /** Starts to collect events of a type; `collected` returns them as JSON, bigints as text. */
  async collect(type: 'reorg' | 'error' | 'peer' | 'transactions'): Promise<void> {
    await this.page.evaluate((wanted) => {
      const scope = globalThis as unknown as {
        lightNode: LightNodeHandle;
        collected?: Record<string, unknown[]>;
      };
      scope.collected ??= {};
      const list: unknown[] = [];
      scope.collected[wanted] = list;
      scope.lightNode.subscribe(wanted, (value: unknown) => list.push(value));
    }, type);
  }

  async collected<T>(type: 'reorg' | 'error' | 'peer' | 'transactions'): Promise<T[]> {
    const json = await this.page.evaluate((wanted) => {
      const { collected } = globalThis as unknown as { collected: Record<string, unknown[]> };
      return JSON.stringify(collected[wanted], (_key, value) =>
        typeof value === 'bigint' ? String(value) : value,
      );
    }, type);
    return JSON.parse(json) as T[];
  }

  /** Hash of the page's best chain at a height. */
  async hashAt(height: number): Promise<string | undefined> {
    return this.page.evaluate(async (wanted) => {
      const node = (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode;
      return (await node.header(wanted))?.hash;
    }, height);
  }

  /** Flips one bit in the middle of a record of the page's database, as a bad disk would. */
  async damageRecord(table: string, key: number | string): Promise<void> {
    const flip = async (
      { database, finished }: OpenDatabase,
      table: string,
      key: number | string,
    ): Promise<void> => {
      const store = database.transaction(table, 'readwrite').objectStore(table);
      const bytes: Uint8Array = await finished(store.get(key));
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] as number) ^ 1;
      await finished(store.put(bytes, key));
    };
    await this.page.evaluate(databaseScript(flip, table, key));
  }

  /** Puts records into the page's database in place of all that some tables hold, as another page of the origin could. */
  putRecords(
    records: readonly { readonly table: string; readonly key: number | string; readonly value: Uint8Array }[],
    emptied: readonly string[],
  ): Promise<void> {
    return this.page.evaluate(
      async (records, emptied) => {
        const [{ name = '' } = {}] = await indexedDB.databases();
        const database = await new Promise<IDBDatabase>((resolve, reject) => {
          const request = indexedDB.open(name);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        const tables = [...new Set([...emptied, ...records.map(({ table }) => table)])];
        const change = database.transaction(tables, 'readwrite');
        for (const table of emptied) change.objectStore(table).clear();
        for (const { table, key, value } of records)
          change.objectStore(table).put(Uint8Array.from(value), key);
        await new Promise<void>((resolve, reject) => {
          change.oncomplete = () => resolve();
          change.onabort = () => reject(change.error);
        });
        database.close();
      },
      records.map(({ table, key, value }) => ({ table, key, value: [...value] })),
      [...emptied],
    );
  }

  /** Resolves once a record is in the page's database. */
  async hasRecord(table: string, key: number): Promise<void> {
    const isThere = async (
      { database, finished }: OpenDatabase,
      table: string,
      key: number,
    ): Promise<boolean> => (await finished(database.transaction(table).objectStore(table).count(key))) > 0;
    await this.page.waitForFunction(databaseScript(isThere, table, key), { polling: 100 });
  }

  /** Version of the page's database, and how many records a table has. */
  async countRecords(table: string): Promise<{ readonly count: number; readonly version: number }> {
    const count = async ({ database, finished }: OpenDatabase, table: string) => ({
      count: await finished(database.transaction(table).objectStore(table).count()),
      version: database.version,
    });
    return (await this.page.evaluate(databaseScript(count, table))) as Awaited<ReturnType<typeof count>>;
  }

  /** Listens to the node as soon as the page has it, before it has any peer. */
  async #watchDisconnections(): Promise<void> {
    await this.page.evaluateOnNewDocument(() => {
      const scope = globalThis as unknown as {
        disconnectCodes: string[];
        disconnected: Promise<void>;
        lightNode?: LightNodeHandle;
      };
      let handle: LightNodeHandle | undefined;
      scope.disconnectCodes = [];
      scope.disconnected = new Promise((resolve) => {
        Object.defineProperty(scope, 'lightNode', {
          configurable: true,
          get: () => handle,
          set: (node: LightNodeHandle) => {
            handle = node;
            node.subscribe('peer', ({ change }) => {
              if (change.kind !== 'disconnected' || change.code === undefined) return;
              scope.disconnectCodes.push(change.code);
              resolve();
            });
          },
        });
      });
    });
  }

  /** Resolves with the codes so far once a peer was disconnected. Needs a visitor that watches disconnections. */
  async disconnectCodes(): Promise<string[]> {
    return this.page.evaluate(async () => {
      const scope = globalThis as unknown as { disconnectCodes: string[]; disconnected: Promise<void> };
      await scope.disconnected;
      return scope.disconnectCodes;
    });
  }

  /** Loads the page anew. @returns its first tip, from before it can have any peer */
  async reload(): Promise<PageTip> {
    await this.page.evaluateOnNewDocument(() => {
      const scope = globalThis as unknown as { firstTip?: PageTip; lightNode?: LightNodeHandle };
      let handle: LightNodeHandle | undefined;
      Object.defineProperty(scope, 'lightNode', {
        configurable: true,
        get: () => handle,
        set: (node: LightNodeHandle) => {
          handle = node;
          const { height, hash, chainwork } = node.tip;
          scope.firstTip ??= { height, hash, chainwork: String(chainwork) };
        },
      });
    });
    await this.page.reload();
    await this.waitForNode();
    return this.page.evaluate(() => (globalThis as unknown as { firstTip: PageTip }).firstTip);
  }

  /**
   * Ends the tab as the end of its process does: no code of it runs any more. In Firefox one process may have all tabs of an
   * origin, so there the tab is closed; a test whose page is not to hear of it makes it deaf.
   */
  async kill(): Promise<void> {
    if (engine === 'firefox') {
      await this.page.close();
      return;
    }
    const session = await this.page.createCDPSession();
    // Never answered.
    session.send('Page.crash').catch(() => {});
  }

  async close(): Promise<void> {
    await this.page.browserContext().close();
  }
}
