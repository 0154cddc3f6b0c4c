/** What a page does that is synced and that nobody touches: it draws what changed, and nothing else. */
import type { createLightNode } from '@vision-light/browser-node';
import type { Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallNetwork } from './servers.js';
import { Stage } from './stage.js';

type LightNodeHandle = Awaited<ReturnType<typeof createLightNode>>;

/** What is counted in the page, from its start on. */
interface Counts {
  /** Frames that its scripts asked for. */
  frames: number;
  /** Animations and transitions that began. */
  animations: number;
  /** Changes of what is below the head, counted once for each drawing. */
  drawings: number;
}

type Watched = typeof globalThis & { lightNode: LightNodeHandle; counts: Counts };

/** Blocks for which a page is watched. */
const BLOCKS = 6;
const network = smallNetwork('vision-e2e-rest');
const stage = new Stage();
const { servers } = stage;

let url: string;
beforeAll(async () => {
  ({ url } = await servers.minedPage(network, 100));
});

/** A page that has come to rest: synced, a few blocks seen, and every fade of the beginning over. */
async function restingPage(route = ''): Promise<Page> {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.evaluateOnNewDocument(() => {
    const counts = { frames: 0, animations: 0, drawings: 0 };
    (globalThis as Watched).counts = counts;
    const ask = requestAnimationFrame;
    globalThis.requestAnimationFrame = (callback) => {
      counts.frames++;
      return ask(callback);
    };
    for (const type of ['animationstart', 'transitionrun'])
      addEventListener(type, () => counts.animations++, true);
    addEventListener('DOMContentLoaded', () => {
      const watcher = new MutationObserver(() => counts.drawings++);
      watcher.observe(document.body, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    });
  });
  await page.goto(`${url}/${route}`);
  await page.waitForFunction('globalThis.lightNode?.status.phase === "synced"', { polling: 50 });
  await counted(page, 3);
  await page.waitForFunction('document.getAnimations().length === 0', { polling: 50 });
  return page;
}

/** What happens in a page while so many blocks come. */
function counted(page: Page, blocks: number): Promise<Counts & { readonly seconds: number }> {
  return page.evaluate(async (wanted) => {
    const { counts, lightNode } = globalThis as Watched;
    const before = { ...counts };
    const since = performance.now();
    let tips = 0;
    for await (const _ of lightNode.tips()) if (++tips > wanted) break;
    return {
      frames: counts.frames - before.frames,
      animations: counts.animations - before.animations,
      drawings: counts.drawings - before.drawings,
      seconds: (performance.now() - since) / 1000,
    };
  }, blocks);
}

describe('a page at rest', () => {
  it.each([
    ['the overview', '#/'],
    ['charts', '#/charts'],
    ['trust', '#/trust'],
    ['a header', '#/header/50'],
  ])(
    'that shows %s is drawn at most twice for a block, and else once in ten seconds for its ages, and animates nothing',
    async (_view, route) => {
      const page = await restingPage(route);
      const { frames, animations, drawings, seconds } = await counted(page, BLOCKS);
      expect(animations).toBe(0);
      // Once for the tip, and once more where its header is read late.
      expect(frames).toBeLessThanOrEqual(2 * BLOCKS + seconds / 10 + 2);
      expect(drawings).toBeGreaterThanOrEqual(BLOCKS / 2);
      expect(await page.evaluate('document.getAnimations().length')).toBe(0);
    },
  );

  it('is not drawn while it is hidden, and is up to date once it is shown again', async () => {
    const page = await restingPage();
    const other = await page.browserContext().newPage();
    await other.bringToFront();
    await page.waitForFunction('document.hidden', { polling: 50 });
    // What was on its way before.
    await counted(page, 1);
    const { drawings } = await counted(page, BLOCKS);
    expect(drawings).toBe(0);
    await page.bringToFront();
    await page.waitForFunction(
      () =>
        Number(document.querySelector<HTMLElement>('[data-testid="height"]')?.dataset.value) ===
        (globalThis as Watched).lightNode.tip.height,
      { polling: 50 },
    );
  });
});
