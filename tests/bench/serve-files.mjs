/** A few files from memory, for pages that are made for a measurement. */
import { once } from 'node:events';
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
