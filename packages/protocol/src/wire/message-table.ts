/** The table of messages: one row for each. PROTOCOL.md's list, the router and the fuzz targets follow from it. */
import type { Message, MessageType } from './message.js';
import type { MessageRow } from './message-row.js';
import { announce } from './messages/announce.js';
import { blocks, getBlocks, notFound } from './messages/blocks.js';
import { challenge } from './messages/challenge.js';
import { blockTxns, compactBlock, getBlockTxns, getCompactBlock, sendCompact } from './messages/compact.js';
import { filterHeaders, filters, getFilterHeaders, getFilters } from './messages/filters.js';
import { getHeaders, headers } from './messages/headers.js';
import { hello } from './messages/hello.js';
import { getPeers, peers, relaySignal, signalResult } from './messages/introductions.js';
import { ping, pong } from './messages/ping.js';
import { reject } from './messages/reject.js';
import { services } from './messages/services.js';
import { getTxs, inv, txs } from './messages/transactions.js';
import { getTxBlock, txBlock } from './messages/tx-block.js';

/** Every message of the protocol, in the order of the type bytes. */
export const messageTable = {
  hello,
  ping,
  pong,
  announce,
  getHeaders,
  headers,
  reject,
  getBlocks,
  blocks,
  notFound,
  inv,
  getTxs,
  txs,
  compactBlock,
  getBlockTxns,
  blockTxns,
  sendCompact,
  getCompactBlock,
  challenge,
  getTxBlock,
  txBlock,
  services,
  getFilterHeaders,
  filterHeaders,
  getFilters,
  filters,
  getPeers,
  peers,
  relaySignal,
  signalResult,
} as const satisfies { [T in MessageType]: MessageRow<Extract<Message, { type: T }>> };

/** The rows of the table. */
export const messageRows: readonly MessageRow<Message>[] = Object.values(messageTable);
