/** The table of Bitcoin's messages: one row for each. */
import type { KnownMessage } from './message.js';
import type { BitcoinRow } from './message-row.js';
import { addr, addrv2 } from './messages/addresses.js';
import { block, tx } from './messages/blocks.js';
import {
  cfcheckpt,
  cfheaders,
  cfilter,
  getcfcheckpt,
  getcfheaders,
  getcfilters,
} from './messages/filters.js';
import {
  feefilter,
  getaddr,
  ping,
  pong,
  sendaddrv2,
  sendheaders,
  verack,
  version,
  wtxidrelay,
} from './messages/handshake.js';
import { getheaders, headers } from './messages/headers.js';
import { getdata, inv, notfound } from './messages/inventory.js';

const table = {
  version,
  verack,
  wtxidrelay,
  sendaddrv2,
  sendheaders,
  getaddr,
  ping,
  pong,
  feefilter,
  getheaders,
  headers,
  inv,
  getdata,
  notfound,
  block,
  tx,
  addr,
  addrv2,
  getcfilters,
  cfilter,
  getcfheaders,
  cfheaders,
  getcfcheckpt,
  cfcheckpt,
} as const satisfies { [C in KnownMessage['command']]: BitcoinRow<Extract<KnownMessage, { command: C }>> };

/** Every message that is known, by its name. */
export const messageRows: ReadonlyMap<string, BitcoinRow<KnownMessage>> = new Map(Object.entries(table));
