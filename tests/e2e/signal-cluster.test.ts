/** Pages at different signaling servers meet through a real Redis, also after a server and Redis were killed. */
import { beforeAll, describe, expect, it } from 'vitest';
import { hasRedis, RedisProcess, sayWithoutRedis } from '../redis-process.mjs';
import { SignalProcess } from '../signal-process.js';
import { Visitor } from './browser.js';
import { smallNetwork } from './servers.js';
import { Stage } from './stage.js';

sayWithoutRedis('tests/e2e/signal-cluster.test.ts');

const HISTORY = 40;

describe.skipIf(!hasRedis)('signaling servers with one Redis', () => {
  const stage = new Stage();
  const { servers } = stage;
  const network = smallNetwork('vision-e2e-cluster');
  let redis: RedisProcess;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    servers.defer(() => redis.dispose());
  });

  async function startServer(): Promise<SignalProcess> {
    const server = await SignalProcess.start(['--redis-url', redis.url]);
    servers.defer(() => server.stop());
    return server;
  }

  const openAt = async (server: SignalProcess): Promise<Visitor> =>
    Visitor.open(stage.browser, await servers.page(network, [server.url]));

  it('introduce pages to each other, also after a server and Redis were killed', async () => {
    const [one, two] = [await startServer(), await startServer()];
    const gateway = await servers.gateway({ network, signal: [one.url], history: HISTORY });
    const a = await openAt(two);
    const b = await openAt(one);
    await Promise.all([a.reaches(HISTORY), b.reaches(HISTORY)]);
    await Promise.all([a.hasPeers(1, 'gateway'), a.hasPeers(1, 'browser'), b.hasPeers(1, 'browser')]);

    await one.kill();
    await redis.kill();
    await redis.start();
    await two.untilLogged('peers put back into Redis');
    await gateway.close();
    const three = await startServer();
    const newcomer = await openAt(three);
    const { height } = await a.tip();
    await newcomer.reaches(height);
    await newcomer.hasPeers(1, 'browser');
    expect(await newcomer.hashAt(height)).toBe(await a.hashAt(height));
  });
});
