import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup, clientKey, type RefusalCode } from '@vision-light/signaling';
import type { SignalLimits } from '../limits.js';
import { AddressBook } from './address-book.js';
import type { SharedAddresses } from './shared-addresses.js';

/** Who may connect at all. */
export interface AdmissionPolicy {
  readonly limits: SignalLimits;
  /** Believe the last X-Forwarded-For entry. */
  readonly isProxyTrusted: boolean;
  /** Origins of pages that may connect; undefined means any. Clients that are no pages send none. */
  readonly origins: readonly string[] | undefined;
  /** Counts addresses over several processes; undefined if this one is alone. */
  readonly shared: SharedAddresses | undefined;
  readonly now: () => number;
}

/** A connection that has been upgraded, or waits for that. */
interface Upgraded {
  readonly address: string;
  /** It is counted over all processes, and has to be taken off there. */
  isShared: boolean;
}

const UNLIMITED = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };

/**
 * Decides about TCP connections and upgrades before anything expensive happens, and counts them by
 * address until their TCP connection is closed, however it ends.
 */
export class Admission {
  readonly #policy: AdmissionPolicy;
  /** TCP connections that have not been upgraded: HTTP requests, and those who never say anything. */
  readonly #pending = new Map<Socket, string>();
  readonly #pendingBook: AddressBook;
  readonly #pendingGroups: AddressBook;
  readonly #upgraded = new Map<Socket, Upgraded>();
  readonly #upgradedBook: AddressBook;
  readonly #upgradedGroups: AddressBook;
  readonly #onTcpClose: (this: Socket) => void;

  constructor(policy: AdmissionPolicy) {
    const { limits } = policy;
    this.#policy = policy;
    this.#pendingBook = new AddressBook(limits.maxConnectionsPerAddress, UNLIMITED);
    this.#pendingGroups = new AddressBook(limits.maxConnectionsPerGroup, UNLIMITED);
    this.#upgradedBook = new AddressBook(limits.maxConnectionsPerAddress, {
      perSecond: limits.maxConnectsPerSecondPerAddress,
      burst: limits.maxConnectBurstPerAddress,
    });
    this.#upgradedGroups = new AddressBook(limits.maxConnectionsPerGroup, UNLIMITED);
    const admission = this;
    // One function for all, since a closure for each would stay as long as its connection is open.
    this.#onTcpClose = function (this: Socket) {
      admission.#leavePending(this);
      admission.#leaveUpgraded(this);
    };
  }

  /**
   * Counts a new TCP connection until it is upgraded or closed. Behind a proxy all come from one
   * address, and it is for the proxy to guard against silent ones.
   *
   * @returns the reason to cut it off, if there is one
   */
  openTcp(socket: Socket): RefusalCode | undefined {
    socket.once('close', this.#onTcpClose);
    if (this.#policy.isProxyTrusted) return undefined;
    const address = clientKey(socket.remoteAddress);
    const refusal = enter(address, this.#pendingBook, this.#pendingGroups, this.#policy.now());
    if (refusal !== undefined) return refusal;
    this.#pending.set(socket, address);
    return undefined;
  }

  /**
   * Counts an upgrade of a TCP connection that was opened here, until that is closed.
   *
   * @returns the reason to refuse it, if there is one; a promise, if other processes count as well
   */
  upgrade(request: IncomingMessage): RefusalCode | undefined | Promise<RefusalCode | undefined> {
    const { limits, origins, isProxyTrusted, shared, now } = this.#policy;
    const { socket } = request;
    this.#leavePending(socket);
    if (!isHandshake(request)) return 'SIGNAL_MALFORMED';
    const { origin } = request.headers;
    if (origins !== undefined && origin !== undefined && !origins.includes(origin)) {
      return 'SIGNAL_ORIGIN_NOT_ALLOWED';
    }
    if (this.#upgraded.size >= limits.maxConnections) return 'SIGNAL_TOO_MANY_CONNECTIONS';
    const forwardedFor = isProxyTrusted ? request.headers['x-forwarded-for'] : undefined;
    const address = clientKey(socket.remoteAddress, forwardedFor);
    const refusal = enter(address, this.#upgradedBook, this.#upgradedGroups, now());
    if (refusal !== undefined) return refusal;
    const upgraded = { address, isShared: false };
    this.#upgraded.set(socket, upgraded);
    return shared === undefined ? undefined : this.#enterShared(shared, socket, upgraded);
  }

  /** Forgets addresses that are gone. */
  sweep(): void {
    const nowMs = this.#policy.now();
    const books = [this.#pendingBook, this.#pendingGroups, this.#upgradedBook, this.#upgradedGroups];
    for (const book of books) book.sweep(nowMs);
  }

  async #enterShared(
    shared: SharedAddresses,
    socket: Socket,
    upgraded: Upgraded,
  ): Promise<RefusalCode | undefined> {
    const { address } = upgraded;
    const refusal = await shared.enter(address, addressGroup(address));
    if (refusal !== undefined) this.#leaveUpgraded(socket);
    else if (this.#upgraded.get(socket) === upgraded) upgraded.isShared = true;
    // It was closed meanwhile.
    else shared.leave(address, addressGroup(address));
    return refusal;
  }

  #leavePending(socket: Socket): void {
    const address = this.#pending.get(socket);
    if (address === undefined) return;
    this.#pending.delete(socket);
    this.#pendingBook.leave(address);
    this.#pendingGroups.leave(addressGroup(address));
  }

  #leaveUpgraded(socket: Socket): void {
    const upgraded = this.#upgraded.get(socket);
    if (upgraded === undefined) return;
    const { address, isShared } = upgraded;
    this.#upgraded.delete(socket);
    this.#upgradedBook.leave(address);
    this.#upgradedGroups.leave(addressGroup(address));
    if (isShared) this.#policy.shared?.leave(address, addressGroup(address));
  }
}

/** Counts one more of an address and of its group, or of neither. @returns the reason to refuse it, if there is one */
function enter(
  address: string,
  addresses: AddressBook,
  groups: AddressBook,
  nowMs: number,
): RefusalCode | undefined {
  if (!addresses.enter(address, nowMs)) return 'SIGNAL_TOO_MANY_FROM_ADDRESS';
  if (groups.enter(addressGroup(address), nowMs)) return undefined;
  addresses.leave(address);
  return 'SIGNAL_TOO_MANY_FROM_NETWORK';
}

/** Whether a request to the signaling path asks for what this server speaks: engine.io 4, anew, by WebSocket. */
function isHandshake({ url = '', method }: IncomingMessage): boolean {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  return (
    method === 'GET' &&
    query.get('EIO') === '4' &&
    query.get('transport') === 'websocket' &&
    !query.has('sid')
  );
}
