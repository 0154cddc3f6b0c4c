/** The units of ops/: systemd takes them, they leave little open, and their commands run. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startProgram } from '../running-program.js';
import { systemPrograms } from '../system-programs.js';
import { freePorts } from './free-ports.js';

const programs = systemPrograms(import.meta.url, ['systemd-analyze']);
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = path.join(root, 'ops/systemd');
const units = await readdir(folder);

/** Exposure that is allowed, in tenths, of 100. What is left is mostly the network. */
const EXPOSURE_MAX = 15;

/** A folder that goes with the test. */
async function temporary(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'vision-light-units-'));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

describe.skipIf(programs === undefined)('systemd', () => {
  const analyze = (...args: string[]) =>
    spawnSync(programs?.['systemd-analyze'] ?? '', [...args, '--no-pager'], { encoding: 'utf8' });

  it.each(units)('finds nothing wrong in %s', async (unit) => {
    const text = await readFile(path.join(folder, unit), 'utf8');
    const file = path.join(await temporary(), unit);
    // Where Node is differs, and so does where this repository is.
    await writeFile(
      file,
      text.replaceAll('/usr/bin/node', process.execPath).replaceAll('/opt/vision-light', root),
    );
    const { status, stderr } = analyze('verify', '--man=no', file);
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(units)('calls little of %s exposed', (unit) => {
    const { status, stdout } = analyze(
      'security',
      '--offline=yes',
      `--threshold=${EXPOSURE_MAX}`,
      path.join(folder, unit),
    );
    expect(stdout).toMatch(/Overall exposure level .*: [\d.]+ /);
    expect(status).toBe(0);
  });
});

describe('the command of', () => {
  it.each(units)('%s serves, and ends tidily', async (unit) => {
    const text = await readFile(path.join(folder, unit), 'utf8');
    const command = /^ExecStart=\/usr\/bin\/node (.+)$/m.exec(text)?.[1] ?? '';
    const [port] = await freePorts();
    const args = command
      .replace('/opt/vision-light', root.replace(/\/$/, ''))
      .replace('%S', await temporary())
      .replace(/--port (%i|\d+)/, `--port ${port}`)
      .split(' ');
    expect(args).toContain(String(port));
    // It is to meet nobody who happens to be on this machine.
    if (unit.includes('gateway')) args.push('--signal', 'http://127.0.0.1:9', '--no-mine');
    const program = await startProgram(process.execPath, args, port);
    onTestFinished(() => program.stop());
    // A gateway listens before it is ready.
    await expect
      .poll(async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status, { interval: 100 })
      .toBe(200);
    await program.stop();
    expect(program.exitCode()).toBe(0);
  });
});
