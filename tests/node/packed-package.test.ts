/**
 * The packages as anyone gets them: packed, installed outside of the repository, type-checked and, for the browser,
 * bundled. There is no workspace there and no source, so only what is in the package can be found.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { decodeTxOutProof, encodeTxProof, resolveNetwork, txProofOf } from '@vision-light/protocol';
import { publint } from 'publint';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flipped } from '../damaged-chain.js';

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
  type TransactionStatus,
  type WithheldRun,
  type TrustedAddress,
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
  abort: AbortSignal.timeout(60_000),
};
/** What a page under trusted types has; the DOM's declarations do not know it. */
declare const trusted: { toString(): string; toJSON(): string };
const trustedUrl: TrustedAddress = trusted;
const trusting: LightNodeOptions = { ...options, workerUrl: trustedUrl };
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
  node.subscribe('competing', ([best, ...others]: readonly Tip[]) => show([best?.hash, others.length].join()));
  node.subscribe('withheld', ({ blocks, displaced, spreadS, tip }: WithheldRun) =>
    show([blocks, displaced, spreadS, tip.height].join()));
  node.subscribe('status', ({ phase, storedHeight }: Status) => show((phase satisfies Phase) + storedHeight));
  node.subscribe('peer', ({ change, peers }: PeerChange) => show(change.kind + peers.length));
  node.subscribe('error', ({ code, message }: Subscriptions['error']) => show(code + message));
  // @ts-expect-error: no such subscription
  node.subscribe('cat', () => {});
  const header: HeaderInfo | undefined = await node.header(0);
  const block: Block | undefined = header && (await node.block(header.hash));
  const body: Uint8Array | undefined = block?.body;
  const known: TransactionStatus | undefined = await node.txStatus('00'.repeat(32));
  show(known?.kind === 'pending' ? known.checked.join() : String(known?.confirmations));
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

void follow((text) => document.body.append(text)).then(() => [incomplete, unknown, trusting]);
`;

const page =
  '<!doctype html><html lang="en"><body><script type="module" src="/main.ts"></script></body></html>';

/** Whatever names another module or script: imports and exports from one, types of one, and calls. */
function importsIn(script: string, name = 'x.js'): string[] {
  const source = ts.createSourceFile(name, script, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const isImport =
      ts.isImportDeclaration(node) || (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined);
    const isCall =
      ts.isCallExpression(node) && /^(import|importScripts|require)$/.test(node.expression.getText());
    if (isImport || isCall || ts.isImportTypeNode(node)) found.push(node.getText());
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const tsc = path.join(root, 'node_modules/typescript/bin/tsc');

/** Packs packages as `npm publish` would. @returns the files' names, in `into`, by package */
async function pack(into: string, ...which: string[]): Promise<Map<string, string>> {
  const args = ['pack', '--json', '--offline', '--ignore-scripts', '--pack-destination', into, ...which];
  const { stdout } = await run('npm', args, { cwd: root });
  const packed = JSON.parse(stdout) as { name: string; filename: string }[];
  return new Map(packed.map(({ name, filename }) => [name, filename]));
}

/** What tsc complains about, in its own libraries aside; an empty text if nothing. */
async function complaintsOfTsc(cwd: string, ...args: string[]): Promise<string> {
  const how = ['--strict', '--noEmit', '--skipDefaultLibCheck', '--pretty', 'false', '--target', 'es2023'];
  const { stdout, stderr } = await run(process.execPath, [tsc, ...how, ...args], { cwd }).catch(
    (failed: { stdout: string; stderr: string }) => failed,
  );
  return stdout + stderr;
}

describe('the packed browser package', () => {
  let project = '';
  const inProject = (...names: string[]): string => path.join(project, ...names);
  const runNode = (...args: string[]) => run(process.execPath, args, { cwd: project });

  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
    const packed = await pack(project, '--workspace=packages/browser-node');
    const filename = packed.get('@vision-light/browser-node') as string;
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
      'dist/bitcoin-worker.js',
      'dist/by-hand.js',
      'dist/diagnosis.js',
      'dist/ed25519.js',
      'dist/element.d.ts',
      'dist/element.js',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/licenses-ed25519.md',
      'dist/licenses-page.md',
      'dist/licenses-transaction-key.md',
      'dist/licenses-worker.md',
      'dist/mining.js',
      'dist/react.d.ts',
      'dist/react.js',
      'dist/tracker.js',
      'dist/transaction-key.js',
      'dist/tx-proof.js',
      'dist/vision-light.d.ts',
      'dist/vision-light.js',
      'dist/vision-worker.js',
      'dist/watches.js',
      'dist/worker.d.ts',
      'dist/worker.js',
      'package.json',
    ]);
  });

  it.each([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])('type-checks under --strict with --module %s and --moduleResolution %s', async (module, resolution) => {
    const libraries = 'ES2023,DOM,DOM.Iterable,DOM.AsyncIterable';
    const places = ['--module', module, '--moduleResolution', resolution, '--lib', libraries];
    expect(await complaintsOfTsc(project, ...places, 'main.ts', 'url.d.ts')).toBe('');
  });

  it('can be imported in Node, where createLightNode says that it needs a page', async () => {
    const script = `import { createLightNode } from '@vision-light/browser-node';
      await createLightNode({ signal: ['http://localhost:1'] }).catch(({ name, code, message }) => console.log(name, code, message));`;
    const { stdout } = await runNode('--input-type=module', '--eval', script);
    const [name, code, ...words] = stdout.trim().split(' ');
    expect([name, code]).toEqual(['LightNodeError', 'NO_PAGE']);
    expect(words.join(' ')).toMatch(/^A light node runs in a web page.*\(without document, Worker\)$/);
  });

  it('declares its types in one file that imports nothing', async () => {
    const file = 'node_modules/@vision-light/browser-node/dist/index.d.ts';
    const declarations = await readFile(inProject(file), 'utf8');
    expect(declarations).toContain('interface LightNodeHandle');
    expect(importsIn(declarations, 'index.d.ts')).toEqual([]);
  });

  it('is bundled into scripts that import each other, and nothing else', async () => {
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const { stderr } = await runNode(vite, 'build', '--logLevel', 'warn', '--outDir', 'built');
    expect(stderr).toBe('');
    const names = (await readdir(inProject('built/assets'))).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(names.map((name) => readFile(inProject('built/assets', name), 'utf8')));
    const worker = await readFile(
      inProject('node_modules/@vision-light/browser-node/dist/worker.js'),
      'utf8',
    );
    // The page's own script; two that carry the worker, of which a page loads one; the worker once more, since the page asks for
    // its address; and what is loaded when it is wanted: proofs, the diagnosis, watches, a miner, trackers,
    // invitations, signatures where WebCrypto has none. The page makes no key.
    expect(names.map((name) => name.replace(/-[\w-]{8}\.js$/, '')).sort()).toEqual([
      'bitcoin-worker',
      'by-hand',
      'diagnosis',
      'ed25519',
      'index',
      'mining',
      'tracker',
      'tx-proof',
      'vision-worker',
      'watches',
      'worker',
    ]);
    expect(texts).toContain(worker);
    // Besides these files, only an address that is handed over when it is wanted.
    const isKnown = (call: string): boolean =>
      /^import\((?:[\w$]+|["'`]\.\/(?:vision-worker|bitcoin-worker|tx-proof|diagnosis|watches|mining|tracker|by-hand)-[^"'`/]+\.js["'`])\)$/.test(
        call,
      );
    for (const text of texts) expect(importsIn(text).filter((call) => !isKnown(call))).toEqual([]);
  });
});

describe('the packed protocol package', () => {
  let project = '';
  const network = 'bitcoin-mainnet';
  const height = 830_000;
  /** The proof that Bitcoin Core gave of some transactions of this block. */
  const shown = decodeTxOutProof(
    readFileSync(path.join(root, `tests/data/bitcoin/vectors/merkle/txoutproof_0${height}-100.bin`)),
  );
  const [match] = shown?.matches ?? [];
  if (shown === undefined || match === undefined) throw new Error('no proof');
  const { txid } = match;
  const family = resolveNetwork(network);
  const hash = family.hashToHex(family.headerHash(shown.header));
  const proof = encodeTxProof(txProofOf(shown, txid, { network, height }));

  /** The command, as npm has linked it. */
  const verify = (...args: string[]) =>
    run(process.execPath, ['node_modules/.bin/vision-light-verify', ...args], {
      cwd: project,
      env: { ...process.env, INIT_CWD: project },
    });

  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
    const packed = await pack(project, '--workspace=packages/protocol');
    await writeFile(path.join(project, 'package.json'), '{"private":true,"type":"module"}');
    const file = packed.get('@vision-light/protocol') as string;
    // What it depends on is packed here too, since npm's cache need not have it.
    const codes = (await pack(project, './node_modules/@scure/base')).get('@scure/base') as string;
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', file, codes], { cwd: project });
  });

  afterAll(() => rm(project, { recursive: true, force: true }));

  it('comes with the codes of addresses alone, and a command that says what it takes', async () => {
    const installed = await readdir(path.join(project, 'node_modules'));
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['@scure', '@vision-light']);
    const manifest = path.join(project, 'node_modules/@vision-light/protocol/package.json');
    expect(Object.keys(JSON.parse(await readFile(manifest, 'utf8')).dependencies)).toEqual(['@scure/base']);
    expect(await readdir(path.join(project, 'node_modules/@vision-light'))).toEqual(['protocol']);
    expect((await verify('--help')).stdout).toMatch(/^Usage: vision-light-verify FILE \[options\]\n/);
  });

  it('verifies a proof, and says in a sentence why a damaged one does not hold', async () => {
    const anchor = ['--network', network, '--height', `${height}`, '--hash', hash];
    await writeFile(path.join(project, 'good.bin'), proof);
    const { stdout } = await verify('good.bin', ...anchor);
    expect(stdout).toMatch(/^The proof holds\.\n/);
    expect(stdout).toContain(`${txid}`);
    await writeFile(path.join(project, 'damaged.bin'), flipped(proof));
    await expect(verify('damaged.bin', ...anchor)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^The proof does not hold: PROOF_[A-Z_]+\. [A-Z].+\n$/),
      stderr: '',
    });
  });
});

describe('each packed package', () => {
  const { workspaces } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
    workspaces: string[];
  };
  const published = workspaces.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
    return manifest.private ? [] : [manifest.name as string];
  });
  let project = '';
  let packed: ReadonlyMap<string, string> = new Map();
  const folderOf = (name: string): string => path.join(project, 'node_modules', name);
  const exportsOf = (name: string): string[] =>
    Object.keys(JSON.parse(readFileSync(path.join(folderOf(name), 'package.json'), 'utf8')).exports);
  /** What can be imported of a package. The script of the workers cannot: it is named, and started by a browser. */
  const modulesOf = (name: string): string[] =>
    exportsOf(name)
      .filter((entry) => entry !== './worker.js')
      .map((entry) => path.posix.join(name, entry));

  beforeAll(async () => {
    project = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
    packed = await pack(project, '--workspaces');
    await writeFile(path.join(project, 'package.json'), '{"private":true,"type":"module"}');
    const modules = path.join(project, 'node_modules');
    await mkdir(modules);
    // What they depend on beside each other is taken from the repository, so that nothing is downloaded.
    for (const name of await readdir(path.join(root, 'node_modules'))) {
      if (name.startsWith('.') || name === '@vision-light') continue;
      await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
    }
    for (const name of published) {
      const target = path.join(modules, name);
      await mkdir(target, { recursive: true });
      const file = path.join(project, packed.get(name) ?? '');
      await run('tar', ['-xzf', file, '--strip-components=1', '-C', target]);
    }
  });

  afterAll(() => rm(project, { recursive: true, force: true }));

  it.each(published)('passes publint, warnings and suggestions included: %s', async (name) => {
    const { messages } = await publint({ pkgDir: folderOf(name), pack: false, strict: true });
    expect(messages).toEqual([]);
  });

  it.each(published)(
    'has types for whoever resolves modules as ESM or as a bundler does, as it is ESM only: %s',
    async (name) => {
      const tarball = await readFile(path.join(project, packed.get(name) ?? ''));
      const analysis = await checkPackage(createPackageFromTarballData(tarball));
      if (analysis.types === false) throw new Error('no types are found');
      expect(Object.keys(analysis.entrypoints).sort()).toEqual(exportsOf(name).sort());
      const others = ['node10', 'node16-cjs'];
      const problems = analysis.problems.filter(
        (problem) => !('resolutionKind' in problem && others.includes(problem.resolutionKind)),
      );
      expect(problems).toEqual([]);
    },
  );

  it.each(published)('can be imported in Node, each of its entries, and does nothing: %s', async (name) => {
    const entries = modulesOf(name);
    // What is left when nothing was opened and no timer runs: the streams of the process, and files that are being closed.
    const script = `for (const entry of ${JSON.stringify(entries)}) await import(entry);
      console.log(process.getActiveResourcesInfo().filter((kind) => !/TTY|Pipe|FS|CloseReq/.test(kind)).join());
      process.exit();`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: project,
    });
    expect([stdout.trim(), stderr]).toEqual(['', '']);
  });

  it.each([
    ['esnext', 'bundler'],
    ['nodenext', 'nodenext'],
  ])(
    'has the types of each way in, with --module %s and --moduleResolution %s',
    async (module, resolution) => {
      await copyFile(path.join(root, 'tests/types/ways-in.ts'), path.join(project, 'ways-in.ts'));
      const libraries = 'ES2023,DOM,DOM.Iterable,DOM.AsyncIterable';
      const places = ['--module', module, '--moduleResolution', resolution, '--lib', libraries];
      // The declarations of React are not ours to check; those of the packages are checked below.
      expect(await complaintsOfTsc(project, ...places, '--skipLibCheck', 'ways-in.ts')).toBe('');
    },
  );

  it('declares what it exports, types included', async () => {
    expect(published.length).toBeGreaterThan(3);
    const entries = published.flatMap((name) => modulesOf(name));
    const files = entries.map((_, index) => path.join(project, `entry-${index}.ts`));
    for (const [index, name] of entries.entries()) {
      // Were the package's declarations not found, there would be another complaint; were it `any`, none.
      const text = `import { nothingOfThisName } from '${name}';\nexport const nothing = nothingOfThisName;\n`;
      await writeFile(files[index] ?? '', text);
    }
    const program = ts.createProgram(files, {
      strict: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: ['node'],
      typeRoots: [path.join(project, 'node_modules/@types')],
    });
    // The declarations of the packages are checked too, and not those of what they depend on.
    const own = program
      .getSourceFiles()
      .filter(({ fileName }) => !/\/node_modules\/(?!@vision-light\/)/.test(fileName));
    for (const name of published)
      expect(
        own.some(({ fileName }) => fileName.includes(`/${name}/`)),
        name,
      ).toBe(true);
    const complaints = own.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]);
    expect(complaints.map(({ messageText }) => messageText).sort()).toEqual(
      entries.map((name) => `Module '"${name}"' has no exported member 'nothingOfThisName'.`).sort(),
    );
  });
});
