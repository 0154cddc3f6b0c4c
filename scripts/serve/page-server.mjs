/** Serves the built web page, `config.json` from memory, and the API documentation under `/docs`. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { preview } from 'vite';
import { PlainError, root as repository } from '../run/run-command.mjs';
import { docsFile } from './docs-files.mjs';
import { docsHeaders, pageHeaders, signalSources } from './page-policy.mjs';

const root = path.join(repository, 'packages/explorer');
const outDir = 'dist';

/** The host by default: this machine only, by the address that both `localhost` and `127.0.0.1` reach. */
const DEFAULT_HOST = '127.0.0.1';

/**
 * Serves the page until it is closed.
 *
 * @param {{ port: number, host?: string, config?: { network?: string | object, signal?: string[], checkpoint?: object | false } }} options
 *   `port`: 0 takes a free one; `host`: the address to listen on; `config`: what the page reads from `config.json`
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} `url` has no trailing slash
 * @throws {Error} in one sentence, if the port is in use or the page is not built
 * @throws {RangeError} if the port is none
 */
export async function servePage({ port, host, config = {} }) {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`port must be an integer from 0 to 65535, got ${port}`);
  }
  if (!existsSync(`${root}/${outDir}/index.html`)) {
    throw new PlainError(
      `The page is not built: ${root}/${outDir}/index.html is missing. Run: npm run build`,
    );
  }
  let server;
  try {
    server = await preview({
      root,
      configFile: false,
      logLevel: 'error',
      // Files only: an unknown path is answered with 404 and not with the page.
      appType: 'mpa',
      build: { outDir },
      preview: {
        port,
        host: host ?? DEFAULT_HOST,
        strictPort: true,
        // The page is served under every name of this machine. It holds nothing that another site could misuse.
        allowedHosts: true,
        open: false,
      },
      plugins: [
        headersPlugin([config.signal ?? []].flat()),
        configPlugin(JSON.stringify(config)),
        docsPlugin(),
      ],
    });
  } catch (error) {
    if (/already in use|EADDRINUSE/.test(String(error?.message))) {
      throw new PlainError(`Port ${port} is already in use, so the page cannot be served there.`);
    }
    if (error?.code === 'EACCES') throw new PlainError(`Port ${port} may not be used by this user.`);
    if (error?.syscall) throw new PlainError(`The page cannot be served: ${error.message}.`);
    throw error;
  }
  const { httpServer } = server;
  return {
    url: `http://${hostForPeople(host)}:${httpServer.address().port}`,
    async close() {
      // A browser's idle connection must not outlive the server.
      httpServer.closeAllConnections();
      await server.close();
    },
  };
}

function hostForPeople(host) {
  if (host === undefined || host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * A plugin that gives every answer the page's headers. The document may connect to the signaling servers that `config.json`
 * names, and to those that its own address does.
 */
function headersPlugin(signal) {
  return {
    name: 'vision-light-headers',
    configurePreviewServer(server) {
      server.middlewares.use((request, response, next) => {
        const asked = new URLSearchParams(request.url.split('?')[1]).getAll('signal');
        const named = [...signal, ...asked.flatMap((text) => text.split(','))];
        const hostname = (request.headers.host ?? 'localhost').replace(/:\d+$/, '');
        const headers = pageHeaders(signalSources(named, hostname));
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        next();
      });
    },
  };
}

/** A plugin that answers `/config.json`. */
function configPlugin(body) {
  return {
    name: 'vision-light-config',
    configurePreviewServer(server) {
      server.middlewares.use('/config.json', (_request, response) => {
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Cache-Control': 'no-store',
        });
        response.end(body);
      });
    },
  };
}

/** A plugin that answers what is below `/docs`. */
function docsPlugin() {
  return {
    name: 'vision-light-docs',
    configurePreviewServer(server) {
      server.middlewares.use('/docs', async ({ originalUrl = '' }, response) => {
        const [pathname] = originalUrl.slice('/docs'.length).split('?');
        const { status, headers: own, body } = await docsFile(pathname);
        const html = own['Content-Type']?.startsWith('text/html') ? String(body) : '';
        response.writeHead(status, { ...docsHeaders(html), ...own });
        response.end(body);
      });
    },
  };
}
