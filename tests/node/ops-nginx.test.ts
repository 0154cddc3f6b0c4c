/** nginx's configuration in ops/, held to what the repository's own server says of the page. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { pageHeaders } from '../../scripts/serve/page-policy.mjs';

it('the headers that nginx gives the page are those of page-policy.mjs', async () => {
  const text = await readFile(new URL('../../ops/nginx/page-headers.conf', import.meta.url), 'utf8');
  const given = [...text.matchAll(/^add_header (\S+) "([^"]*)" always;$/gm)].map(([, name, value]) => [
    name,
    value,
  ]);
  const expected = pageHeaders(['wss://light.example']);
  expect(Object.fromEntries(given)).toEqual({
    ...expected,
    'Strict-Transport-Security': 'max-age=31536000',
  });
  expect(text.match(/^add_header /gm)).toHaveLength(given.length);
});
