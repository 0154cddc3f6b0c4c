/** What the application waits for: at most BLOCK_DEMANDS_MAX blocks, none longer than BLOCK_DEMAND_TIMEOUT_MS. */
import { bytesToHex } from '../bytes/hex.js';
import type { BlockFault, BlockResult } from '../io/notice.js';
import { BLOCK_DEMAND_TIMEOUT_MS, BLOCK_DEMANDS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';

/** Who waits: the application by its ticket, or another part. */
export type BlockTicket = number | ((result: BlockResult) => void);

interface Request {
  readonly key: string;
  readonly hash: Uint8Array;
  readonly ticket: BlockTicket;
  readonly until: number;
}

/** Requests of the application for single blocks, until each is answered once. */
export class BlockRequests {
  /** Oldest first, and so the first to be overdue. */
  #requests: Request[] = [];

  constructor(readonly outbox: Outbox) {}

  has(hash: Uint8Array): boolean {
    const key = bytesToHex(hash);
    return this.#requests.some((request) => request.key === key);
  }

  /** @returns false, answered with BLOCK_BUSY, if too many wait */
  add(hash: Uint8Array, ticket: BlockTicket, now: number): boolean {
    if (this.#requests.length >= BLOCK_DEMANDS_MAX) {
      this.answer(ticket, { ok: false, code: 'BLOCK_BUSY' });
      return false;
    }
    const until = now + BLOCK_DEMAND_TIMEOUT_MS;
    this.#requests.push({ key: bytesToHex(hash), hash: hash.slice(), ticket, until });
    return true;
  }

  answer(ticket: BlockTicket, result: BlockResult): void {
    if (typeof ticket === 'number') this.outbox.emit({ type: 'block', ticket, result });
    else ticket(result);
  }

  /** Answers all who wait for a block, each with bytes of its own. */
  fulfil(hash: Uint8Array, height: number, body: Uint8Array): void {
    for (const { ticket } of this.#take(hash)) this.answer(ticket, { ok: true, height, body: body.slice() });
  }

  /** Tells all who wait for a block that it does not come. */
  refuse(hash: Uint8Array, code: BlockFault): void {
    for (const { ticket } of this.#take(hash)) this.answer(ticket, { ok: false, code });
  }

  /** Answers what has waited too long; @returns hashes that nobody waits for any more */
  expire(now: number): Uint8Array[] {
    const [first] = this.#requests;
    if (first === undefined || now < first.until) return [];
    const overdue = this.#requests.filter(({ until }) => now >= until);
    this.#requests = this.#requests.filter(({ until }) => now < until);
    for (const { ticket } of overdue) this.answer(ticket, { ok: false, code: 'BLOCK_UNAVAILABLE' });
    return overdue.filter(({ hash }) => !this.has(hash)).map(({ hash }) => hash);
  }

  nextWake(): number | undefined {
    return this.#requests[0]?.until;
  }

  #take(hash: Uint8Array): Request[] {
    if (this.#requests.length === 0) return [];
    const key = bytesToHex(hash);
    const taken = this.#requests.filter((request) => request.key === key);
    if (taken.length > 0) this.#requests = this.#requests.filter((request) => request.key !== key);
    return taken;
  }
}
