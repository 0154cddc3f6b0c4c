/** The API documentation as `npm start` serves it, below `/docs`. `npm run lint` writes it. */
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { build, docsStep } from '../../scripts/setup/build-steps.mjs';

let page: Awaited<ReturnType<typeof servePage>>;

/** Only there to end what hangs: where lint has not run before, the documentation is written here. */
const HOOK_MS = 300_000;

beforeAll(async () => {
  await build([docsStep]);
  page = await servePage({ port: 0 });
}, HOOK_MS);
afterAll(() => page.close());

/** Asks for a path as it is written: `fetch` would resolve its dots. */
function statusOf(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(page.url);
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('/docs', () => {
  it('answers with the first page, which names each package, and with the pages that it links to', async () => {
    const response = await fetch(`${page.url}/docs`);
    expect([response.status, response.url]).toEqual([200, `${page.url}/docs/`]);
    const text = await response.text();
    const links = [...text.matchAll(/href="(modules\/[^"]+)"/g)].map(([, link]) => link ?? '');
    const names = links.join();
    for (const name of ['browser-node', 'element', 'react', 'protocol', 'signal-server', 'gateway'])
      expect(names).toContain(name);
    for (const link of links) expect((await fetch(`${page.url}/docs/${link}`)).status, link).toBe(200);
    expect((await fetch(`${page.url}/docs/assets/style.css`)).headers.get('content-type')).toContain(
      'text/css',
    );
  });

  it.each([
    '/docs/none.html',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/../../package.json',
    '/docs/%',
    '/docs/%00.html',
  ])('has nothing at %s', async (path) => {
    expect(await statusOf(path)).toBe(404);
  });

  it('says what each export of the library is for', () => {
    for (const file of [
      'functions/browser-node_src.createLightNode',
      'functions/browser-node_src_react.useTip',
    ])
      expect(existsSync(`build/docs/${file}.html`), file).toBe(true);
  });
});
