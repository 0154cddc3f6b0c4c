/** Bitcoin's messages as values. */
import type { Addr, AddrV2 } from './messages/addresses.js';
import type { Block, Tx } from './messages/blocks.js';
import type { CFCheckpt, CFHeaders, CFilter, FilterRange, GetCFCheckpt } from './messages/filters.js';
import type { Empty, FeeFilter, Ping, Pong, Version } from './messages/handshake.js';
import type { GetHeaders, Headers } from './messages/headers.js';
import type { Inventory } from './messages/inventory.js';

/** A message that has a row in the table; `command` tells which. */
export type KnownMessage =
  | Version
  | Empty<'verack'>
  | Empty<'wtxidrelay'>
  | Empty<'sendaddrv2'>
  | Empty<'sendheaders'>
  | Empty<'getaddr'>
  | Ping
  | Pong
  | FeeFilter
  | GetHeaders
  | Headers
  | Inventory<'inv'>
  | Inventory<'getdata'>
  | Inventory<'notfound'>
  | Block
  | Tx
  | Addr
  | AddrV2
  | FilterRange<'getcfilters'>
  | FilterRange<'getcfheaders'>
  | CFilter
  | CFHeaders
  | GetCFCheckpt
  | CFCheckpt;

/** A message that is not known here. It was well-formed, is small, and is skipped. */
export interface UnknownMessage {
  readonly command: 'unknown';
  /** As it was sent: at most 12 printable characters. */
  readonly name: string;
}

/** Any message that can be received. */
export type BitcoinMessage = KnownMessage | UnknownMessage;
