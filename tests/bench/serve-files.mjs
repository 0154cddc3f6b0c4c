/** A few files from memory, for pages that are made for a measurement. */
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

/**
 * @param {Record<string, string | Uint8Array>} files  by path; `/` is a document, all others are scripts
 * @returns {Promise<{ url: string, close: () => void }>} `url` ends with a slash
 */
export async function serveFiles(files) {
  const server = createServer(({ url }, response) => {
    const file = files[url];
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': url === '/' ? 'text/html' : 'text/javascript' });
    response.end(file);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const libraryFolder = new URL('../../packages/browser-node/dist/', import.meta.url);

/**
 * A page with nothing but a script, and the built library at `/index.js`.
 *
 * @param {string} title  of the page
 * @param {string} script  a module
 */
export async function serveLibrary(title, script = '') {
  const names = (await readdir(libraryFolder)).filter((name) => name.endsWith('.js'));
  const files = names.map(async (name) => [`/${name}`, await readFile(new URL(name, libraryFolder))]);
  return serveFiles({
    '/': `<!doctype html><title>${title}</title><script type="module">${script}</script>`,
    ...Object.fromEntries(await Promise.all(files)),
  });
}
