/** The messages of the protocol as values. PROTOCOL.md gives their bytes. */
import type { Announce } from './messages/announce.js';
import type { Blocks, GetBlocks, NotFound } from './messages/blocks.js';
import type { Challenge } from './messages/challenge.js';
import type {
  BlockTxns,
  CompactBlockMessage,
  GetBlockTxns,
  GetCompactBlock,
  SendCompact,
} from './messages/compact.js';
import type { FilterHeaders, Filters, GetFilterHeaders, GetFilters } from './messages/filters.js';
import type { GetHeaders, Headers } from './messages/headers.js';
import type { Hello } from './messages/hello.js';
import type { GetPeers, Peers, RelaySignal, SignalResult } from './messages/introductions.js';
import type { Ping, Pong } from './messages/ping.js';
import type { Reject } from './messages/reject.js';
import type { Services } from './messages/services.js';
import type { GetTxs, Inv, Txs } from './messages/transactions.js';
import type { GetTxBlock, TxBlock } from './messages/tx-block.js';

/** Any message; `type` distinguishes them. */
export type Message =
  | Hello
  | Ping
  | Pong
  | Announce
  | GetHeaders
  | Headers
  | Reject
  | GetBlocks
  | Blocks
  | NotFound
  | Inv
  | GetTxs
  | Txs
  | CompactBlockMessage
  | GetBlockTxns
  | BlockTxns
  | SendCompact
  | GetCompactBlock
  | Challenge
  | GetTxBlock
  | TxBlock
  | Services
  | GetFilterHeaders
  | FilterHeaders
  | GetFilters
  | Filters
  | GetPeers
  | Peers
  | RelaySignal
  | SignalResult;

/** The names of the messages. */
export type MessageType = Message['type'];
