/**
 * One node for all tabs of an origin and network. One tab leads: it has the worker and the peers. The others follow: they
 * show what the leader tells and pass their calls on to it. Which tab leads is decided by a lock, so whichever waits for it
 * longest takes over at once when the leader is closed or killed. A tab whose page is left or frozen leads no more.
 *
 * A leader that holds the lock and does not answer, because its page hangs, loses the lock to a follower. It notices when
 * it runs again, and follows; until then the fence of the database keeps it from writing (`store/indexed-db-store.ts`).
 *
 * Bounded: one message in TICK_MS of a follower that hears nothing; calls by their deadline; SENT_MAX transactions.
 */
import type { Clock } from '@vision-light/signaling';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { SendAnswer } from '../boundary/messages.js';
import type { LeaderEvents } from './leader-lock.js';
import { NodeState } from './node-state.js';
import type { PageListener } from './page-events.js';
import { type PendingCall, PendingCalls } from './pending-calls.js';
import type { TabChannel, TabChannelEvents } from './tab-channel.js';
import {
  type FromLeader,
  isNodeCall,
  type NodeCall,
  type NodeNews,
  type NodeSnapshot,
  type PageNotice,
  type TabMessage,
  type ToLeader,
} from './tab-messages.js';

/** Milliseconds between two looks at whether the leader was heard. A page in the background looks less often. */
const TICK_MS = 1000;

/**
 * Looks in a row that have heard nothing, although the leader was asked to answer: then its page hangs. A page that
 * computes for some seconds keeps the lead. They are counted rather than timed, so that a follower that was frozen itself, or
 * slept with the machine, first asks again.
 */
const SILENT_TICKS_MAX = 5;

/** Errors kept until there is a view; as many as a view keeps. */
const UNHEARD_MAX = 16;

/** Transactions of this page that a new leader is given; as many as a node keeps. The oldest is dropped. */
const SENT_MAX = 64;

/** A node that runs in this tab. */
export interface NodeEngine {
  /** As it was when it had started. */
  readonly snapshot: NodeSnapshot;
  /** @param isRepeated  another leader may have performed the call before */
  call(call: PendingCall, isRepeated: boolean): Promise<unknown>;
  /** Leaves the peers, until the call `resume`. */
  rest(): void;
  /** Ends it at once. */
  end(): void;
  /** Takes leave of the peers, writes what is not stored, and ends. */
  close(): Promise<void>;
}

/** What a {@link NodeEngine} reports, from its start on. */
export interface EngineEvents {
  news(news: NodeNews): void;
  /** Another tab has taken the database over, so this one does not lead any more. */
  fenced(): void;
  crashed(error: LightNodeError): void;
}

/** How a node is to be started. */
export interface EngineStart {
  /** Whether other tabs may take over. */
  readonly isShared: boolean;
  /** Whether the lead was taken from a tab that did not answer, and may still hold the database. */
  readonly isTheft: boolean;
  /** Ends the start. */
  readonly signal: AbortSignal;
}

/** Shows the node to an application. */
export interface NodeView {
  receive(news: NodeNews): void;
  crash(error: LightNodeError): void;
}

/** How the tabs of an origin find one another; absent for a node that is not shared with other tabs. */
export interface TabLinks {
  /** Unlike that of any other tab. */
  readonly id: string;
  requestLead(isTheft: boolean, events: LeaderEvents): () => void;
  openChannel(events: TabChannelEvents): TabChannel;
}

/** What a {@link SharedNode} needs from outside. */
export interface SharedNodeParts {
  readonly tabs: TabLinks | undefined;
  readonly clock: Clock;
  watchPage(listener: PageListener): () => void;
  /** Starts the node in this tab. @throws what keeps it from starting */
  start(how: EngineStart, events: EngineEvents): Promise<NodeEngine>;
  /** Called when the node can be joined no more. */
  over(): void;
}

/** See the head of this file. */
export class SharedNode {
  /** Fulfilled once there is something to show. Rejects if the node could not be started, with the reason. */
  readonly ready: Promise<void>;
  #isReady: () => void = () => {};
  #hasFailed: (reason: unknown) => void = () => {};
  readonly #parts: SharedNodeParts;
  readonly #views = new Set<NodeView>();
  readonly #calls: PendingCalls;
  readonly #unwatchPage: () => void;
  #holders = 0;
  #state: NodeState | undefined;
  #unheard: PageNotice[] = [];
  /** What this page has sent and no block has yet, by id: the leader may be gone before it has stored it. */
  readonly #sent = new Map<string, readonly unknown[]>();
  /** Of the newest leader that was heard of; 0 before the first. */
  #term = 0;
  /** Whether that leader's node runs, here or in another tab. */
  #isConnected = false;
  /** The node, if it is started or starting here. */
  #ending: AbortController | undefined;
  #engine: NodeEngine | undefined;
  #channel: TabChannel | undefined;
  #giveUpLead = (): void => {};
  #stopTicking = (): void => {};
  #silentTicks = 0;
  #isSuspended = false;
  #isOver = false;

  constructor(parts: SharedNodeParts) {
    this.#parts = parts;
    this.#calls = new PendingCalls(parts.clock);
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#hasFailed = reject;
    });
    // Whoever waits for it hears of it.
    this.ready.catch(() => {});
    this.#unwatchPage = parts.watchPage({
      resumed: () => this.#resume(),
      restored: () => this.#restore(),
      suspended: () => this.#suspend(),
    });
    this.#join();
  }

  // What applications of this page ask

  /** What is shown now. @throws before `ready` */
  get snapshot(): NodeSnapshot {
    if (this.#state === undefined) throw new LightNodeError('NODE_CLOSED');
    return this.#state.snapshot;
  }

  /** Keeps the node from being closed until `release` was called as often. */
  hold(): void {
    this.#holders++;
  }

  /** From now on a view is told what happens. Errors that nobody was told of come to the first one. */
  attach(view: NodeView): void {
    this.#views.add(view);
    if (this.#unheard.length > 0) view.receive({ notices: this.#unheard.splice(0), metrics: undefined });
  }

  /** Closes the node if nobody else in this page holds it. The view is told everything until then. */
  async release(view?: NodeView): Promise<void> {
    if (--this.#holders === 0) await this.#close();
    if (view !== undefined) this.#views.delete(view);
  }

  /** Has the node perform a call, wherever it is. @throws {LightNodeError} NODE_CLOSED, TAB_SILENT */
  call(name: NodeCall, args: readonly unknown[]): Promise<unknown> {
    if (this.#isOver) return Promise.reject(new LightNodeError('NODE_CLOSED'));
    const answer = this.#calls.add(name, args, (call) => this.#perform(call));
    if (name === 'sendTransaction')
      answer.then((value) => this.#keep(value as SendAnswer, args)).catch(() => {});
    return answer;
  }

  #keep(answer: SendAnswer, args: readonly unknown[]): void {
    if (!('id' in answer)) return;
    this.#sent.set(answer.id, args);
    for (const oldest of this.#sent.keys()) {
      if (this.#sent.size <= SENT_MAX) break;
      this.#sent.delete(oldest);
    }
  }

  // Leading and following

  #join(isTheft = false): void {
    const { tabs } = this.#parts;
    this.#giveUpLead();
    if (tabs === undefined) {
      this.#lead(false);
      return;
    }
    this.#channel ??= tabs.openChannel({
      message: (message) => this.#receive(message),
      answer: (answer) => this.#calls.answered(answer),
    });
    this.#giveUpLead = tabs.requestLead(isTheft, {
      granted: () => this.#lead(isTheft),
      lost: () => this.#stepDown(),
    });
    this.#greet();
    this.#silentTicks = 0;
    this.#tick();
  }

  /** Asks the leader, if there is one, for what it has to show. */
  #greet(): void {
    const { tabs } = this.#parts;
    if (tabs !== undefined) this.#channel?.post({ kind: 'hello', from: tabs.id });
  }

  #tick(): void {
    this.#stopTicking();
    this.#stopTicking = this.#parts.clock.setTimer(TICK_MS, () => {
      if (this.#silentTicks++ >= SILENT_TICKS_MAX) {
        this.#join(true);
        return;
      }
      if (this.#isConnected) this.#channel?.post({ kind: 'ping' });
      else this.#greet();
      this.#tick();
    });
  }

  #lead(isTheft: boolean): void {
    this.#stopTicking();
    this.#disconnect();
    this.#term = Math.max(this.#term + 1, Date.now());
    this.#channel?.post({ kind: 'pong', term: this.#term });
    void this.#start(isTheft);
  }

  async #start(isTheft: boolean): Promise<void> {
    const ending = new AbortController();
    const { signal } = ending;
    this.#ending = ending;
    const early: NodeNews[] = [];
    const isShared = this.#parts.tabs !== undefined;
    const events: EngineEvents = {
      news: (news) => {
        if (signal.aborted) return;
        if (this.#isConnected) this.#take(news);
        else early.push(news);
      },
      fenced: () => {
        if (!signal.aborted) this.#stepDown();
      },
      crashed: (error) => {
        if (!signal.aborted) this.#fail(error);
      },
    };
    try {
      const engine = await this.#parts.start({ isShared, isTheft, signal }, events);
      if (signal.aborted) {
        engine.end();
        return;
      }
      this.#engine = engine;
      this.#connect(engine.snapshot);
      this.#welcome();
      for (const news of early) this.#take(news);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Another tab leads now, though this one did not give up. */
  #stepDown(): void {
    this.#endNode();
    this.#join();
  }

  #endNode(): void {
    this.#ending?.abort();
    this.#ending = undefined;
    this.#engine?.end();
    this.#engine = undefined;
    this.#disconnect();
  }

  /** The leader's node runs. */
  #connect(snapshot: NodeSnapshot): void {
    this.#isConnected = true;
    const isFirst = this.#state === undefined;
    this.#state ??= new NodeState(snapshot);
    if (isFirst) this.#isReady();
    else this.#show(this.#state.replace(snapshot));
    for (const call of this.#calls.all) this.#perform(call, true);
    // One that is known is refused, which nobody hears.
    for (const args of [...this.#sent.values()]) this.call('sendTransaction', args).catch(() => {});
  }

  /** There is no leader whose node runs. */
  #disconnect(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    if (this.#state !== undefined) this.#show(this.#state.lose());
  }

  /** Something has happened to the node. */
  #take(news: NodeNews): void {
    if (this.#state === undefined) return;
    const shown = this.#state.take(news);
    // Of a node that broke the others need not hear: one of them takes over.
    const isBroken = shown.notices.some((notice) => notice.type === 'error' && notice.code === 'NODE_BROKEN');
    if (this.#engine !== undefined && !isBroken) this.#post({ kind: 'news', term: this.#term, ...shown });
    this.#show(shown);
  }

  #show(news: NodeNews): void {
    for (const notice of news.notices)
      if (notice.type === 'transaction' && !['pending', 'seen'].includes(notice.state.kind))
        this.#sent.delete(notice.id);
    if (this.#views.size === 0) {
      const errors = news.notices.filter(({ type }) => type === 'error');
      this.#unheard.push(...errors.slice(0, UNHEARD_MAX - this.#unheard.length));
    }
    for (const view of [...this.#views]) view.receive(news);
  }

  // Messages of other tabs

  #receive(message: TabMessage): void {
    if (message.kind === 'hello' || message.kind === 'ping' || message.kind === 'call') this.#serve(message);
    else this.#follow(message);
  }

  /** If this tab leads. */
  #serve(message: ToLeader): void {
    if (this.#ending === undefined) return;
    if (message.kind === 'hello' && this.#engine !== undefined) this.#welcome(message.from);
    else if (message.kind === 'call') void this.#answer(message);
    else this.#post({ kind: 'pong', term: this.#term });
  }

  #welcome(to?: string): void {
    this.#post({ kind: 'welcome', term: this.#term, to, snapshot: this.snapshot });
  }

  async #answer(message: Extract<ToLeader, { kind: 'call' }>): Promise<void> {
    const { term, from, id, name, args, isRepeated } = message;
    const engine = this.#engine;
    if (term !== this.#term || engine === undefined || !isNodeCall(name)) return;
    try {
      const value = await engine.call({ id, name, args }, isRepeated);
      this.#channel?.answer(from, { id, value });
    } catch (error) {
      const code = error instanceof LightNodeError ? error.code : 'WORKER_FAILED';
      this.#channel?.answer(from, { id, fault: { code, detail: String(error) } });
    }
  }

  /** If another tab leads. One that has lost the lock hears that from the browser. */
  #follow(message: FromLeader): void {
    const { term } = message;
    if (this.#ending !== undefined || term < this.#term) return;
    if (term > this.#term) {
      this.#term = term;
      this.#disconnect();
    }
    this.#silentTicks = 0;
    if (message.kind === 'news' && this.#isConnected) this.#take(message);
    else if (message.kind === 'welcome' && !this.#isConnected) {
      if (message.to === undefined || message.to === this.#parts.tabs?.id) this.#connect(message.snapshot);
    }
  }

  #post(message: TabMessage): void {
    this.#channel?.post(message);
  }

  // Calls

  #perform(call: PendingCall, isRepeated = false): void {
    if (!this.#isConnected) return;
    const { id, name, args } = call;
    const { tabs } = this.#parts;
    if (this.#engine !== undefined)
      this.#engine.call(call, isRepeated).then(
        (value) => this.#calls.settle(id, value),
        (error: unknown) => this.#calls.fail(id, error),
      );
    else if (tabs !== undefined) {
      try {
        this.#post({ kind: 'call', term: this.#term, from: tabs.id, id, name, args, isRepeated });
      } catch (error) {
        // An argument that cannot be copied.
        this.#calls.fail(id, error);
      }
    }
  }

  // The page

  #resume(): void {
    if (this.#isConnected) this.call('resume', []).catch(() => {});
  }

  #suspend(): void {
    if (this.#isSuspended || this.#isOver) return;
    this.#isSuspended = true;
    if (this.#parts.tabs === undefined) {
      this.#engine?.rest();
      return;
    }
    this.#leave();
    this.#disconnect();
  }

  #restore(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (this.#parts.tabs === undefined) this.#resume();
    else this.#join();
  }

  // The end

  /** Leads and follows no more; another tab may take over at once. */
  #leave(): void {
    this.#stopTicking();
    this.#endNode();
    this.#giveUpLead();
    this.#channel?.close();
    this.#channel = undefined;
  }

  async #close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#parts.over();
    this.#unwatchPage();
    await this.#engine?.close();
    this.#leave();
    this.#calls.failAll(new LightNodeError('NODE_CLOSED'));
  }

  /** The node could not be started, or crashed. */
  #fail(reason: unknown): void {
    const error =
      reason instanceof LightNodeError ? reason : new LightNodeError('WORKER_FAILED', String(reason), reason);
    this.#hasFailed(reason);
    this.#isOver = true;
    this.#parts.over();
    this.#unwatchPage();
    this.#leave();
    this.#calls.failAll(error);
    for (const view of [...this.#views]) view.crash(error);
  }
}
