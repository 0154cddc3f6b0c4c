/** `npm start` as a person has it: ready, asked, ended. Both times with a short history, so that progress is shown. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { Run, startCommand } from './start-run.js';

/** So short that progress is shown and soon over. */
const shortHistory = { HISTORY: '40' };

/** Gives a child a pseudo-terminal; part of util-linux. */
const scriptCommand = '/usr/bin/script';

/**
 * A shell command that becomes the program, whatever `SHELL` is. `script` reports how its shell ended, and one that
 * stays beside the program, as dash does, dies of the Ctrl-C that is meant for the program.
 */
function shellCommand(words: readonly string[]): string {
  return `exec ${words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

it.skipIf(process.platform === 'win32')(
  'serves page, signaling and gateway until it is told to end',
  async () => {
    const { command, ports } = await startCommand();
    const run = new Run(command, shortHistory);
    const [page, signal, gateway] = ports;
    expect((await run.prints(/^Ready: (.*)$/m))[1]).toBe(`http://localhost:${page}`);

    const document = await fetch(`http://localhost:${page}/`);
    expect(document.status).toBe(200);
    expect(await document.text()).toContain('<title>Vision Light</title>');
    const config = await fetch(`http://localhost:${page}/config.json`);
    expect(await config.json()).toEqual({ network: 'vision-devnet', signal: [`:${signal}`] });
    const health = await fetch(`http://localhost:${signal}/healthz`);
    expect(health.status).toBe(200);
    // A visitor who comes at once finds something.
    const { tip } = await (await fetch(`http://localhost:${gateway}/healthz`)).json();
    expect(tip.height).toBeGreaterThan(0);
    // No terminal: lines, and nothing that moves a cursor.
    await run.prints(/^\[gateway\] Laying down history: 100 % \(40 of 40\)$/m);
    expect(run.output).not.toMatch(/[\r█]/);

    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false]);
  },
);

it.runIf(process.platform === 'linux' && existsSync(scriptCommand))(
  'draws the progress of the gateway as a bar on a terminal, and ends with Ctrl-C',
  async () => {
    const { command, ports } = await startCommand();
    const run = new Run(
      [scriptCommand, '--quiet', '--return', '--command', shellCommand(command), '/dev/null'],
      shortHistory,
    );
    await run.prints(/^Ready: /m);
    const [bar] = await run.prints(/\[gateway\] Laying down history █*░+ \d+ %/);
    expect(bar.length).toBeLessThan(80);
    await run.prints(/\[gateway\] Laying down history █{40} 100 %\r\n/);
    run.child.stdin?.write('\x03');
    expect(await run.ended).toBe(0);
    expect(await Promise.all(ports.map(isOpen))).toEqual([false, false, false]);
  },
);
