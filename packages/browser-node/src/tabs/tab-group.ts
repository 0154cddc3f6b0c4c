/**
 * This tab among those that share a node: whether it leads, and what it hears from the leader otherwise. Which tab leads is
 * decided by a lock, so whichever waits for it longest takes over at once when the leader is closed or killed.
 *
 * A leader that holds the lock and does not answer, because its page hangs, loses the lock to a follower. It notices when
 * it runs again, and follows; until then the fence of the database keeps it from writing (`store/indexed-db-store.ts`).
 *
 * Bounded: a follower that hears nothing sends one message in TICK_MS.
 */
import type { Clock } from '@vision-light/signaling';
import type { LeaderEvents } from './leader-lock.js';
import type { PendingCall } from './pending-calls.js';
import type { TabChannel, TabChannelEvents } from './tab-channel.js';
import type { CallAnswer, FromLeader, NodeNews, NodeSnapshot, TabMessage, ToLeader } from './tab-messages.js';

/** Milliseconds between two looks at whether the leader was heard. A page in the background looks less often. */
const TICK_MS = 1000;

/**
 * Looks in a row that have heard nothing, although the leader was asked to answer: then its page hangs. A page that
 * computes for some seconds keeps the lead. They are counted rather than timed, so that a follower that was frozen itself, or
 * slept with the machine, first asks again.
 */
const SILENT_TICKS_MAX = 5;

/** How the tabs of an origin find one another. */
export interface TabLinks {
  /** Unlike that of any other tab. */
  readonly id: string;
  requestLead(isTheft: boolean, events: LeaderEvents): () => void;
  openChannel(events: TabChannelEvents): TabChannel;
}

/** A call that another tab makes. */
export type TabCall = Extract<ToLeader, { kind: 'call' }>;

/** What a {@link TabGroup} reports. */
export interface TabGroupEvents {
  /** This tab leads. @param isTheft  whether another one that did not answer has lost the lead to it */
  granted(isTheft: boolean): void;
  /** This tab does not lead any more: another one has taken the lead from it. */
  lost(): void;
  /** This tab follows, and there is a new leader, whose node does not run yet. */
  succeeded(): void;
  /** This tab follows, and the leader's node runs. */
  welcomed(snapshot: NodeSnapshot): void;
  /** This tab follows, and something has happened to the leader's node. */
  news(news: NodeNews): void;
  /** This tab leads, and another one wants to be shown the node. @returns undefined while it is starting */
  greeted(): NodeSnapshot | undefined;
  /** This tab leads, and is to answer. */
  called(call: TabCall): void;
  /** The leader has answered a call of this tab. */
  answered(answer: CallAnswer): void;
}

/** See the head of this file. */
export class TabGroup {
  readonly #links: TabLinks;
  readonly #clock: Clock;
  readonly #events: TabGroupEvents;
  #channel: TabChannel | undefined;
  /** Of the newest leader that was heard of; 0 before the first. */
  #term = 0;
  #isLeader = false;
  /** Whether this tab follows, and was shown the leader's node. */
  #isWelcome = false;
  #giveUpLead = (): void => {};
  #stopTicking = (): void => {};
  #silentTicks = 0;

  /** Does nothing before `join`. */
  constructor(links: TabLinks, clock: Clock, events: TabGroupEvents) {
    this.#links = links;
    this.#clock = clock;
    this.#events = events;
  }

  /** Waits for the lead, and follows the tab that has it. @param isTheft  takes the lead from that tab */
  join(isTheft = false): void {
    this.#giveUpLead();
    this.#isLeader = false;
    this.#channel ??= this.#links.openChannel({
      message: (message) => this.#receive(message),
      answer: (answer) => this.#events.answered(answer),
    });
    this.#giveUpLead = this.#links.requestLead(isTheft, {
      granted: () => this.#lead(isTheft),
      lost: () => this.#events.lost(),
    });
    this.#greet();
    this.#silentTicks = 0;
    this.#tick();
  }

  /** Leads and follows no more; another tab may take over at once. */
  leave(): void {
    this.#stopTicking();
    this.#isLeader = false;
    this.#isWelcome = false;
    this.#giveUpLead();
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Shows the node to one tab, or to all of them. To be called while this tab leads. */
  welcome(snapshot: NodeSnapshot, to?: string): void {
    this.#post({ kind: 'welcome', term: this.#term, to, snapshot });
  }

  /** Tells all tabs what has happened to the node. To be called while this tab leads. */
  tell(news: NodeNews): void {
    this.#post({ kind: 'news', term: this.#term, ...news });
  }

  /** Has the leader perform a call. @throws {DOMException} DataCloneError */
  call({ id, name, args }: PendingCall, isRepeated: boolean): void {
    this.#post({ kind: 'call', term: this.#term, from: this.#links.id, id, name, args, isRepeated });
  }

  /** Answers a call of another tab. @throws {DOMException} DataCloneError */
  answer(to: string, answer: CallAnswer): void {
    this.#channel?.answer(to, answer);
  }

  #post(message: TabMessage): void {
    this.#channel?.post(message);
  }

  /** Asks the leader, if there is one, for what it has to show. */
  #greet(): void {
    this.#post({ kind: 'hello', from: this.#links.id });
  }

  #pong(): void {
    this.#post({ kind: 'pong', term: this.#term });
  }

  #tick(): void {
    this.#stopTicking();
    this.#stopTicking = this.#clock.setTimer(TICK_MS, () => {
      if (this.#silentTicks++ >= SILENT_TICKS_MAX) {
        this.join(true);
        return;
      }
      if (this.#isWelcome) this.#post({ kind: 'ping' });
      else this.#greet();
      this.#tick();
    });
  }

  #lead(isTheft: boolean): void {
    this.#stopTicking();
    this.#isLeader = true;
    this.#isWelcome = false;
    this.#term = Math.max(this.#term + 1, Date.now());
    this.#pong();
    this.#events.granted(isTheft);
  }

  #receive(message: TabMessage): void {
    if (message.kind === 'hello' || message.kind === 'ping' || message.kind === 'call') this.#serve(message);
    else this.#follow(message);
  }

  /** If this tab leads. */
  #serve(message: ToLeader): void {
    if (!this.#isLeader) return;
    if (message.kind === 'call') {
      if (message.term === this.#term) this.#events.called(message);
      return;
    }
    const snapshot = message.kind === 'hello' ? this.#events.greeted() : undefined;
    if (message.kind === 'hello' && snapshot !== undefined) this.welcome(snapshot, message.from);
    else this.#pong();
  }

  /** If another tab leads. One that has lost the lock hears that from the browser. */
  #follow(message: FromLeader): void {
    const { term } = message;
    if (this.#isLeader || term < this.#term) return;
    if (term > this.#term) {
      this.#term = term;
      this.#isWelcome = false;
      this.#events.succeeded();
    }
    this.#silentTicks = 0;
    if (message.kind === 'news' && this.#isWelcome) this.#events.news(message);
    else if (message.kind === 'welcome' && !this.#isWelcome) {
      if (message.to !== undefined && message.to !== this.#links.id) return;
      this.#isWelcome = true;
      this.#events.welcomed(message.snapshot);
    }
  }
}
