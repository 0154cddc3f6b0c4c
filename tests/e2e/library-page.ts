/** The library as an application bundles it, from its sources: in a page of its own, and in builds that stand for releases. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { CustomNetwork } from '@vision-light/protocol';
import { build, type Plugin } from 'vite';
import { nodeSources, sourceConditions } from '../../packages/browser-node/vite.node-sources.js';

const root = fileURLToPath(new URL('../../packages/browser-node', import.meta.url));

/** The files that a build of the library is made of, by name. */
export type LibraryBuild = ReadonlyMap<string, string>;

/** Bundles the library. @param versionsAhead  by how many its database's version is later than that of the sources */
export async function buildLibrary(versionsAhead = 0): Promise<LibraryBuild> {
  const result = await build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    plugins: nodeSources({ isMinified: false, workerPlugins: [laterDatabase(versionsAhead)] }),
    resolve: { conditions: sourceConditions },
    build: {
      write: false,
      minify: false,
      target: 'es2023',
      lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    },
  });
  const files = (Array.isArray(result) ? result : [result]).flatMap((each) =>
    'output' in each ? each.output : [],
  );
  return new Map(
    files.map((file) => [file.fileName, file.type === 'chunk' ? file.code : String(file.source)]),
  );
}

/** A release that comes so many versions later. */
function laterDatabase(versions: number): Plugin {
  return {
    name: 'later-database',
    transform(code, id) {
      if (versions === 0 || !id.endsWith('/store/node-database.ts')) return undefined;
      const later = code.replace('SCHEMA_VERSION = ', `SCHEMA_VERSION = ${versions} + `);
      if (later === code) throw new Error('the version of the database is somewhere else');
      return later;
    },
  };
}

/** What the pages of {@link serveLibrary} are told. */
export interface LibraryPageConfig {
  readonly network: CustomNetwork;
  readonly signal: readonly string[];
  /** A content security policy for everything that is served. */
  readonly policy?: string;
  /** More of a node's options, as they stand in the page's script. */
  readonly options?: string;
}

/** Starts a node, shows each error as the project's own page does, and notes what becomes of its transactions. */
function pageOf({ network, signal, options = '' }: LibraryPageConfig, release: string): string {
  return `<!doctype html><html lang="en"><title>A page with a node</title><link rel="icon" href="data:,"><ul data-testid="notices"></ul>
    <script type="module">
      import { createKey, createLightNode, diagnose } from '/${release}/index.js';
      Object.assign(globalThis, { createKey, createLightNode, diagnose, sentNews: [] });
      const tell = ({ code, message }) => {
        const notice = document.createElement('li');
        notice.dataset.code = code;
        notice.textContent = message;
        document.querySelector('ul').append(notice);
      };
      try {
        const node = await createLightNode({ ...${JSON.stringify({ network, signal, hashers: 1 })}, ${options} });
        node.subscribe('error', tell);
        node.subscribe('transaction', (news) => globalThis.sentNews.push(news));
        globalThis.lightNode = node;
      } catch (error) {
        tell(error);
      }
    </script></html>`;
}

/** What is fetched from here makes the browser clear the data of the site. */
export const CLEARING_PATH = 'clear';

/**
 * Serves one page for each build, all of one origin, at the builds' names.
 *
 * @param builds  by name
 */
export async function serveLibrary(
  config: LibraryPageConfig,
  builds: Readonly<Record<string, LibraryBuild>>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(({ url = '' }, response) => {
    const [, name = '', file = ''] = url.split('/');
    const made = builds[name];
    if (name === CLEARING_PATH) {
      response.writeHead(200, { 'Clear-Site-Data': '"storage"' }).end();
      return;
    }
    const text = file === '' ? pageOf(config, name) : made?.get(file);
    response.writeHead(made === undefined || text === undefined ? 404 : 200, {
      'Content-Type': file === '' ? 'text/html' : 'text/javascript',
      ...(config.policy === undefined ? {} : { 'Content-Security-Policy': config.policy }),
    });
    response.end(made === undefined ? undefined : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
