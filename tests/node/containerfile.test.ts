/**
 * ops/Containerfile, held to this repository. Most machines of tests have no engine for containers, and its steps install and
 * build everything anew, so what it names is checked here, and its two commands run from where the build left them.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProgram } from '../running-program.js';
import { freePorts } from './free-ports.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const text = await readFile(path.join(root, 'ops/Containerfile'), 'utf8');
const [, first = '', second = ''] = text.split(/^FROM /m);
const linesOf = (stage: string, instruction: string): string[] =>
  [...stage.matchAll(new RegExp(`^${instruction} (.+)$`, 'gm'))].map(([, rest]) => rest ?? '');

describe('the container file', () => {
  it('builds with commands that there are, from files that are not left out', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    const [install, build = '', prune] = linesOf(first, 'RUN');
    expect([install, prune]).toEqual(['npm ci --ignore-scripts', 'npm prune --omit=dev --ignore-scripts']);
    expect(Object.keys(scripts)).toContain(build.replace('npm run ', ''));
    const ignored = (await readFile(path.join(root, '.dockerignore'), 'utf8')).trim().split('\n');
    const kept = execFileSync('git', ['ls-files', 'packages', 'scripts', '*.json'], {
      cwd: root,
      encoding: 'utf8',
    });
    const leftOut = (file: string): boolean =>
      ignored.some((line) =>
        line.startsWith('**/') ? file.split('/').includes(line.slice(3)) : file.startsWith(`${line}/`),
      );
    expect(kept.trim().split('\n').filter(leftOut)).toEqual([]);
  });

  it('takes into the image what the build has made', () => {
    const copied = linesOf(second, 'COPY --from=build').map((line) =>
      line.replaceAll('/opt/vision-light/', ''),
    );
    expect(copied).toEqual(['package.json ./', 'node_modules ./node_modules', 'packages ./packages']);
    expect(existsSync(path.join(root, 'packages/explorer/dist/index.html'))).toBe(true);
  });

  it.each([
    ['the signaling server', linesOf(second, 'CMD')[0] ?? '', []],
    [
      'a gateway',
      JSON.stringify(/gateway[^"]*?node (packages\S+)/s.exec(text)?.slice(1) ?? []).replace('[', '["node",'),
      ['--no-mine', '--no-direct', '--signal', 'http://127.0.0.1:9'],
    ],
  ])('runs %s', async (_, command, options) => {
    const [node, script = ''] = JSON.parse(command) as string[];
    expect(node).toBe('node');
    const [port] = await freePorts();
    const args = [path.join(root, script), '--host', '127.0.0.1', ...options, '--port', String(port)];
    const program = await startProgram(process.execPath, args, port);
    onTestFinished(() => program.stop());
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status, { interval: 100 })
      .toBe(200);
  });

  it('belongs to nobody who is root', () => {
    expect(linesOf(second, 'USER')).toEqual(['node']);
    expect(second.indexOf('\nUSER ')).toBeLessThan(second.indexOf('\nCMD '));
  });
});
