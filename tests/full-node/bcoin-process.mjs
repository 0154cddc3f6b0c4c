/**
 * A full node of Bitcoin (bcoin, regtest) in a process of its own, for tests: real messages, blocks, mempool and wallet of
 * another implementation. Its parent sends `{ id, call, args }` and is answered `{ id, result }` or `{ id, error }`.
 *
 * Use: fork(…, [PORT, PREFIX?]); it says `{ ready: true, port }` once it listens.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { FullNode, MTX, Amount, KeyRing, TX, Network } = require('bcoin');

const [port = '0', peer = ''] = process.argv.slice(2);
const network = Network.get('regtest');
// As all others write addresses of regtest.
network.addressPrefix.bech32 = 'bcrt';

const node = new FullNode({
  network: 'regtest',
  memory: true,
  listen: true,
  host: '127.0.0.1',
  port: Number(port),
  publicHost: '127.0.0.1',
  noDns: true,
  discover: false,
  maxOutbound: 1,
  nodes: peer === '' ? [] : [peer],
  bip37: true,
  httpPort: Number(port) + 1,
  walletHttpPort: Number(port) + 2,
  apiKey: 'test',
  logLevel: 'none',
});
/** Where mined coins go, and what they are spent with. */
const ring = KeyRing.generate('regtest');
ring.witness = true;

const calls = {
  /** Mines blocks. @returns their hashes, display order */
  async mine(count, address = ring.getAddress('string', 'regtest')) {
    const hashes = [];
    for (let i = 0; i < count; i++) {
      const job = await node.miner.createJob(node.chain.tip, address);
      const block = await job.mineAsync();
      await node.chain.add(block);
      hashes.push(block.rhash());
    }
    return hashes;
  },
  tip: () => ({ height: node.chain.height, hash: node.chain.tip.rhash() }),
  /** Leaves a block and all that follow it. @param hash  display order */
  async invalidate(hash) {
    await node.chain.invalidate(Buffer.from(hash, 'hex').reverse().toString('hex'));
    return node.chain.height;
  },
  address: () => ring.getAddress('string', 'regtest'),
  script: () => ring.getProgram().toRaw().toString('hex'),
  /** A payment out of the coin that a block's coinbase made, as hex; not sent. */
  async pay(blockHeight, address, amount) {
    const block = await node.chain.getBlock(blockHeight);
    const coinbase = block.txs[0];
    const tx = new MTX();
    tx.addOutput({ address, value: Amount.value(amount) });
    tx.addTX(coinbase, 0);
    tx.addOutput({
      address: ring.getAddress(),
      value: coinbase.outputs[0].value - Amount.value(amount) - 10000,
    });
    tx.sign(ring);
    return { hex: tx.toRaw().toString('hex'), txid: tx.rhash() };
  },
  /** Puts a transaction into the mempool, as one that the node's own user sends. */
  async send(hex) {
    const tx = TX.fromRaw(hex, 'hex');
    await node.sendTX(tx);
    return tx.rhash();
  },
  mempool: () => [...node.mempool.map.values()].map((entry) => entry.tx.rhash()),
  peers: () => {
    let count = 0;
    for (let each = node.pool.peers.head(); each; each = each.next) count++;
    return count;
  },
};

process.on('message', async ({ id, call, args = [] }) => {
  try {
    process.send?.({ id, result: await calls[call](...args) });
  } catch (error) {
    process.send?.({ id, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit(0));

await node.ensure();
await node.open();
await node.connect();
if (peer !== '') node.startSync();
process.send?.({ ready: true, port: node.pool.options.port });
