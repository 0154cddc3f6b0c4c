/** The steps of ops/Containerfile, run in an empty folder: most machines of tests have no engine for containers. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startProgram } from '../running-program.js';
import { freePorts } from './free-ports.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const text = await readFile(path.join(root, 'ops/Containerfile'), 'utf8');
const [, first = '', second = ''] = text.split(/^FROM /m);
const linesOf = (stage: string, instruction: string): string[] =>
  [...stage.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map(([, rest]) => rest ?? '');

/** Where the first stage builds, and what the second one has. */
let building: string;
let image: string;

/** Only there to end what hangs: everything is installed and built anew. */
const BUILD_MS = 900_000;

/** Copies what the build is given: all but what .dockerignore leaves out. */
async function copyContext(to: string): Promise<void> {
  const ignored = (await readFile(path.join(root, '.dockerignore'), 'utf8')).trim().split('\n');
  const anywhere = new Set(ignored.filter((line) => line.startsWith('**/')).map((line) => line.slice(3)));
  const filter = (file: string): boolean => {
    const name = path.relative(root, file);
    return !anywhere.has(path.basename(name)) && !ignored.includes(name);
  };
  await cp(root, to, { recursive: true, filter });
}

beforeAll(async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-container-'));
  building = path.join(folder, 'build');
  image = path.join(folder, 'image');
  await copyContext(building);
  for (const step of linesOf(first, 'RUN')) {
    // What this run of npm has set for its own folder must not reach into the other one.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name)),
    );
    // It rejects with what the step printed.
    await run('sh', ['-c', step], {
      cwd: building,
      env: { ...env, NODE_ENV: '', npm_config_prefer_offline: 'true' },
    });
  }
  for (const copied of linesOf(second, 'COPY --from=build')) {
    const [from = '', to = ''] = copied.replaceAll('/opt/vision-light/', '').split(' ');
    await cp(path.join(building, from), path.join(image, to === './' ? from : to), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}, BUILD_MS);

afterAll(() => rm(path.dirname(image), { recursive: true, force: true }));

describe('the image', () => {
  it.each([
    ['the signaling server', linesOf(second, 'CMD')[0] ?? '', ['--port']],
    [
      'a gateway',
      JSON.stringify(['node', 'packages/gateway/bin/vision-light-gateway.mjs']),
      ['--no-mine', '--signal', 'http://127.0.0.1:9', '--port'],
    ],
  ])('runs %s', async (_, command, options) => {
    const [node, script = ''] = JSON.parse(command) as string[];
    expect(node).toBe('node');
    const [port] = await freePorts();
    const data = [
      '--host',
      '127.0.0.1',
      ...(options.length > 1 ? ['--data-dir', path.join(image, 'data')] : []),
    ];
    const args = [path.join(image, script), ...data, ...options, String(port)];
    const program = await startProgram(process.execPath, args, port);
    onTestFinished(() => program.stop());
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status, { interval: 100 })
      .toBe(200);
  });

  it('has the page, and no tool of the build', () => {
    expect(existsSync(path.join(image, 'packages/explorer/dist/index.html'))).toBe(true);
    for (const tool of ['vite', 'typescript', 'bcoin', 'puppeteer-core'])
      expect([tool, existsSync(path.join(image, 'node_modules', tool))]).toEqual([tool, false]);
  });

  it('belongs to nobody who is root', () => {
    expect(linesOf(second, 'USER')).toEqual(['node']);
    expect(second.indexOf('\nUSER ')).toBeLessThan(second.indexOf('\nCMD '));
  });
});
