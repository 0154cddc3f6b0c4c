/** `npm start` on networks that have full nodes: with one, and without any network. */
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FullNode } from '../full-node/full-node.js';
import { findData } from './data-files.js';
import { Run, startCommand } from './start-run.js';

const noDns = { NODE_OPTIONS: `--import=${pathToFileURL(`${import.meta.dirname}/no-dns.mjs`).href}` };

interface Health {
  readonly live?: boolean;
  readonly fullNodes?: readonly { readonly address: string }[];
  readonly tip: { readonly height: number; readonly hash: string };
}

async function healthOf(port: number): Promise<Health> {
  return (await fetch(`http://localhost:${port}/healthz`)).json() as Promise<Health>;
}

describe('npm start on a Bitcoin network', () => {
  it('follows a full node that is named, and goes on without it', async () => {
    const node = await FullNode.start();
    onTestFinished(() => node.kill());
    await node.mine(3);
    const place = ['--bitcoin-peer', node.place, '--filters', '100'];
    const { command, ports } = await startCommand('--network', 'bitcoin-regtest', ...place);
    const run = new Run(command);
    await run.prints(/^Ready: /m);
    await expect
      .poll(() => healthOf(ports[2]))
      .toMatchObject({ live: true, fullNodes: [{ address: node.place }], tip: { height: 3 } });
    const [mined = ''] = await node.mine(1);
    await expect.poll(async () => (await healthOf(ports[2])).tip.hash).toBe(mined);
    await node.kill();
    await run.prints(/no full node is connected, so nothing newer is heard of; it goes on trying/);
    expect(await healthOf(ports[2])).toMatchObject({ live: false, fullNodes: [], tip: { hash: mined } });
  });

  // Nothing but the network is named, and it looks for full nodes; beside a file it has to be told.
  it.each([
    ['from genesis', [], 0],
    ['from a file', ['--live', '--headers', findData('bitcoin/headers/mainnet_0-32259.bin') ?? ''], 32_259],
  ] as const)(
    'serves what it has %s where there is no network, and says so in one line',
    async (_from, options, height) => {
      const { command, ports } = await startCommand('--network', 'bitcoin-mainnet', ...options);
      const run = new Run(command, noDns);
      await run.prints(/^Ready: /m);
      await run.prints(/WARN: no full node is connected, so nothing newer is heard of; it goes on trying/);
      expect(run.output.match(/WARN|ERROR/g)).toEqual(['WARN']);
      expect(run.output).toContain('{"reason":"no DNS seed answers","retryMs":30000}');
      expect(await healthOf(ports[2])).toMatchObject({ live: false, fullNodes: [], tip: { height } });
      const document = await fetch(`http://localhost:${ports[0]}/`);
      expect(await document.text()).toContain('<title>Vision Light</title>');
    },
  );

  it('looks for no full node when it is told not to', async () => {
    const { command, ports } = await startCommand('--network', 'bitcoin-mainnet', '--no-live');
    const run = new Run(command, noDns);
    await run.prints(/^Ready: /m);
    expect(await healthOf(ports[2])).not.toHaveProperty('live');
    expect(run.output).not.toContain('full node');
  });
});
