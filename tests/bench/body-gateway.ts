/**
 * A gateway for the bench of bodies, to be run as a process of its own: a chain of blocks with one large body, which is
 * the same in all of them, so that it need not be read from a disk. Prints one line of JSON when it is ready.
 */
import {
  bytesToHex,
  isVisionFamily,
  MemoryStore,
  resolveNetwork,
  type StorageChange,
  type StorageRecord,
  type StorageSelection,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { NodeHost } from '../../packages/gateway/src/node-host.js';
import { platformClock } from '../../packages/gateway/src/platform-clock.js';
import { searchPeers } from '../../packages/gateway/src/signal/peer-search.js';
import { RtcLinks } from '../../packages/gateway/src/webrtc/rtc-links.js';
import { makeBody } from '../sim/vision-bodies.js';
import { bodyNetwork } from './body-network.js';
import { MinedChain } from './mined-chain.js';

/** A transaction may take 64 KiB. */
const TRANSACTION_BYTES = 60_000;

/** Has the one body under every hash, and keeps no other. */
class OneBodyStore extends MemoryStore {
  constructor(readonly body: Uint8Array) {
    super();
  }

  override async read(selections: readonly StorageSelection[]): Promise<StorageRecord[]> {
    const records = await super.read(selections);
    for (const selection of selections)
      if (selection.table === 'bodies' && 'key' in selection)
        records.push({ ...selection, value: this.body });
    return records;
  }

  override write(changes: readonly StorageChange[]): Promise<void> {
    return super.write(changes.filter(({ table }) => table !== 'bodies'));
  }
}

/**
 * @param args  address of the signaling server, blocks, bytes of a body, Unix seconds of the tip, and perhaps 'goes on': then
 *   a further block is mined in each spacing
 */
export async function main([
  signal = '',
  blocks = '',
  bytes = '',
  tipTime = '',
  goesOn,
]: readonly string[]): Promise<void> {
  const family = resolveNetwork(bodyNetwork);
  if (!isVisionFamily(family)) throw new TypeError('a Vision network is needed');
  const transactions = Math.ceil(Number(bytes) / TRANSACTION_BYTES);
  const { body, txRoot } = makeBody(0, transactions, Math.floor(Number(bytes) / transactions));
  const count = Number(blocks);
  const log = pino({ level: 'silent' });
  const rtcLinks = new RtcLinks({ clock: platformClock, log, requestPeers: () => {} });
  const host = new NodeHost({
    family,
    store: new OneBodyStore(body),
    hashThreads: 1,
    userAgent: 'bench',
    log,
    followedBlocks: Number.POSITIVE_INFINITY,
    linkKinds: [rtcLinks],
    onFailure: (error) => {
      throw error;
    },
  });
  await host.start();
  const chain = new MinedChain(family);
  const { targetSpacingS } = family;
  for (let left = count - 1; left >= 0; left--) chain.mine(Number(tipTime) - targetSpacingS * left, txRoot);
  const { accepted, code } = await host.submit(chain.blocks, new Array<Uint8Array>(count).fill(body));
  if (accepted !== count) throw new Error(`the chain was refused: ${code}`);
  searchPeers({
    urls: [signal],
    networkId: bytesToHex(family.networkId),
    networkName: family.name,
    links: rtcLinks.links,
    log,
  });
  const mineOne = (): void => void host.submit(chain.mine(Math.floor(Date.now() / 1000), txRoot), [body]);
  if (goesOn !== undefined) setInterval(mineOne, 1000 * targetSpacingS);
  console.log(JSON.stringify({ bodyBytes: body.length, tip: host.node.tip.hash }));
}
