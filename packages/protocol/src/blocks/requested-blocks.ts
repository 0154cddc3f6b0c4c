/**
 * Blocks that the application asks for: from the store if they are there, from peers if not.
 *
 * Memory: what `block-requests.ts` states.
 */
import type { CheckedBody } from '../chain/checked-body.js';
import type { BlockDownload } from './block-download.js';
import type { BlockRequests, BlockTicket } from './block-requests.js';
import type { BodyChecker } from './body-checker.js';
import type { FollowedBlocks } from './followed-blocks.js';
import type { StoredBlocks } from './stored-blocks.js';

/** Answers the application's requests for single blocks. */
export class RequestedBlocks {
  constructor(
    readonly requests: BlockRequests,
    readonly stored: StoredBlocks,
    readonly download: BlockDownload,
    readonly followed: FollowedBlocks,
    readonly checker: BodyChecker,
  ) {}

  /** The application, or another part, wants a block. */
  request(hash: Uint8Array, ticket: BlockTicket, now: number): void {
    const { tree } = this.followed;
    const slot = tree.find(hash);
    if (slot === undefined) {
      this.requests.answer(ticket, { ok: false, code: 'BLOCK_UNKNOWN' });
      return;
    }
    if (!this.requests.add(hash, ticket, now)) return;
    const implied = this.checker.implied(slot);
    if (implied !== undefined) this.requests.fulfil(hash, tree.height(slot), implied);
    else if (this.stored.has(hash)) this.#read(hash.slice());
    else this.#fetch(hash, slot);
  }

  /**
   * Takes a body apart that is kept here. Its transactions are hashed once, to hold them to the header and to name them.
   *
   * @param done  is called once, at once or later; with undefined if the body is not kept here, or is damaged
   */
  open(hash: Uint8Array, done: (body: CheckedBody | undefined) => void): void {
    if (!this.stored.has(hash)) {
      done(undefined);
      return;
    }
    const own = hash.slice();
    this.stored.read(own, (body) => {
      const { tree } = this.followed;
      const slot = tree.find(own);
      const transactions = body && tree.family.splitBody(body);
      if (slot === undefined || body === undefined || transactions === undefined) {
        done(undefined);
        return;
      }
      const checked = this.checker.check(slot, body, transactions);
      done(typeof checked === 'string' ? undefined : checked);
    });
  }

  #fetch(hash: Uint8Array, slot: number): void {
    const { download } = this;
    if (download.isWanted(hash) || download.want(hash, { isOld: this.followed.isOld(slot) })) return;
    this.requests.refuse(hash, 'BLOCK_BUSY');
  }

  /** What comes from the store is checked again; what is damaged is fetched anew. */
  #read(hash: Uint8Array): void {
    this.stored.read(hash, (body) => {
      const { tree } = this.followed;
      const slot = tree.find(hash);
      if (slot === undefined) {
        this.requests.refuse(hash, 'BLOCK_UNKNOWN');
        return;
      }
      if (body !== undefined && typeof this.checker.check(slot, body) !== 'string') {
        this.requests.fulfil(hash, tree.height(slot), body);
        return;
      }
      this.stored.remove(hash);
      if (this.requests.has(hash)) this.#fetch(hash, slot);
    });
  }
}
