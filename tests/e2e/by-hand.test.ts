/** Two pages are joined by texts that persons carry from one to the other, with no server that introduces anybody. */
import type { Invitation } from '@vision-light/browser-node';
import type { Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** Nobody listens there. */
const DEAD_SERVER = 'http://127.0.0.1:9/';

/** What a person takes to read a code, and to have the answer read: longer than either browser's ICE tries by itself. */
const PERSON_MS = 17_000;

const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-by-hand');
/** Addresses of pages: one names no server, one a dead one, one joins another network. */
const pages = { alone: '', dead: '', other: '' };

beforeAll(async () => {
  const library = await buildLibrary();
  const serve = async (config: Parameters<typeof serveLibrary>[0]): Promise<string> => {
    const served = await serveLibrary(config, { now: library });
    servers.defer(() => served.close());
    return `${served.url}/now/`;
  };
  pages.alone = await serve({ network, signal: [] });
  pages.dead = await serve({ network, signal: [DEAD_SERVER] });
  pages.other = await serve({ network: smallNetwork('vision-e2e-by-hand-other'), signal: [] });
});

interface Scope {
  lightNode: Awaited<ReturnType<typeof import('@vision-light/browser-node').createLightNode>>;
  /** What was made last. */
  note: Invitation | undefined;
}

/** Makes an invitation. @returns its text */
async function invite({ page }: Visitor): Promise<string> {
  return page.evaluate(async () => {
    const scope = globalThis as unknown as Scope;
    scope.note = await scope.lightNode.invite();
    return scope.note.text;
  });
}

/** Gives the page a text. @returns the text to carry back, `joined`, or the code of a refusal */
async function accept({ page }: Visitor, text: string): Promise<string> {
  return page.evaluate(async (text) => {
    const scope = globalThis as unknown as Scope;
    try {
      scope.note = await scope.lightNode.accept(text);
      return scope.note?.text ?? 'joined';
    } catch (error) {
      return (error as { code: string }).code;
    }
  }, text);
}

async function isJoined(page: Page): Promise<string> {
  return page.evaluate(() =>
    (globalThis as unknown as Scope).note?.joined.then(
      () => 'joined',
      ({ code }) => code,
    ),
  );
}

async function mineOne({ page }: Visitor): Promise<number> {
  return page.evaluate(async () => {
    const { lightNode } = globalThis as unknown as Scope;
    for await (const event of lightNode.mine()) if (event.kind === 'mined') return event.height;
    return 0;
  });
}

describe('two pages are joined by hand', () => {
  it('with no server, or a dead one, by a person who takes time; then they sync', async () => {
    const a = await Visitor.open(stage.browser, pages.alone);
    const b = await Visitor.open(stage.browser, pages.dead);
    const findings = await a.page.evaluate(async () =>
      (await (globalThis as unknown as Scope).lightNode.diagnose()).findings.map(({ code }) => code),
    );
    expect(findings).toContain('ONLY_INVITED');
    const invitation = await invite(a);
    expect(invitation).toMatch(/^VL1[A-Z2-7]{100,400}$/);
    const answer = await accept(b, invitation);
    expect(answer).toMatch(/^VL1[A-Z2-7]{100,400}$/);
    await new Promise((resolve) => setTimeout(resolve, PERSON_MS));
    expect(await accept(a, answer)).toBe('joined');
    expect(await isJoined(b.page)).toBe('joined');
    await Promise.all([a.hasPeers(1), b.hasPeers(1)]);
    await b.reaches(await mineOne(a));
    expect(await accept(a, answer)).toBe('INVITE_USED');
    expect(await accept(b, invitation)).toBe('INVITE_USED');
  });

  it('from a tab that shows the node of another one', async () => {
    const a = await Visitor.open(stage.browser, pages.alone);
    const follower = await a.openTab(pages.alone);
    const b = await Visitor.open(stage.browser, pages.alone);
    const answer = await accept(b, await invite(follower));
    expect(await accept(follower, answer)).toBe('joined');
    expect(await isJoined(b.page)).toBe('joined');
    await Promise.all([a.hasPeers(1), follower.hasPeers(1)]);
  });
});

describe('a page refuses', () => {
  it.each([
    ['INVITE_MALFORMED', 'what is no invitation', async () => 'VL1HELLO'],
    [
      'INVITE_WRONG_NETWORK',
      'an invitation of another network',
      async () => invite(await Visitor.open(stage.browser, pages.other)),
    ],
    [
      'INVITE_EXPIRED',
      'an invitation whose time is over',
      async () => {
        const before = 'const now = Date.now; Date.now = () => now() - 601_000;';
        const context = await stage.browser.createBrowserContext();
        return invite(await Visitor.openIn(context, pages.alone, before));
      },
    ],
    [
      'INVITE_UNKNOWN',
      'the answer to an invitation of another page',
      async () => {
        const [c, d] = [
          await Visitor.open(stage.browser, pages.alone),
          await Visitor.open(stage.browser, pages.alone),
        ];
        return accept(d, await invite(c));
      },
    ],
  ])('%s: %s', async (code, _what, text) => {
    const a = await Visitor.open(stage.browser, pages.alone);
    expect(await accept(a, await text())).toBe(code);
  });

  it('INVITE_OWN: its own invitation', async () => {
    const a = await Visitor.open(stage.browser, pages.alone);
    expect(await accept(a, await invite(a))).toBe('INVITE_OWN');
  });

  it('INVITES_FULL: a fifth invitation, while nobody answers the others', async () => {
    const a = await Visitor.open(stage.browser, pages.alone);
    const codes = await a.page.evaluate(async () => {
      const { lightNode } = globalThis as unknown as Scope;
      const made = Array.from({ length: 5 }, () =>
        lightNode.invite().then(
          () => 'made',
          ({ code }) => code as string,
        ),
      );
      return (await Promise.all(made)).sort();
    });
    expect(codes).toEqual(['INVITES_FULL', 'made', 'made', 'made', 'made']);
  });
});
