/** Answers `/docs` with the API documentation, as `npm run docs` has written it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../run/run-command.mjs';

const folder = path.join(root, 'build/docs');

/** What typedoc writes. */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * What is below `/docs`: one of the documentation's files, or 404. Nothing outside of its folder can be named.
 *
 * @param {string} pathname  of the request, encoded, without `/docs`
 * @returns {Promise<{ status: number, headers: Record<string, string>, body: Buffer | string }>}
 */
export async function docsFile(pathname) {
  // Relative links need the slash.
  if (pathname === '') return { status: 301, headers: { Location: '/docs/' }, body: '' };
  const missing = {
    status: 404,
    headers: { 'Content-Type': 'text/plain' },
    body: 'No such page. See: npm run docs',
  };
  let name;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return missing;
  }
  const file = path.join(folder, name.endsWith('/') ? `${name}index.html` : name);
  const type = types[path.extname(file)];
  if (!file.startsWith(folder + path.sep) || type === undefined || name.includes('\0')) return missing;
  const body = await readFile(file).catch(() => undefined);
  return body === undefined ? missing : { status: 200, headers: { 'Content-Type': type }, body };
}
