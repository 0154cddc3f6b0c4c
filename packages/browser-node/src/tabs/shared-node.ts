/**
 * One node for all tabs of an origin and network. One tab leads (`tab-group.ts`): it has the worker and the peers. The others
 * follow: they show what the leader tells and pass their calls on to it. A tab whose page is left or frozen leads no more.
 *
 * Bounded: calls by their deadline; SENT_MAX transactions; UNHEARD_MAX errors.
 */
import type { Clock } from '@vision-light/signaling';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { SendAnswer } from '../boundary/messages.js';
import type { EngineEvents, EngineStart, NodeEngine } from './engine.js';
import { NodeState } from './node-state.js';
import type { PageListener } from './page-events.js';
import { type PendingCall, PendingCalls } from './pending-calls.js';
import { type TabCall, TabGroup, type TabLinks } from './tab-group.js';
import {
  isNodeCall,
  type NodeCall,
  type NodeNews,
  type NodeSnapshot,
  type PageNotice,
} from './tab-messages.js';

/** Errors kept until there is a view; as many as a view keeps. */
const UNHEARD_MAX = 16;

/** Transactions of this page that a new leader is given; as many as a node keeps. The oldest is dropped. */
const SENT_MAX = 64;

/** Shows the node to an application. */
export interface NodeView {
  receive(news: NodeNews): void;
  crash(error: LightNodeError): void;
}

/** What a {@link SharedNode} needs from outside. */
export interface SharedNodeParts {
  /** Absent for a node that is not shared with other tabs. */
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
  /** Whether the leader's node runs, here or in another tab. */
  #isConnected = false;
  /** The node, if it is started or starting here. */
  #ending: AbortController | undefined;
  #engine: NodeEngine | undefined;
  /** Undefined for a node that is not shared with other tabs. */
  readonly #group: TabGroup | undefined;
  #isSuspended = false;
  #isOver = false;

  constructor(parts: SharedNodeParts) {
    this.#parts = parts;
    this.#calls = new PendingCalls(parts.clock);
    this.ready = new Promise((resolve, reject) => {
      this.#isReady = resolve;
      this.#hasFailed = reject;
    });
    // A failure is told to those who wait for it. Without them it must not count as unhandled.
    this.ready.catch(() => {});
    this.#group =
      parts.tabs &&
      new TabGroup(parts.tabs, parts.clock, {
        granted: (isTheft) => this.#lead(isTheft),
        lost: () => this.#stepDown(),
        succeeded: () => this.#disconnect(),
        welcomed: (snapshot) => this.#connect(snapshot),
        news: (news) => this.#take(news),
        greeted: () => (this.#engine === undefined ? undefined : this.snapshot),
        called: (call) => void this.#answer(call),
        answered: (answer) => this.#calls.answered(answer),
      });
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

  #join(): void {
    if (this.#group === undefined) this.#lead(false);
    else this.#group.join();
  }

  #lead(isTheft: boolean): void {
    this.#disconnect();
    void this.#start(isTheft);
  }

  async #start(isTheft: boolean): Promise<void> {
    const ending = new AbortController();
    const { signal } = ending;
    this.#ending = ending;
    const early: NodeNews[] = [];
    const isShared = this.#group !== undefined;
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
      this.#group?.welcome(this.snapshot);
      for (const news of early) this.#take(news);
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  /** Another tab leads now, though this one did not give up. */
  #stepDown(): void {
    // The node is being closed, so this tab does not wait for the lead again.
    if (this.#isOver) return;
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
    // The leader refuses those that it knows already. That is no news for this page, which has sent them before.
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
    // The other tabs are not told that this node broke: one of them takes over.
    const isBroken = shown.notices.some((notice) => notice.type === 'error' && notice.code === 'NODE_BROKEN');
    if (this.#engine !== undefined && !isBroken) this.#group?.tell(shown);
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

  // Calls

  #perform(call: PendingCall, isRepeated = false): void {
    if (!this.#isConnected) return;
    const { id } = call;
    if (this.#engine !== undefined) {
      this.#engine.call(call, isRepeated).then(
        (value) => this.#calls.settle(id, value),
        (error: unknown) => this.#calls.fail(id, error),
      );
      return;
    }
    try {
      this.#group?.call(call, isRepeated);
    } catch (error) {
      // An argument that cannot be copied.
      this.#calls.fail(id, error);
    }
  }

  /** Performs a call of another tab, while this one leads. */
  async #answer({ from, id, name, args, isRepeated }: TabCall): Promise<void> {
    const engine = this.#engine;
    if (engine === undefined || !isNodeCall(name)) return;
    try {
      const value = await engine.call({ id, name, args }, isRepeated);
      this.#group?.answer(from, { id, value });
    } catch (error) {
      const code = error instanceof LightNodeError ? error.code : 'WORKER_FAILED';
      this.#group?.answer(from, { id, fault: { code, detail: String(error) } });
    }
  }

  // The page

  #resume(): void {
    if (this.#isConnected) this.call('resume', []).catch(() => {});
  }

  #suspend(): void {
    if (this.#isSuspended || this.#isOver) return;
    this.#isSuspended = true;
    if (this.#group === undefined) {
      this.#engine?.rest();
      return;
    }
    this.#leave();
  }

  #restore(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    if (this.#group === undefined) this.#resume();
    else this.#join();
  }

  // The end

  /** Leads and follows no more; another tab may take over at once. */
  #leave(): void {
    this.#endNode();
    this.#group?.leave();
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
