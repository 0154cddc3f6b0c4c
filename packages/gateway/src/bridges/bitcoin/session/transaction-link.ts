/**
 * Transactions between the core and a full node.
 *
 * The core knows a transaction by the hash that covers its witnesses. Full nodes that speak BIP339 do so, too. Others announce
 * and ask by the txid, which the core cannot tell from that hash; so with these a transaction is fetched before it is
 * announced, from the node or from the core, and kept until it is asked for.
 *
 * Memory: TX_OFFERED_MAX names, TX_COMING_MAX names, and what `kept-transactions.ts` states, twice.
 */
import { bytesToHex, type GetTxs, type Inv, type Message, type Txs } from '@vision-light/protocol';
import type { KnownMessage } from '../wire/message.js';
import { type InventoryItem, inventoryKinds } from '../wire/messages/inventory.js';
import type { ChainView } from './chain-view.js';
import { KeptTransactions } from './kept-transactions.js';
import type { NodeFault } from './session-faults.js';
import { TX_COMING_MAX, TX_OFFERED_MAX, TX_TIMEOUT_MS } from './session-limits.js';

/** Where its messages go. */
export interface TransactionLinkPort {
  /** To the full node. */
  write(message: KnownMessage): void;
  /** To the core. */
  say(message: Message): void;
}

/** One place in an answer to the core, in the order of its request. */
interface Place {
  readonly key: string;
  readonly requestId: number;
  readonly deadline: number;
  /** Undefined until it came; empty if the node does not have it. */
  bytes: Uint8Array | undefined;
}

const nothing = new Uint8Array(0);
/** Names of one announcement to the core. */
const ANNOUNCED_AT_ONCE = 1_000;
/** Names of one request to the core. */
const REQUESTED_AT_ONCE = 100;

/** See the head of this file. */
export class TransactionLink {
  /** Names in hex under which they were offered to the node, oldest first. */
  readonly #offered = new Set<string>();
  /** What the core asked of the node, oldest first. */
  #places: Place[] = [];
  /** Txids that the node was asked for because it announced them, and until when. */
  readonly #coming = new Map<string, number>();
  /** From the node, under the names that the core uses. */
  readonly #brought = new KeptTransactions();
  /** From the core, under txids. */
  readonly #taken = new KeptTransactions();
  /** Requests to the core: what the node asked for, or undefined for what is to be offered. */
  readonly #requests = new Map<number, (Uint8Array | undefined)[]>();
  #lastRequestId = 0;

  /** @param speaksWtxid  whether the node names transactions by the hash that covers witnesses (BIP339) */
  constructor(
    readonly view: ChainView,
    readonly port: TransactionLinkPort,
    readonly speaksWtxid: boolean,
  ) {}

  // From the core

  /** Offers transactions of the core to the node. */
  offer(relayIds: readonly Uint8Array[]): void {
    if (this.speaksWtxid) this.#announce(inventoryKinds.WTX, relayIds);
    else this.#request(relayIds, () => undefined);
  }

  /** The core asks for transactions that the node has announced. */
  requested({ requestId, relayIds }: GetTxs, now: number): void {
    const deadline = now + TX_TIMEOUT_MS;
    for (const id of relayIds) {
      const bytes = this.speaksWtxid ? undefined : (this.#brought.get(id) ?? nothing);
      this.#places.push({ key: bytesToHex(id), requestId, deadline, bytes });
    }
    if (this.speaksWtxid)
      this.port.write({
        command: 'getdata',
        items: relayIds.map((hash) => ({ kind: inventoryKinds.WTX, hash: hash.slice() })),
      });
    this.#answer();
  }

  /** The core gives what it was asked for. */
  given({ requestId, transactions }: Txs): void {
    const places = this.#requests.get(requestId);
    if (places === undefined) return;
    for (const bytes of transactions) {
      const wanted = places.shift();
      if (wanted !== undefined) this.#hand(wanted, bytes);
      else this.#takeForOffer(bytes);
      if (places.length === 0) break;
    }
    if (places.length === 0) this.#requests.delete(requestId);
  }

  // From the node

  /** The node has transactions. */
  announced(items: readonly InventoryItem[], now: number): void {
    if (!this.speaksWtxid) {
      this.#fetch(items, now);
      return;
    }
    const ids = items.filter(({ kind }) => kind === inventoryKinds.WTX).map(({ hash }) => hash);
    for (let at = 0; at < ids.length; at += ANNOUNCED_AT_ONCE)
      this.port.say({ type: 'inv', relayIds: ids.slice(at, at + ANNOUNCED_AT_ONCE) } satisfies Inv);
  }

  /** The node asks for transactions that were offered to it. One that it names twice it is given once. */
  wanted(items: readonly InventoryItem[]): void {
    const here = new Map<string, Uint8Array>();
    const missing: InventoryItem[] = [];
    for (const item of items) {
      const key = bytesToHex(item.hash);
      if (this.#offered.has(key)) here.set(key, item.hash.slice());
      else missing.push(item);
    }
    if (missing.length > 0) this.port.write({ command: 'notfound', items: missing });
    const names = [...here.values()];
    if (this.speaksWtxid) this.#request(names, (name) => name);
    else for (const name of names) this.#hand(name, this.#taken.get(name) ?? nothing);
  }

  /** A transaction came. */
  received(bytes: Uint8Array): NodeFault | undefined {
    const tx = this.view.family.readTransaction(bytes);
    if (tx === undefined) return 'BITCOIN_MALFORMED';
    if (this.speaksWtxid)
      return this.#settle(bytesToHex(tx.relayId), bytes) ? undefined : 'BITCOIN_UNSOLICITED';
    if (!this.#coming.delete(bytesToHex(tx.id))) return 'BITCOIN_UNSOLICITED';
    this.#brought.add(tx.relayId, bytes);
    this.port.say({ type: 'inv', relayIds: [tx.relayId] });
    return undefined;
  }

  /** The node does not have a transaction. */
  notFound(hash: Uint8Array): void {
    const key = bytesToHex(hash);
    if (this.speaksWtxid) this.#settle(key, nothing);
    else this.#coming.delete(key);
  }

  // Time

  /** What did not come is not waited for any longer. A node may have nothing to send, so it is not at fault. */
  advance(now: number): void {
    for (const place of this.#places)
      if (place.bytes === undefined && now >= place.deadline) place.bytes = nothing;
    for (const [key, until] of this.#coming) if (now >= until) this.#coming.delete(key);
    this.#answer();
  }

  nextWake(): number | undefined {
    const times = [...this.#coming.values(), ...this.#places.map(({ deadline }) => deadline)];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  // The rest

  #announce(kind: number, hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) this.#offered.add(bytesToHex(hash));
    for (const oldest of this.#offered) {
      if (this.#offered.size <= TX_OFFERED_MAX) break;
      this.#offered.delete(oldest);
    }
    this.port.write({ command: 'inv', items: hashes.map((hash) => ({ kind, hash: hash.slice() })) });
  }

  /** Asks the core. @param wanted  what the node asked for, of each */
  #request(relayIds: readonly Uint8Array[], wanted: (id: Uint8Array) => Uint8Array | undefined): void {
    for (let at = 0; at < relayIds.length; at += REQUESTED_AT_ONCE) {
      const ids = relayIds.slice(at, at + REQUESTED_AT_ONCE);
      const requestId = ++this.#lastRequestId;
      this.#requests.set(requestId, ids.map(wanted));
      this.port.say({ type: 'getTxs', requestId, relayIds: ids });
    }
  }

  #hand(name: Uint8Array, bytes: Uint8Array): void {
    if (bytes.length > 0) this.port.write({ command: 'tx', bytes });
    else
      this.port.write({
        command: 'notfound',
        items: [{ kind: this.speaksWtxid ? inventoryKinds.WTX : inventoryKinds.TX, hash: name }],
      });
  }

  #takeForOffer(bytes: Uint8Array): void {
    const tx = bytes.length === 0 ? undefined : this.view.family.readTransaction(bytes);
    if (tx === undefined) return;
    this.#taken.add(tx.id, bytes);
    this.#announce(inventoryKinds.TX, [tx.id]);
  }

  #fetch(items: readonly InventoryItem[], now: number): void {
    const room = TX_COMING_MAX - this.#coming.size;
    const isNew = ({ kind, hash }: InventoryItem): boolean =>
      kind === inventoryKinds.TX && !this.#coming.has(bytesToHex(hash));
    const asked = items.filter(isNew).slice(0, room);
    for (const { hash } of asked) this.#coming.set(bytesToHex(hash), now + TX_TIMEOUT_MS);
    if (asked.length > 0)
      this.port.write({
        command: 'getdata',
        items: asked.map(({ hash }) => ({ kind: inventoryKinds.WITNESS_TX, hash })),
      });
  }

  #settle(key: string, bytes: Uint8Array): boolean {
    const place = this.#places.find((each) => each.key === key && each.bytes === undefined);
    if (place === undefined) return false;
    place.bytes = bytes.slice();
    this.#answer();
    return true;
  }

  /** Gives the core what has come, in the order in which it asked. */
  #answer(): void {
    const waiting = this.#places.findIndex(({ bytes }) => bytes === undefined);
    const done = this.#places.splice(0, waiting < 0 ? this.#places.length : waiting);
    for (const { requestId, bytes = nothing } of done)
      this.port.say({ type: 'txs', requestId, transactions: [bytes] });
  }
}
