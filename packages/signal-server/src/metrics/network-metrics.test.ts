import { expect, test } from 'vitest';
import {
  connectClient,
  joinClient,
  metric,
  networkId,
  refusedCount,
  startServer,
  until,
} from '../../test/test-server.js';
import { labelledNetworks } from './metrics.js';
import { networkMetrics } from './network-metrics.js';

const one = networkId('1');
const devnet = (name: string) => `${name}{network="vision-devnet"}`;
const received = devnet('vision_p2p_headers_received_total');
const peers = devnet('vision_p2p_peers');

test('every series is there from the start, at 0, and no report adds one', async () => {
  const server = await startServer();
  const series = async () =>
    (await server.metrics())
      .split('\n')
      .filter((line) => /^vision_(p2p|chain|tx|mempool|compact)_/.test(line));
  const before = await series();
  expect(before).toHaveLength(networkMetrics.size * (labelledNetworks.length + 1));
  expect(before.every((line) => line.endsWith(' 0'))).toBe(true);
  for (let i = 0; i < 5; i++) {
    const { client } = await joinClient(server, networkId(String(i)), { name: `own-${i}` });
    expect(await client.emitWithAck('metrics', { vision_p2p_headers_sent_total: 1 })).toEqual({ ok: true });
  }
  expect(await series()).toHaveLength(before.length);
  expect(await metric(server, 'vision_p2p_headers_sent_total{network="other"}')).toBe(5);
});

test('counters add up and stay; a gauge is the sum over the pages that are there', async () => {
  const server = await startServer();
  const a = await joinClient(server, one, { name: 'vision-devnet' });
  const b = await joinClient(server, one, { name: 'vision-devnet' });
  const report = { vision_p2p_headers_received_total: 2000, vision_p2p_peers: 3 };
  await a.client.emitWithAck('metrics', report);
  await b.client.emitWithAck('metrics', { ...report, vision_p2p_peers: 4 });
  await b.client.emitWithAck('metrics', { vision_p2p_headers_received_total: 5, vision_p2p_peers: 2 });
  // A gauge that is not named stays as it was.
  await b.client.emitWithAck('metrics', { vision_p2p_announces_sent_total: 1 });
  expect(await metric(server, received)).toBe(4005);
  expect(await metric(server, peers)).toBe(5);
  expect(await metric(server, 'vision_p2p_peers{network="other"}')).toBe(0);
  b.client.disconnect();
  await until(async () => (await metric(server, peers)) === 3);
  a.client.disconnect();
  await until(async () => (await metric(server, peers)) === 0);
  expect(await metric(server, received)).toBe(4005);
});

test.each([
  ['SIGNAL_METRICS_UNKNOWN_NAME', { vision_p2p_cats_total: 1 }],
  ['SIGNAL_METRICS_UNKNOWN_NAME', { ['__proto__']: 1, constructor: 1 }],
  ['SIGNAL_METRICS_UNKNOWN_NAME', { vision_chain_reorg_depth_last: 1 }],
  ['SIGNAL_METRICS_NOT_A_COUNT', { vision_p2p_peers: -1 }],
  ['SIGNAL_METRICS_NOT_A_COUNT', { vision_p2p_headers_sent_total: 0.5 }],
  ['SIGNAL_METRICS_NOT_A_COUNT', { vision_p2p_headers_sent_total: Number.NaN }],
  ['SIGNAL_METRICS_NOT_A_COUNT', { vision_p2p_headers_sent_total: 2 ** 53 }],
  ['SIGNAL_METRICS_NOT_A_COUNT', { vision_p2p_headers_sent_total: '7' }],
  ['SIGNAL_METRICS_JUMP', { vision_p2p_headers_sent_total: 1_000_001 }],
  ['SIGNAL_METRICS_JUMP', { vision_p2p_headers_sent_total: 600_000, vision_p2p_blocks_sent_total: 600_000 }],
  ['SIGNAL_METRICS_JUMP', { vision_p2p_peers: 1001 }],
])('%s: nothing of %j counts, and the page stays', async (code, absurd) => {
  const server = await startServer();
  const { client } = await joinClient(server, one, { name: 'vision-devnet' });
  const good = { vision_p2p_headers_received_total: 10, vision_p2p_peers: 1 };
  expect(await client.emitWithAck('metrics', good)).toEqual({ ok: true });
  expect(await client.emitWithAck('metrics', { ...good, ...absurd })).toEqual({ ok: false, code });
  expect(await refusedCount(server, code)).toBe(1);
  expect(await metric(server, received)).toBe(10);
  expect(await client.emitWithAck('metrics', good)).toEqual({ ok: true });
  expect(await metric(server, received)).toBe(20);
});

test('SIGNAL_METRICS_JUMP: what may be added follows the time that has passed', async () => {
  const server = await startServer({
    maxMetricsBurst: 100,
    maxMetricsPerSecond: 100,
    metricsReportIntervalMs: 1,
    // It asks again and again until enough time has passed, and what is over the rate gets no answer.
    maxMessagesPerSecond: 1_000_000,
    maxMessageBurst: 1_000_000,
  });
  const { client } = await joinClient(server, one);
  const report = (count: number) => client.emitWithAck('metrics', { vision_p2p_headers_sent_total: count });
  expect(await report(100)).toEqual({ ok: true });
  expect(await report(100)).toEqual({ ok: false, code: 'SIGNAL_METRICS_JUMP' });
  await until(async () => (await report(10)).ok);
});

test('SIGNAL_METRICS_TOO_OFTEN: reports come now and then', async () => {
  const server = await startServer({ maxMetricsReportBurst: 2, metricsReportIntervalMs: 60_000 });
  const { client } = await joinClient(server, one);
  const answers = [];
  for (let i = 0; i < 4; i++) answers.push(await client.emitWithAck('metrics', { vision_p2p_peers: i }));
  const tooOften = { ok: false, code: 'SIGNAL_METRICS_TOO_OFTEN' };
  expect(answers).toEqual([{ ok: true }, { ok: true }, tooOften, tooOften]);
  expect(await refusedCount(server, 'SIGNAL_METRICS_TOO_OFTEN')).toBe(2);
  expect(await metric(server, 'vision_p2p_peers{network="other"}')).toBe(1);
});

test('SIGNAL_METRICS_FROM_GATEWAY: gateways do not report, nor does who has not joined', async () => {
  const server = await startServer();
  const { client } = await joinClient(server, one, { kind: 'gateway' });
  expect(await client.emitWithAck('metrics', { vision_p2p_peers: 1 })).toEqual({
    ok: false,
    code: 'SIGNAL_METRICS_FROM_GATEWAY',
  });
  const outsider = await connectClient(server);
  expect(await outsider.emitWithAck('metrics', {})).toEqual({ ok: false, code: 'SIGNAL_NOT_JOINED' });
  expect(await outsider.emitWithAck('metrics', 7)).toEqual({ ok: false, code: 'SIGNAL_MALFORMED' });
});
