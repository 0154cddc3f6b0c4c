/**
 * A gateway of one full node, in a process of its own: `following-gateway.mjs PLACE HEADERS FOLDER`. It says in one line of JSON
 * what it took until all headers were stored, and what memory it holds after that.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createGateway } from '../../packages/gateway/dist/index.js';

const [place, headers, dataDir] = process.argv.slice(2);
const startedAt = performance.now();
const gateway = await createGateway({
  network: 'bitcoin-regtest',
  port: 0,
  host: '127.0.0.1',
  dataDir,
  bitcoinPeers: [place],
});
await new Promise((resolve) => {
  const look = () => {
    if (gateway.status.storedHeight >= Number(headers)) resolve();
  };
  gateway.subscribe(look);
  look();
});
const ms = performance.now() - startedAt;
const { user, system } = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
setFlagsFromString('--expose_gc');
runInNewContext('gc')();
const heldBytes = process.memoryUsage().rss;
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, peakBytes: maxRSS * 1024, heldBytes }));
await gateway.close();
