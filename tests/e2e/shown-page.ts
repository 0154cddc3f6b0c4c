/** The built page as its visitor has it before them: opened, and read by test ids and by roles and names. */
import type { createLightNode } from '@vision-light/browser-node';
import type { Page } from 'puppeteer-core';
import { onTestFinished } from 'vitest';
import type { Stage } from './stage.js';

/** How long a page may take for one thing, in ms; a machine may have much else to do. */
const PATIENCE_MS = 50_000;

/** Who visits what. */
export interface Visit {
  readonly address: string;
  /** A script that runs before the page's own. */
  readonly before?: string;
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

/** A visitor's page, in a storage of its own that goes with the test. */
export async function visitPage(
  stage: Stage,
  { address, before, width = 1280, scheme = 'light' }: Visit,
): Promise<Page> {
  const browser = await stage.browserIn(scheme);
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  onTestFinished(async ({ task }) => {
    if (task.result?.state === 'fail') console.error(`A page showed:\n${await shown(page)}`);
    await context.close();
  });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.setViewport({ width, height: 800 });
  if (before !== undefined) await page.evaluateOnNewDocument(before);
  await page.goto(address);
  const isAsked = await page.evaluate(
    (wanted) => matchMedia(`(prefers-color-scheme: ${wanted})`).matches,
    scheme,
  );
  if (!isAsked) throw new Error(`the browser does not ask for ${scheme} colours`);
  return page;
}

/** The selector of a test id. */
export const at = (testId: string): string => `[data-testid="${testId}"]`;

/** What a page shows; for whoever reads of a failure. */
const shown = (page: Page): Promise<string> =>
  // biome-ignore lint/performance/useDomNodeTextContent: what is seen, line by line.
  page.evaluate(() => document.body.innerText).catch((error: unknown) => `nothing: ${String(error)}`);

/** Resolves with the text of the first element for a selector once it is visible and says this. */
export async function says(page: Page, selector: string, pattern: RegExp): Promise<string> {
  const text = await page.waitForFunction(
    (wanted, source) => {
      const element = document.querySelector<HTMLElement>(wanted);
      const isSeen = element?.checkVisibility({ visibilityProperty: true, opacityProperty: true });
      if (element === null || !isSeen) return false;
      // biome-ignore lint/performance/useDomNodeTextContent: what is seen, line by line.
      return new RegExp(source).test(element.innerText) && element.innerText;
    },
    {},
    selector,
    pattern.source,
  );
  return String(await text.jsonValue());
}

/** Resolves once a visible element has this role and this name, as a screen reader gives them. */
export async function named(page: Page, role: string, name: string) {
  const found = await page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`, { visible: true });
  if (found === null) throw new Error(`no ${role} is called ${name}`);
  return found;
}

/** Resolves once the page says that it has all headers. */
export const isSynced = (page: Page): Promise<string> => says(page, at('phase'), /^Synced$/);

/** A transaction in one of the newest blocks, as the page's own node has it. */
export const someTransaction = (page: Page) =>
  page.evaluate(async () => {
    const { lightNode } = globalThis as unknown as {
      lightNode: Awaited<ReturnType<typeof createLightNode>>;
    };
    for (let { height } = lightNode.tip; height > 0; height--) {
      const hash = (await lightNode.header(height))?.hash ?? '';
      const [tx] = (await lightNode.block(hash))?.transactions ?? [];
      if (tx !== undefined) return { id: tx.id, block: hash, sender: String(tx.fields.sender_pubkey) };
    }
    throw new Error('no block has transactions');
  });
