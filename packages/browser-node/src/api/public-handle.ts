import type { LightNodeHandle } from './light-node-handle.js';
import type { RunningNode } from './running-node.js';

/** What an application gets of a node: the public names and nothing else. They can be taken off it and passed around. */
export function publicHandle(node: RunningNode): LightNodeHandle {
  const handle: LightNodeHandle = {
    get tip() {
      return node.tip;
    },
    get status() {
      return node.status;
    },
    get identity() {
      return node.identity;
    },
    subscribe: (type, listener) => node.subscribe(type, listener),
    tips: (options) => node.tips(options),
    header: (heightOrHash) => node.header(heightOrHash),
    block: (hash) => node.block(hash),
    sendTx: (tx) => node.sendTx(tx),
    txStatus: (id) => node.txStatus(id),
    proveTx: (txid, options) => node.proveTx(txid, options),
    watchTx: (txid, options) => node.watchTx(txid, options),
    watchAddress: (address, options) => node.watchAddress(address, options),
    watch: (watched, options) => node.watch(watched, options),
    waitForConfirmations: (txid, count, options) => node.waitForConfirmations(txid, count, options),
    canMine: node.canMine,
    mine: (options) => node.mine(options),
    mempool: () => node.mempool(),
    nextNonce: (publicKey) => node.nextNonce(publicKey),
    checkpoint: (options) => node.checkpoint(options),
    invite: () => node.invite(),
    accept: (text) => node.accept(text),
    peers: () => node.peers(),
    trust: () => node.trust(),
    diagnose: () => node.diagnose(),
    metrics: () => node.metrics(),
    close: () => node.close(),
  };
  return Object.freeze(handle);
}
