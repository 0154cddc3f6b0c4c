/**
 * What an application is shown of a node, kept up to date from its notices, and carried over from one leader to the next.
 *
 * A new leader begins with the chain that is stored, and that may lack the newest headers which the former one had
 * verified. The tip that was shown stays until the new leader has as much work, or says that no peer of its own has more:
 * then its tip is shown, as it would be after a reload. Meanwhile the phase is not `synced`.
 *
 * Bounded: the last states of SENT_MAX transactions, and what the node itself bounds.
 */
import type { SentState, Tip } from '@vision-light/protocol';
import { firstTrust } from '../boundary/trust.js';
import type { NodeNews, NodeSnapshot, PageNotice } from './tab-messages.js';

/** Transactions whose last state is kept: as many as a node watches. The oldest is dropped. */
const SENT_MAX = 64;

/** See the head of this file. */
export class NodeState {
  #snapshot: NodeSnapshot;
  readonly #sent: Map<string, SentState>;
  /** The leader's tip, which is not shown while it has less work than the one that is. */
  #tip: Tip;
  #isHeld = false;

  constructor(snapshot: NodeSnapshot) {
    this.#snapshot = snapshot;
    this.#tip = snapshot.tip;
    this.#sent = new Map(snapshot.sent);
  }

  /** What is shown now. */
  get snapshot(): NodeSnapshot {
    return { ...this.#snapshot, sent: [...this.#sent] };
  }

  /** Takes in what has happened to the node. @returns what is shown of it */
  take({ notices, metrics }: NodeNews): NodeNews {
    if (metrics !== undefined) this.#set({ metrics });
    return { notices: notices.flatMap((notice) => this.#take(notice)), metrics };
  }

  /** The leader is gone: there is no peer until there is another one. @returns what is shown of that */
  lose(): NodeNews {
    this.#isHeld = true;
    const { peers, status } = this.#snapshot;
    const gone = peers.map(
      ({ id }): PageNotice => ({ type: 'peer', change: { kind: 'disconnected', id }, peers: [] }),
    );
    const { reason: _reason, ...rest } = status;
    const connecting: PageNotice = {
      type: 'status',
      status: { ...rest, phase: 'connecting', peers: 0, headersPerSecond: 0 },
    };
    const trust: PageNotice = { type: 'trust', trust: firstTrust(this.#snapshot.tip) };
    const signaling: PageNotice = {
      type: 'signaling',
      signaling: { ...this.#snapshot.signaling, joined: 0 },
    };
    return this.take({ notices: [...gone, connecting, trust, signaling], metrics: undefined });
  }

  /** There is a leader again, which begins with a state of its own. @returns what is shown of the change */
  replace({ identity, tip, status, peers, metrics, sent, trust, signaling }: NodeSnapshot): NodeNews {
    this.#set({ identity });
    const known = new Set(this.#snapshot.peers.map(({ id }) => id));
    const notices: PageNotice[] = [
      { type: 'tip', tip },
      ...peers
        .filter(({ id }) => !known.has(id))
        .map(({ id }): PageNotice => ({ type: 'peer', change: { kind: 'connected', id }, peers })),
      ...sent.map(([id, state]): PageNotice => ({ type: 'transaction', id, state })),
      { type: 'status', status },
      { type: 'trust', trust },
      { type: 'signaling', signaling },
    ];
    return this.take({ notices, metrics });
  }

  #take(notice: PageNotice): readonly PageNotice[] {
    switch (notice.type) {
      case 'tip':
        this.#tip = notice.tip;
        return this.#tip.chainwork < this.#snapshot.tip.chainwork && this.#isHeld ? [] : this.#show();
      case 'status': {
        const { status } = notice;
        // Each view reports its own end, once everything is released.
        if (status.phase === 'closed') return [];
        this.#set({ status });
        return status.phase === 'synced' ? [...this.#show(), notice] : [notice];
      }
      case 'trust':
        this.#set({ trust: notice.trust });
        return [notice];
      case 'signaling':
        this.#set({ signaling: notice.signaling });
        return [notice];
      case 'peer':
        this.#set({ peers: notice.peers });
        return [notice];
      case 'transaction': {
        const { id, state } = notice;
        // A new leader says again what is known.
        if (JSON.stringify(this.#sent.get(id)) === JSON.stringify(state)) return [];
        this.#sent.delete(id);
        this.#sent.set(id, state);
        for (const oldest of this.#sent.keys()) {
          if (this.#sent.size <= SENT_MAX) break;
          this.#sent.delete(oldest);
        }
        return [notice];
      }
      default:
        return [notice];
    }
  }

  /** From here on the leader's tip is shown. @returns what is shown of that */
  #show(): readonly PageNotice[] {
    this.#isHeld = false;
    const isNews = this.#tip.hash !== this.#snapshot.tip.hash;
    this.#set({ tip: this.#tip });
    return isNews ? [{ type: 'tip', tip: this.#tip }] : [];
  }

  #set(part: Partial<NodeSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...part };
  }
}
