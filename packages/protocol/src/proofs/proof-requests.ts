/**
 * Proofs that the application wants: in which block the transaction is, what the block has, and which headers tie it to
 * what the verifier knows. What comes of it is the material of a proof; the platform makes the proof, with code that a page
 * loads only then.
 *
 * A block that is not named is looked for among the newest ones, then among the bodies that are kept, newest first, then with
 * peers that keep an index, one after another. What a peer says is a hint: its block is fetched, held to its header like any
 * other, and looked into. A peer whose block does not have the transaction is disconnected.
 *
 * Each request does one thing at a time, and what it waits for calls back once: so it is answered once.
 *
 * Memory: PROOF_REQUESTS_MAX requests, each with at most one body that is being read.
 */
import { defined } from '../assert.js';
import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { ProofFault } from '../chain/proof/proof-fault.js';
import type { BlockTransaction } from '../chain/transaction-rules.js';
import type { HeaderCommitment } from '../checkpoints/header-commitment.js';
import type { EventTime, ProveCommand } from '../io/event.js';
import type { BlockFault, BlockResult } from '../io/notice.js';
import type { TransactionStatus } from '../io/transaction-notice.js';
import {
  FOLLOWED_BLOCKS,
  PROOF_PEERS_MAX,
  PROOF_REQUESTS_MAX,
  REQUEST_TIMEOUT_MAX_MS,
  TX_BLOCK_TIMEOUT_MS,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part, Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import type { Offence } from '../peer/verdicts.js';
import { findOnChain } from '../tree/find-on-chain.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { GetTxBlock, TxBlock } from '../wire/messages/tx-block.js';
import { ProofTies, type TieWish } from './proof-ties.js';

/** `getTxBlock`. */
const txBlockRequests: RequestKind = {
  name: 'getTxBlock',
  longestMs: REQUEST_TIMEOUT_MAX_MS,
  graceUntil: () => Number.NEGATIVE_INFINITY,
};

/** What answers peers that ask for the block of a transaction. */
export interface TxBlocks {
  /** Calls back once, at once or later. */
  find(id: Uint8Array, found: (block: Uint8Array | undefined) => void): void;
}

/** What it takes of the node around it. */
export interface ProofContext {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly ledger: RequestLedger;
  readonly blocks: BlockSync;
  readonly transactions: { status(id: string): TransactionStatus | undefined };
  readonly prover: { readonly verifiedFrom: number };
  readonly checkpoints: { readonly commitment: HeaderCommitment };
}

interface Request extends TieWish {
  readonly ticket: number;
  readonly id: Uint8Array;
  readonly named: Uint8Array | undefined;
  /** Peers that were asked, or that are not to be. */
  readonly asked: Set<string>;
  /** Who is being asked, and by which request. */
  waiting: { readonly peerId: string; readonly requestId: number } | undefined;
}

/** Answers the application's wishes for proofs; see the head of this file. */
export class ProofRequests implements Part<GetTxBlock | TxBlock> {
  readonly name = 'proofs';
  readonly #requests = new Set<Request>();
  readonly #ties: ProofTies;
  #now = 0;

  /**
   * @param punish  says why, and disconnects
   * @param index  if this node keeps one
   */
  constructor(
    readonly context: ProofContext,
    readonly punish: (peer: Peer, code: Offence) => void,
    readonly index: TxBlocks | undefined,
  ) {
    const { tree, checkpoints, prover } = context;
    this.#ties = new ProofTies(tree, checkpoints.commitment, () => prover.verifiedFrom);
  }

  /** The application wants a proof. */
  request({ id, block, confirmations = 1, checkpoint, ticket }: ProveCommand, now: number): void {
    this.#now = now;
    const request: Request = {
      ticket,
      id: id.slice(),
      named: block?.slice(),
      confirmations,
      checkpoint,
      asked: new Set(),
      waiting: undefined,
    };
    if (this.#requests.size >= PROOF_REQUESTS_MAX) {
      this.#answer(request, 'PROOF_BUSY');
      return;
    }
    this.#requests.add(request);
    const known = block ?? this.#newestBlockOf(id);
    if (known !== undefined) this.#fetch(request, known);
    else this.#searchKept(request, this.context.tree.tipHeight);
  }

  receive(peer: Peer, message: GetTxBlock | TxBlock, { now }: EventTime): Reception {
    this.#now = now;
    return message.type === 'getTxBlock' ? this.#serve(peer, message) : this.#hint(peer, message, now);
  }

  peerGone(peer: Peer): void {
    for (const request of this.#requests) if (request.waiting?.peerId === peer.id) this.#askNext(request);
  }

  advance({ now }: EventTime): void {
    this.#now = now;
    const { ledger } = this.context;
    for (const [peerId, answers] of ledger.overdue(txBlockRequests, now)) {
      for (const { requestId } of answers) ledger.giveUp(peerId, txBlockRequests, requestId);
      ledger.failed(peerId, txBlockRequests, now);
      for (const request of this.#requests) {
        const { waiting } = request;
        if (waiting?.peerId === peerId && answers.some(({ requestId }) => requestId === waiting.requestId))
          this.#askNext(request);
      }
    }
    this.#ties.advance();
  }

  nextWake({ now }: EventTime): number | undefined {
    return this.#ties.isHashing ? now : this.context.ledger.dueAt(txBlockRequests);
  }

  /** Looks the transaction up in this node's index, if it keeps one. */
  #serve(peer: Peer, { requestId, id }: GetTxBlock): Reception {
    const { peers, outbox } = this.context;
    const answer = (block: Uint8Array | undefined): void => {
      if (peers.get(peer.id) === peer) outbox.send(peer, { type: 'txBlock', requestId, block });
    };
    if (this.index === undefined) answer(undefined);
    else this.index.find(id, answer);
    return 'quiet';
  }

  // Which block it is

  /** Of a transaction in one of the newest blocks. */
  #newestBlockOf(id: Uint8Array): Uint8Array | undefined {
    const { transactions, tree } = this.context;
    const status = transactions.status(tree.family.hashToHex(id));
    return status?.kind === 'included' ? tree.family.hashFromHex(status.block) : undefined;
  }

  /** Looks into the bodies that are kept, newest first, as far down as bodies are followed. */
  #searchKept(request: Request, from: number): void {
    const { tree, blocks } = this.context;
    const lowest = Math.max(tree.baseHeight, tree.tipHeight - FOLLOWED_BLOCKS);
    for (let height = from; height > lowest; height--) {
      const slot = tree.at(height);
      const hash = slot === undefined ? undefined : tree.hash(slot);
      if (hash === undefined || blocks.whereabouts(hash) !== 'here') continue;
      const own = hash.slice();
      blocks.requested.open(own, (body) => {
        const position = body === undefined ? -1 : positionIn(body.transactions, request.id);
        if (body === undefined || position < 0) this.#searchKept(request, height - 1);
        else this.#tie(request, own, body.transactions, position);
      });
      return;
    }
    if (this.index === undefined) this.#askNext(request);
    else
      this.index.find(request.id, (block) =>
        block === undefined ? this.#askNext(request) : this.#fetch(request, block),
      );
  }

  #askNext(request: Request): void {
    request.waiting = undefined;
    const { peers, ledger, outbox } = this.context;
    const able = peers.ready.filter(
      (peer) => peer.hasTxIndex && !request.asked.has(peer.id) && !ledger.isPaused(peer.id, this.#now),
    );
    // Those that are always on first.
    const peer = able.find(({ isGateway }) => isGateway) ?? able[0];
    if (peer === undefined || request.asked.size >= PROOF_PEERS_MAX) {
      this.#answer(request, 'PROOF_TX_NOT_FOUND');
      return;
    }
    request.asked.add(peer.id);
    const requestId = ledger.ask(peer.id, txBlockRequests, TX_BLOCK_TIMEOUT_MS, this.#now);
    request.waiting = { peerId: peer.id, requestId };
    outbox.send(peer, { type: 'getTxBlock', requestId, id: request.id });
  }

  #hint(peer: Peer, { requestId, block }: TxBlock, now: number): Reception {
    const answered = this.context.ledger.take(peer.id, txBlockRequests, requestId, now);
    if (answered === 'unsolicited') return 'PEER_UNSOLICITED';
    for (const request of this.#requests) {
      if (request.waiting?.peerId !== peer.id || request.waiting.requestId !== requestId) continue;
      // A block beside the best chain proves nothing. The peer may only be ahead of this node, so it is not punished.
      const isOnChain = block !== undefined && findOnChain(this.context.tree, block) !== undefined;
      if (isOnChain) this.#fetch(request, block.slice(), peer);
      else this.#askNext(request);
      break;
    }
    return undefined;
  }

  // What the block has

  /** @param hinted  who says that the block has it */
  #fetch(request: Request, hash: Uint8Array, hinted?: Peer): void {
    request.waiting = undefined;
    const { requested } = this.context.blocks;
    requested.open(hash, (body) => {
      if (body !== undefined) this.#lookInto(request, hash, body.transactions, hinted);
      else requested.request(hash, (result) => this.#fetched(request, hash, result, hinted), this.#now);
    });
  }

  #fetched(request: Request, hash: Uint8Array, result: BlockResult, hinted: Peer | undefined): void {
    if (result.ok) {
      const transactions = this.context.tree.family.splitBody(result.body);
      this.#lookInto(request, hash, defined(transactions, 'the body was checked'), hinted);
    } else if (hinted === undefined) this.#answer(request, result.code);
    else this.#askNext(request);
  }

  #lookInto(
    request: Request,
    hash: Uint8Array,
    transactions: readonly BlockTransaction[],
    hinted: Peer | undefined,
  ): void {
    const position = positionIn(transactions, request.id);
    if (position >= 0) this.#tie(request, hash, transactions, position);
    else if (hinted === undefined) this.#answer(request, 'PROOF_TX_NOT_IN_BLOCK');
    else {
      this.punish(hinted, 'PEER_FALSE_HINT');
      this.#askNext(request);
    }
  }

  #tie(
    request: Request,
    hash: Uint8Array,
    transactions: readonly BlockTransaction[],
    position: number,
  ): void {
    const { tree, outbox } = this.context;
    const slot = findOnChain(tree, hash);
    if (slot === undefined) {
      this.#answer(request, 'PROOF_NOT_IN_CHAIN');
      return;
    }
    const height = tree.height(slot);
    this.#ties.request(hash, height, request, (tie) => {
      if (typeof tie === 'string') {
        this.#answer(request, tie);
        return;
      }
      const { family } = tree;
      const ids = new Uint8Array(32 * transactions.length);
      for (const [i, { id }] of transactions.entries()) ids.set(id, 32 * i);
      const committedAt = (at: number): Uint8Array => {
        const bytes = defined(transactions[at], 'the body has it').bytes;
        return defined(family.committedBytes(bytes), 'it is a transaction').slice();
      };
      this.#requests.delete(request);
      outbox.emit({
        type: 'provable',
        ticket: request.ticket,
        result: {
          ok: true,
          height,
          ids,
          position,
          committed: committedAt(position),
          firstCommitted: committedAt(0),
          ...tie,
        },
      });
    });
  }

  #answer(request: Request, code: ProofFault | BlockFault): void {
    this.#requests.delete(request);
    this.context.outbox.emit({ type: 'provable', ticket: request.ticket, result: { ok: false, code } });
  }
}

/** Where in a block a transaction is; below 0 if it is not there. */
function positionIn(transactions: readonly BlockTransaction[], id: Uint8Array): number {
  return transactions.findIndex((each) => areEqual(each.id, id));
}
