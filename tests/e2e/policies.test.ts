/** Pages whose content security policy says where workers come from, and who may start them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, type LibraryBuild, type LibraryPageConfig, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 300;
const TRUSTED = "require-trusted-types-for 'script'; trusted-types vision-light";
const stage = new Stage();
const { servers } = stage;
let network: LibraryPageConfig;
let library: LibraryBuild;

beforeAll(async () => {
  const signal = await servers.signal();
  network = { network: smallNetwork('vision-e2e-policies'), signal: [signal.url] };
  const gateway = await servers.gateway({ ...network, signal: [signal.url], history: HISTORY });
  [library] = await Promise.all([buildLibrary(), reaches(gateway, HISTORY)]);
});

/** The address of a page under a policy. @param options  more of the node's, as they stand in the page's script */
async function pageUnder(policy: string, options = ''): Promise<string> {
  const pages = await serveLibrary(
    { ...network, policy, options: `storage: 'memory', ${options}` },
    { now: library },
  );
  servers.defer(() => pages.close());
  return `${pages.url}/now/`;
}

describe('a page that requires trusted types', () => {
  it.each([
    ['with the worker inside the library', TRUSTED, ''],
    ['with the address of the worker', TRUSTED, "workerUrl: '/now/worker.js'"],
    [
      'with an address that its own policy trusts',
      `${TRUSTED} own`,
      "workerUrl: trustedTypes.createPolicy('own', { createScriptURL: (url) => url }).createScriptURL('/now/worker.js')",
    ],
  ])('runs a node, %s, and its hash workers', async (_, policy, options) => {
    const visitor = await Visitor.open(stage.browser, await pageUnder(policy, options));
    // Nothing is verified without a hash worker.
    await visitor.reaches(HISTORY);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });

  it('that does not list our policy: WORKER_FAILED, in the words of the browser', async () => {
    const context = await stage.browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(await pageUnder("require-trusted-types-for 'script'; trusted-types other"));
    const notice = await page.waitForSelector('[data-code="WORKER_FAILED"]');
    expect(await notice?.evaluate(({ textContent }) => textContent)).toMatch(
      /TrustedScriptURL|blocked by CSP/,
    );
    await context.close();
  });
});

it('a page on whose server the worker is missing: WORKER_FAILED, which says so', async () => {
  const rest = new Map([...library].filter(([name]) => name !== 'vision-worker.js'));
  const pages = await serveLibrary(network, { now: rest });
  servers.defer(() => pages.close());
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${pages.url}/now/`);
  const notice = await page.waitForSelector('[data-code="WORKER_FAILED"]');
  expect(await notice?.evaluate(({ textContent }) => textContent)).toContain('its script cannot be loaded');
  await context.close();
});

describe('a page that forbids workers from blob:', () => {
  const policy = "worker-src 'self'";

  it('is told by WORKER_FAILED of the option that helps', async () => {
    const context = await stage.browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(await pageUnder(policy));
    const notice = await page.waitForSelector('[data-code="WORKER_FAILED"]');
    expect(await notice?.evaluate(({ textContent }) => textContent)).toContain('the option workerUrl helps');
    await context.close();
  });

  it('runs a node, and its hash workers, with that option', async () => {
    const url = await pageUnder(policy, "workerUrl: new URL('/now/worker.js', location.href)");
    const visitor = await Visitor.open(stage.browser, url);
    await visitor.reaches(HISTORY);
    await visitor.close();
  });
});
