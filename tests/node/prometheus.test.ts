/** What the servers tell Prometheus, judged by Prometheus itself. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGateway } from '@vision-light/gateway';
import { metricNames } from '@vision-light/protocol';
import { createSignalServer } from '@vision-light/signal-server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemPrograms } from '../system-programs.js';

const found = systemPrograms(import.meta.url, ['prometheus', 'promtool']);
const { prometheus, promtool } = found ?? { prometheus: '', promtool: '' };
const ops = new URL('../../ops/', import.meta.url);

/** Three of the process defaults of prom-client are gauges whose names end as those of counters do. */
const isOfPromClient = (line: string): boolean =>
  /^nodejs_active_(handles|requests|resources)_total /.test(line);

async function startServers() {
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => signal.close());
  const gateway = await createGateway({ port: 0, host: '127.0.0.1', signal: [signal.url], mine: false });
  onTestFinished(() => gateway.close());
  return { signalPort: signal.port, gatewayPort: gateway.port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe.skipIf(found === undefined)('Prometheus', () => {
  it('promtool finds nothing to object to in either output, but names that are not ours to choose', async () => {
    const { signalPort, gatewayPort } = await startServers();
    for (const port of [signalPort, gatewayPort]) {
      const input = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], {
        input,
        encoding: 'utf8',
      });
      const objections = `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line !== '' && !isOfPromClient(line));
      // 3: it could be read, and there is advice. Anything unreadable is 1.
      expect([status, ...objections.sort()]).toEqual([
        3,
        'vision_p2p_blocks_per_sec metric names should not contain abbreviated units',
        'vision_p2p_headers_per_sec metric names should not contain abbreviated units',
      ]);
    }
  });

  it('scrapes both with our configuration, and answers a query', async () => {
    const { signalPort, gatewayPort } = await startServers();
    const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-prometheus-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const config = path.join(folder, 'prometheus.yml');
    const original = await readFile(new URL('prometheus.yml', ops), 'utf8');
    const ours = original
      .replace('localhost:8081', `127.0.0.1:${signalPort}`)
      .replace('localhost:8082', `127.0.0.1:${gatewayPort}`)
      .replace('15s', '1s');
    await writeFile(config, ours);
    await copyFile(new URL('alerts.yml', ops), path.join(folder, 'alerts.yml'));
    expect(spawnSync(promtool, ['check', 'config', config]).status).toBe(0);

    const port = await freePort();
    const child = spawn(
      prometheus,
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    const query = async (
      expression: string,
    ): Promise<{ metric: Record<string, string>; value: [number, string] }[]> => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = await fetch(url).catch(() => undefined);
      return answer?.ok ? (await answer.json()).data.result : [];
    };
    const jobs = async (): Promise<string[]> =>
      [...new Set((await query('vision_p2p_peers')).map(({ metric }) => metric.job ?? ''))].sort();
    // The first scrape comes within a second of the start, and nothing tells of it.
    await expect.poll(jobs, { interval: 200 }).toEqual(['vision-light-gateway', 'vision-light-signal']);
    const [gateway] = await query('vision_p2p_peers{job="vision-light-gateway"}');
    expect(gateway?.metric.network).toBe('vision-devnet');
    expect(gateway?.value[1]).toBe('0');
    expect(
      await query('count(count by (__name__) ({__name__=~"vision_(p2p|chain|compact|tx|mempool)_.*"}))'),
    ).toMatchObject([{ value: [expect.any(Number), String(metricNames.length)] }]);
    // What the dashboard asks for exists, and can be asked.
    const dashboard = JSON.parse(await readFile(new URL('grafana-dashboard.json', ops), 'utf8'));
    const expressions: string[] = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) =>
        expr.replaceAll('$network', 'vision-devnet').replaceAll('$__rate_interval', '1m'),
      ),
    );
    expect(expressions.length).toBeGreaterThan(15);
    const { data } = await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json();
    const alerts: { name: string; query: string; labels: { severity: string } }[] = data.groups.flatMap(
      ({ rules }: { rules: unknown[] }) => rules,
    );
    expect(alerts.length).toBeGreaterThan(10);
    expressions.push(...alerts.map(({ query: asked }) => asked));
    for (const { name, labels } of alerts)
      expect([name, labels.severity]).toEqual([name, expect.stringMatching(/^(critical|warning|info)$/)]);
    const text = await Promise.all(
      [signalPort, gatewayPort].map(async (each) => (await fetch(`http://127.0.0.1:${each}/metrics`)).text()),
    );
    for (const expression of expressions) {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
      expect([expression, (await fetch(url)).status]).toEqual([expression, 200]);
      for (const [name] of expression.matchAll(/(?:vision|process|nodejs)_[a-z_\d]+/g))
        expect(text.join()).toContain(`# TYPE ${name} `);
    }
  });

  it('takes the alert rules, and each fires in its case and in no other', async () => {
    const run = (...args: string[]) =>
      spawnSync(promtool, args, { cwd: fileURLToPath(ops), encoding: 'utf8' });
    expect(run('check', 'rules', 'alerts.yml')).toMatchObject({ status: 0, stderr: '' });
    const tested = run('test', 'rules', 'alerts.test.yml');
    expect([tested.status, tested.stdout + tested.stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
    const [rules, cases] = await Promise.all(
      ['alerts.yml', 'alerts.test.yml'].map((name) => readFile(new URL(name, ops), 'utf8')),
    );
    const names = [...(rules ?? '').matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const fired = [...(cases ?? '').matchAll(/alertname="(\w+)"/g)].map(([, name]) => name);
    expect(new Set(fired)).toEqual(new Set(names));
  });
});
