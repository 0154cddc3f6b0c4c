/**
 * Introductions by hand: a person carries an invitation from one page to another, and the answer back. No server is
 * involved. Each invitation is a route of its own, with one peer behind it.
 *
 * What bounds it: {@link OPEN_MAX} links that wait for a person, each for {@link LIFETIME_S} at most; of those that are
 * over, the newest {@link REMEMBERED_MAX} are remembered, so that whoever uses one again is told so.
 */
import type { Clock, Description, IceServer, SignalData } from '@vision-light/signaling';
import type { Connection } from '../connection.js';
import type { SignalRoute } from '../introducer.js';
import type { PeerLinks } from '../peer-links.js';
import { decodeHandText, encodeHandText, type HandText } from './hand-text.js';

/** Invitations and answers at a time that wait for a person. Each holds a connection that is being set up. */
const OPEN_MAX = 4;

/**
 * Seconds in which an invitation can be answered, and the answer taken: for a person who scans or copies two texts, and
 * writes to another one meanwhile. A browser's connection that waits costs a port and a STUN request now and then.
 */
const LIFETIME_S = 600;

/** Milliseconds from the answer to the open channel. Afterwards the two cannot reach one another. */
const CONNECT_TIMEOUT_MS = 30_000;

/** Milliseconds that a question for the outcome waits at most: it may come from another tab, whose calls have a deadline. */
const PATIENCE_MS = 60_000;

/**
 * Milliseconds between two candidates that keep the answering side from giving up. Firefox does so 5 s after it has no
 * candidate left to try, Chromium 15 s after the last one that it was given.
 */
const KEEP_TRYING_MS = 4000;

/**
 * Places where nobody answers: addresses that are reserved for documentation, which no router passes on.
 *
 * @see RFC 5737, RFC 3849
 */
const NOBODY = ['198.51.100.1', '2001:db8::1'] as const;

/** Their first port. Each place is tried once, since Chromium does not try the same one again. */
const NOBODY_PORT = 40_000;

/** Invitations and answers of which it is remembered what became of them. Arbitrary. */
const REMEMBERED_MAX = 64;

/** What is wrong with a text that a person gave, or what became of it. */
export type HandFault =
  | 'INVITE_MALFORMED'
  | 'INVITE_WRONG_NETWORK'
  | 'INVITE_EXPIRED'
  | 'INVITE_USED'
  | 'INVITE_OWN'
  | 'INVITE_UNKNOWN'
  | 'INVITE_FAILED'
  | 'INVITES_FULL';

/** A text for a person to carry. */
export interface HandNote {
  readonly text: string;
  /** Names the invitation, for {@link ByHand.outcomeOf}. */
  readonly invitation: string;
  /** Until when it can be used, in seconds since the Unix epoch. */
  readonly expires: number;
}

/** What was asked for, or why it cannot be had. */
export type HandResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly code: HandFault; readonly detail: string };

/** Undefined: there is none yet. `joined`: the channel to the other page is open. */
export type HandOutcome = 'joined' | { readonly code: HandFault; readonly detail: string } | undefined;

/** What {@link ByHand} needs from outside. */
export interface ByHandParts<C extends Connection> {
  readonly links: PeerLinks<C>;
  readonly clock: Clock;
  /** Seconds since the Unix epoch. */
  readonly wallTime: () => number;
  /** 64 hex digits. */
  readonly networkId: string;
  readonly iceServers: () => readonly IceServer[];
}

/** One invitation, at the page that made it or at the one that answers it. */
interface Join {
  readonly remoteId: string;
  readonly route: SignalRoute;
  readonly isOwn: boolean;
  /** Empty until the invitation is written. */
  invitation: string;
  /** Name of the link, once there is one. */
  link: string | undefined;
  isAnswered: boolean;
  outcome: HandOutcome;
  /** Called once there is an outcome. */
  readonly waiting: Set<() => void>;
}

/** Invitations of this node, and those that it answers. */
export class ByHand<C extends Connection> {
  readonly #parts: ByHandParts<C>;
  /** The oldest first. */
  readonly #joins = new Map<string, Join>();
  #made = 0;
  /** The one whose link is about to be made: names of links may be chosen by whoever names peers. */
  #beginning: Join | undefined;

  constructor(parts: ByHandParts<C>) {
    this.#parts = parts;
  }

  /** Makes an invitation, once this side knows its own addresses. That takes up to five seconds. */
  async invite(): Promise<HandResult<HandNote>> {
    const expires = Math.floor(this.#parts.wallTime()) + LIFETIME_S;
    return this.#describe(true, '', expires, ({ route, remoteId }) =>
      this.#parts.links.dial(route, remoteId),
    );
  }

  /**
   * Takes what the other person gave: an invitation, or the answer to one of ours.
   *
   * @returns the answer to carry back; undefined if there is none to carry, because the text was an answer
   */
  async accept(text: string): Promise<HandResult<HandNote | undefined>> {
    const said = decodeHandText(text);
    if (said === undefined) return refusal('INVITE_MALFORMED');
    const { networkId, wallTime } = this.#parts;
    if (!networkId.startsWith(said.network)) return refusal('INVITE_WRONG_NETWORK');
    const known = [...this.#joins.values()].find(({ invitation }) => invitation === said.invitation);
    if (said.description.type === 'answer') return this.#complete(known, said);
    if (known !== undefined) return refusal(known.isOwn ? 'INVITE_OWN' : 'INVITE_USED');
    if (said.expires <= wallTime()) return refusal('INVITE_EXPIRED');
    return this.#answer(said);
  }

  /** What became of an invitation or an answer: waits for it, but not for long. */
  async outcomeOf(invitation: string): Promise<HandOutcome> {
    const join = [...this.#joins.values()].find((each) => each.invitation === invitation);
    if (join === undefined) return { code: 'INVITE_UNKNOWN', detail: '' };
    if (join.outcome === undefined)
      await new Promise<void>((resolve) => {
        const cancel = this.#parts.clock.setTimer(PATIENCE_MS, () => end());
        const end = (): void => {
          join.waiting.delete(end);
          cancel();
          resolve();
        };
        join.waiting.add(end);
      });
    return join.outcome;
  }

  /** A link has begun. To be called for every link, as are the next two. */
  made(link: string): void {
    if (this.#beginning !== undefined) this.#beginning.link = link;
  }

  /** The channel of a link is open. */
  opened(link: string): void {
    const join = this.#joinOf(link);
    if (join !== undefined) this.#settle(join, 'joined');
  }

  /** A link is over. */
  gone(link: string, reason: string): void {
    const join = this.#joinOf(link);
    if (join === undefined) return;
    const isLate = reason === 'timed out' && !join.isAnswered;
    this.#settle(join, { code: isLate ? 'INVITE_EXPIRED' : 'INVITE_FAILED', detail: isLate ? '' : reason });
  }

  #answer({ invitation, expires, description }: HandText): Promise<HandResult<HandNote>> {
    const latest = Math.floor(this.#parts.wallTime()) + LIFETIME_S;
    return this.#describe(false, invitation, Math.min(expires, latest), (join) => {
      this.#parts.links.receive(join.route, join.remoteId, description);
      this.#keepTrying(join, candidatesOf(description), 0);
      return join.link !== undefined;
    });
  }

  /**
   * ICE of the answering side begins at once, and ends as failed long before a person has carried the answer back. So it is
   * given a place to try again and again. It is given the other side's candidates again too: what is sent to them opens
   * the way through a NAT from outside, which closes after half a minute.
   */
  #keepTrying(join: Join, candidates: readonly string[], round: number): void {
    const { links, clock } = this.#parts;
    const nobody = NOBODY.map((address) => `candidate:0 1 udp 1 ${address} ${NOBODY_PORT + round} typ host`);
    // Under another foundation each time: a repetition would be ignored.
    const anew = [...candidates, ...nobody].map((each) => each.replace(/\d+/, String(round + 100)));
    for (const candidate of anew)
      links
        .connectionOf(join.link ?? '')
        ?.signal({ type: 'candidate', candidate: { candidate, sdpMid: '0', sdpMLineIndex: 0 } });
    const cancel = clock.setTimer(KEEP_TRYING_MS, () => {
      join.waiting.delete(cancel);
      this.#keepTrying(join, candidates, round + 1);
    });
    if (join.outcome === undefined) join.waiting.add(cancel);
    else cancel();
  }

  async #complete(join: Join | undefined, { description }: HandText): Promise<HandResult<undefined>> {
    if (join === undefined) return refusal('INVITE_UNKNOWN');
    if (!join.isOwn) return refusal('INVITE_OWN');
    if (join.isAnswered) return refusal('INVITE_USED');
    const { links, clock } = this.#parts;
    if (join.outcome === undefined) {
      join.isAnswered = true;
      links.receive(join.route, join.remoteId, description);
      const { link = '' } = join;
      const cancel = clock.setTimer(CONNECT_TIMEOUT_MS, () => links.drop(link, 'no way to the other page'));
      join.waiting.add(cancel);
    }
    const outcome = await this.outcomeOf(join.invitation);
    if (outcome === 'joined') return { ok: true, value: undefined };
    return refusal(outcome?.code ?? 'INVITE_FAILED', outcome?.detail);
  }

  /** Begins a link and waits for its description. @param begin  @returns false if there is no room for the link */
  async #describe(
    isOwn: boolean,
    invitation: string,
    expires: number,
    begin: (join: Join) => boolean,
  ): Promise<HandResult<HandNote>> {
    const open = [...this.#joins.values()].filter(({ outcome }) => outcome === undefined);
    if (open.length >= OPEN_MAX) return refusal('INVITES_FULL');
    let described: (data: SignalData | undefined) => void = () => {};
    const description = new Promise<SignalData | undefined>((resolve) => {
      described = resolve;
    });
    const { iceServers, wallTime, networkId } = this.#parts;
    const route: SignalRoute = {
      url: 'by hand',
      ownId: 'by-hand',
      iceServers: iceServers(),
      sendsWhole: true,
      setupTimeoutMs: (expires - wallTime()) * 1000,
      send: (_to, data) => described(data),
    };
    const join = this.#remember(isOwn, invitation, route);
    join.waiting.add(() => described(undefined));
    this.#beginning = join;
    const hasBegun = begin(join);
    this.#beginning = undefined;
    if (!hasBegun) this.#settle(join, { code: 'INVITES_FULL', detail: '' });
    const said = await description;
    if (said?.type === 'full') this.#settle(join, { code: 'INVITES_FULL', detail: '' });
    if (typeof join.outcome === 'object') return refusal(join.outcome.code, join.outcome.detail);
    const note = isDescription(said)
      ? encodeHandText({ invitation, network: networkId, expires, description: said })
      : undefined;
    if (note === undefined) {
      this.#settle(join, { code: 'INVITE_FAILED', detail: 'the description has no place in a text' });
      this.#parts.links.drop(join.link ?? '', 'no text');
      return refusal('INVITE_FAILED', 'the description has no place in a text');
    }
    join.invitation = note.invitation;
    return { ok: true, value: { ...note, expires } };
  }

  #remember(isOwn: boolean, invitation: string, route: SignalRoute): Join {
    this.#made += 1;
    const join: Join = {
      remoteId: `by-hand-${this.#made}`,
      route,
      isOwn,
      invitation,
      link: undefined,
      isAnswered: false,
      outcome: undefined,
      waiting: new Set(),
    };
    this.#joins.set(join.remoteId, join);
    for (const { remoteId, outcome } of this.#joins.values()) {
      if (this.#joins.size <= REMEMBERED_MAX) break;
      if (outcome !== undefined) this.#joins.delete(remoteId);
    }
    return join;
  }

  #joinOf(link: string): Join | undefined {
    return [...this.#joins.values()].find((join) => join.link === link);
  }

  #settle(join: Join, outcome: HandOutcome): void {
    if (join.outcome !== undefined) return;
    join.outcome = outcome;
    for (const told of [...join.waiting]) told();
    join.waiting.clear();
  }
}

function candidatesOf({ sdp }: Description): readonly string[] {
  return Array.from(sdp.matchAll(/^a=(candidate:.*)\r$/gm), ([, candidate = '']) => candidate);
}

function isDescription(data: SignalData | undefined): data is Description {
  return data?.type === 'offer' || data?.type === 'answer';
}

function refusal(code: HandFault, detail = ''): { ok: false; code: HandFault; detail: string } {
  return { ok: false, code, detail };
}
