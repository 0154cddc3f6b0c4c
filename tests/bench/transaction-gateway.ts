/**
 * A gateway for the benches of transactions and compact blocks, to be run as a process of its own. It has a mempool of signed
 * payments, mines when it is told to, and its messages can be delayed. It takes one command a line and answers each with a
 * line, both JSON; the first line says that it is ready.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import {
  bytesToHex,
  devnetMerkleRoot,
  type HeaderBatch,
  isVisionFamily,
  MemoryStore,
  resolveNetwork,
  type Transaction,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { NodeHost } from '../../packages/gateway/src/node-host.js';
import { platformClock } from '../../packages/gateway/src/platform-clock.js';
import { searchPeers } from '../../packages/gateway/src/signal/peer-search.js';
import { RtcLinks } from '../../packages/gateway/src/webrtc/rtc-links.js';
import { defined } from '../../packages/protocol/src/assert.js';
import { TX_REQUESTED_MAX } from '../../packages/protocol/src/limits.js';
import type { Peer } from '../../packages/protocol/src/peer/peer.js';
import type { PoolEntry } from '../../packages/protocol/src/transactions/pool/pool-entry.js';
import { makeTransaction, senderOf } from '../sim/vision-transactions.js';
import { bodyNetwork } from './body-network.js';
import { DelayedLinks, messageTypes } from './delayed-links.js';
import { MinedChain } from './mined-chain.js';

/** Blocks that there are from the start. */
const BLOCKS = 20;
/** Accounts that pay. A mempool has a few transactions of each. */
const SENDERS = 400;
/** How often it looks whether the next piece can be announced. */
const LOOK_MS = 2;

/** What it can be told to do. */
export type Command =
  /** Puts payments into the mempool until it has so many. */
  | { readonly do: 'fill'; readonly count: number }
  /** Each message from now on takes so much longer, in either direction. */
  | { readonly do: 'delay'; readonly ms: number }
  /** Mines a block with so many payments of the mempool, and as many more that were never told to anybody. */
  | { readonly do: 'mine'; readonly known: number; readonly unknown: number }
  /** What has passed since the last block or the last `fill`. */
  | { readonly do: 'counts' };

let made = 0;

/** A payment like those that the page's form makes. */
function makePayment(): Uint8Array {
  const number = made++;
  const sender = 1 + (number % SENDERS);
  const to = senderOf(1 + ((number + 1) % SENDERS)).account;
  return makeTransaction({
    sender,
    nonce: Math.floor(number / SENDERS),
    content: {
      access_list: [`acct:${senderOf(sender).account}`, `acct:${to}`],
      args: [...Buffer.from(JSON.stringify({ to, amount: number }))],
    },
  });
}

/**
 * What is to be announced at once is announced in pieces, the next one when the peer has asked for all of the last: as a page
 * hears of transactions from many peers. A single peer that announces more than may be requested of it is left alone for two
 * seconds, which would be all that is measured.
 */
function announceInPieces({ node }: NodeHost): void {
  const { trickle, context } = node.transactions;
  const poll = trickle.poll.bind(trickle);
  const waiting: { readonly peer: Peer; readonly entries: readonly PoolEntry[] }[] = [];
  let told = 0;
  let lookedAt = 0;
  const nextWake = trickle.nextWake.bind(trickle);
  trickle.nextWake = () => (waiting.length > 0 ? lookedAt + LOOK_MS : nextWake());
  trickle.poll = (now, tell) => {
    lookedAt = now;
    poll(now, (peer, entries) => {
      for (let at = 0; at < entries.length; at += TX_REQUESTED_MAX)
        waiting.push({ peer, entries: entries.slice(at, at + TX_REQUESTED_MAX) });
    });
    if (waiting.length === 0 || context.outbox.counters.get('vision_tx_getdata_received_total') < told)
      return;
    const next = waiting.shift();
    if (next === undefined) return;
    told += next.entries.length;
    tell(next.peer, next.entries);
  };
}

/** @param args  address of the signaling server */
export async function main([signal = '']: readonly string[]): Promise<void> {
  const family = resolveNetwork(bodyNetwork);
  if (!isVisionFamily(family)) throw new TypeError('a Vision network is needed');
  const log = pino({ level: 'silent' });
  const rtcLinks = new RtcLinks({ clock: platformClock, log, requestPeers: () => {} });
  const links = new DelayedLinks(rtcLinks);
  const host = new NodeHost({
    family,
    store: new MemoryStore(),
    hashThreads: 1,
    userAgent: 'bench',
    log,
    followedBlocks: 100,
    linkKinds: [links],
    onFailure: (error) => {
      throw error;
    },
  });
  announceInPieces(host);
  await host.start();
  const { transactions } = host.node;
  const chain = new MinedChain(family);
  const emptyRoot = new Uint8Array(32);
  const nowS = (): number => Math.floor(Date.now() / 1000);
  const submit = async (batch: HeaderBatch, bodies: readonly Uint8Array[] = []): Promise<void> => {
    const { accepted, code, bodyFault } = await host.submit(batch, bodies);
    if (accepted !== batch.count || bodyFault !== undefined)
      throw new Error(`a block was refused: ${code ?? bodyFault}`);
  };
  const from = nowS() - family.targetSpacingS * BLOCKS;
  for (let i = 0; i < BLOCKS; i++) chain.mine(from + family.targetSpacingS * i, emptyRoot);
  await submit(chain.blocks);

  const fill = async (count: number): Promise<void> => {
    while (transactions.size < count) {
      const batch = Array.from({ length: Math.min(500, count - transactions.size) }, makePayment);
      for (const sent of await Promise.all(batch.map((bytes) => host.sendTransaction(bytes, true))))
        if ('code' in sent) throw new Error(`a payment was refused: ${sent.code}`);
    }
  };
  const mine = async (known: number, unknown: number): Promise<object> => {
    const told: readonly Transaction[] = transactions.select(family.bodyBytesMax, known);
    const untold = Array.from({ length: unknown }, () =>
      defined(family.readTransaction(makePayment()), 'it was made here'),
    );
    const all = [...told, ...untold];
    const body = family.joinBody(all.map(({ bytes }) => bytes));
    const batch = chain.mine(nowS(), devnetMerkleRoot(all.map(({ id }) => id)));
    links.sent.clear();
    links.received.clear();
    await submit(batch, [body]);
    return {
      hash: bytesToHex(batch.hashes),
      transactions: all.length,
      bodyBytes: body.length,
      sentAt: links.sent.firstAt.get(messageTypes.compactBlock),
      isWanted: links.received.firstAt.has(messageTypes.sendCompact),
    };
  };
  const perform = async (command: Command): Promise<object> => {
    switch (command.do) {
      case 'fill':
        await fill(command.count);
        links.sent.clear();
        links.received.clear();
        return {};
      case 'delay':
        links.delayMs = command.ms;
        return {};
      case 'mine':
        return mine(command.known, command.unknown);
      case 'counts':
        return {
          sentBytes: links.sent.bytes,
          receivedBytes: links.received.bytes,
          toldAt: links.sent.firstAt.get(messageTypes.inv),
          isWanted: links.received.firstAt.has(messageTypes.sendCompact),
        };
    }
  };

  searchPeers({
    urls: [signal],
    networkId: bytesToHex(family.networkId),
    networkName: family.name,
    links: rtcLinks.links,
    log,
  });
  const input = createInterface({ input: process.stdin });
  input.on('line', async (line) => console.log(JSON.stringify(await perform(JSON.parse(line)))));
  console.log(JSON.stringify({ height: BLOCKS }));
  await once(input, 'close');
}
