/** The browser package as anyone gets it: packed, installed in a project that has nothing else, type-checked, bundled. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const run = promisify(execFile);

/** Uses everything that the package exports; what is marked must not type-check, so nothing of it is `any`. */
const application = `import {
  type Block,
  createLightNode,
  type CustomNetwork,
  type HeaderInfo,
  type IceServer,
  LightNodeError,
  type LightNodeErrorCode,
  type LightNodeHandle,
  type LightNodeOptions,
  lightNodeErrors,
  type Listener,
  type Metrics,
  type PeerChange,
  type PeerInfo,
  type Phase,
  type Reorg,
  type Status,
  type Subscriptions,
  type Tip,
  type TipsOptions,
} from '@vision-light/browser-node';
import workerUrl from '@vision-light/browser-node/worker.js?url';

const network: CustomNetwork = {
  name: 'packed',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 4, writeEvery: 4 },
  targetSpacingS: 5,
};
const iceServers: readonly IceServer[] = [{ urls: ['stun:stun.example'] }];
const options: LightNodeOptions = {
  network,
  signal: ['https://signal.example'],
  iceServers,
  storage: 'memory',
  hashers: 2,
  maxPeers: 8,
  followedBlocks: 0,
  reportMetrics: false,
  workerUrl,
};
// @ts-expect-error: signal is missing
const incomplete: LightNodeOptions = {};
// @ts-expect-error: no such network
const unknown: LightNodeOptions = { signal: [], network: 'vision-moonnet' };

export async function follow(show: (text: string) => void): Promise<void> {
  let node: LightNodeHandle;
  try {
    node = await createLightNode(options);
  } catch (error) {
    const code: LightNodeErrorCode | undefined = error instanceof LightNodeError ? error.code : undefined;
    show(code === undefined ? String(error) : lightNodeErrors[code]);
    return;
  }
  const onReorg: Listener<'reorg'> = ({ ancestor, disconnected, connected }: Reorg) =>
    show([ancestor, ...disconnected, ...connected].map(({ height }) => height).join());
  const end: () => void = node.subscribe('reorg', onReorg);
  node.subscribe('tip', ({ chainwork }: Tip) => show(String(chainwork + 1n)));
  node.subscribe('status', ({ phase, storedHeight }: Status) => show((phase satisfies Phase) + storedHeight));
  node.subscribe('peer', ({ change, peers }: PeerChange) => show(change.kind + peers.length));
  node.subscribe('error', ({ code, message }: Subscriptions['error']) => show(code + message));
  // @ts-expect-error: no such subscription
  node.subscribe('cat', () => {});
  const header: HeaderInfo | undefined = await node.header(0);
  const block: Block | undefined = header && (await node.block(header.hash));
  const body: Uint8Array | undefined = block?.body;
  const metrics: Metrics = node.metrics();
  const peers: readonly PeerInfo[] = node.peers();
  show([body?.length, metrics.vision_p2p_peers, peers.length].join());
  const tips: TipsOptions = { signal: AbortSignal.timeout(1000) };
  for await (const tip of node.tips(tips)) show(tip.hash.toUpperCase());
  // @ts-expect-error: the handle is read only
  node.tip = undefined;
  end();
  await node.close();
}

void follow((text) => document.body.append(text)).then(() => [incomplete, unknown]);
`;

const page =
  '<!doctype html><html lang="en"><body><script type="module" src="/main.ts"></script></body></html>';

/** Whatever fetches another module or script: imports and exports from one, and calls. */
function importsIn(script: string): string[] {
  const source = ts.createSourceFile('x.js', script, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isImport =
      ts.isImportDeclaration(node) || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined);
    const isCall =
      ts.isCallExpression(node) && /^(import|importScripts|require)$/.test(node.expression.getText());
    if (isImport || isCall) found.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('the packed browser package', () => {
  let project = '';
  const inProject = (...names: string[]): string => path.join(project, ...names);
  const runNode = (...args: string[]) => run(process.execPath, args, { cwd: project });

  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
    const packed = await run(
      'npm',
      ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', project],
      { cwd: path.join(root, 'packages/browser-node') },
    );
    const [{ filename }] = JSON.parse(packed.stdout);
    await mkdir(inProject('node_modules'));
    await writeFile(inProject('package.json'), '{"name":"application","private":true,"type":"module"}');
    await writeFile(inProject('index.html'), page);
    await writeFile(inProject('main.ts'), application);
    await writeFile(
      inProject('url.d.ts'),
      "declare module '*?url' { const url: string; export default url; }",
    );
    // Offline, so whatever it needed beside itself would be missed here.
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', filename], { cwd: project });
  });

  afterAll(() => rm(project, { recursive: true, force: true }));

  it('comes alone, with what it names and nothing else', async () => {
    const installed = await readdir(inProject('node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['@vision-light']);
    expect(await readdir(inProject('node_modules/@vision-light'))).toEqual(['browser-node']);
    const files = await readdir(inProject('node_modules/@vision-light/browser-node'), { recursive: true });
    expect(files.sort()).toEqual([
      'LICENSE',
      'README.md',
      'dist',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/licenses-page.md',
      'dist/licenses-worker.md',
      'dist/worker.js',
      'package.json',
    ]);
  });

  it.each([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])('type-checks under --strict with --module %s and --moduleResolution %s', async (module, resolution) => {
    const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
    const libraries = 'ES2023,DOM,DOM.Iterable,DOM.AsyncIterable';
    const places = [
      '--module',
      module,
      '--moduleResolution',
      resolution,
      '--target',
      'es2023',
      '--lib',
      libraries,
    ];
    const files = ['main.ts', 'url.d.ts'];
    const checked = await runNode(
      tsc,
      '--strict',
      '--noEmit',
      '--pretty',
      'false',
      ...places,
      ...files,
    ).catch(({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout, stderr }));
    expect(checked).toEqual({ stdout: '', stderr: '' });
  });

  it('is bundled into scripts that import nothing', async () => {
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const { stderr } = await runNode(vite, 'build', '--logLevel', 'warn', '--outDir', 'built');
    expect(stderr).toBe('');
    const names = (await readdir(inProject('built/assets'))).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(names.map((name) => readFile(inProject('built/assets', name), 'utf8')));
    const worker = await readFile(
      inProject('node_modules/@vision-light/browser-node/dist/worker.js'),
      'utf8',
    );
    // The page's own script, which carries the worker, and the worker once more since the page asks for its address.
    expect(texts).toHaveLength(2);
    expect(texts).toContain(worker);
    for (const text of texts) {
      expect(text.length).toBeGreaterThanOrEqual(worker.length);
      expect(importsIn(text)).toEqual([]);
    }
  });
});
