/** Links of a gateway whose messages arrive later than they would, and are counted: so that waiting can be told from working. */
import type { LinkEvents, LinkKind } from '../../packages/gateway/src/links/link-kind.js';

/** Types of messages, see packages/protocol/PROTOCOL.md. */
export const messageTypes = { inv: 11, compactBlock: 14, sendCompact: 17 } as const;

/** Bytes of the length before a message. */
const LENGTH_BYTES = 4;

/** Unix time in ms, with fractions: what the clocks of two processes of one machine have in common. */
export const unixMs = (): number => performance.timeOrigin + performance.now();

/** One direction of one link: what passes, and when a type of message passed first. */
class Stream {
  /** When the first message of a type passed since {@link clear}. */
  readonly firstAt = new Map<number, number>();
  bytes = 0;
  #length = new Uint8Array(LENGTH_BYTES);
  #read = 0;
  #rest = 0;
  #isAtType = false;

  clear(): void {
    this.firstAt.clear();
    this.bytes = 0;
  }

  /** A frame: a piece of the stream of messages, cut anywhere. */
  passes(frame: Uint8Array): void {
    this.bytes += frame.length;
    for (let at = 0; at < frame.length; ) {
      if (this.#rest === 0) {
        this.#length[this.#read++] = frame[at++] as number;
        if (this.#read < LENGTH_BYTES) continue;
        this.#read = 0;
        this.#rest = new DataView(this.#length.buffer).getUint32(0, true);
        this.#isAtType = true;
        continue;
      }
      const type = frame[at] as number;
      if (this.#isAtType && !this.firstAt.has(type)) this.firstAt.set(type, unixMs());
      this.#isAtType = false;
      const taken = Math.min(this.#rest, frame.length - at);
      this.#rest -= taken;
      at += taken;
    }
  }
}

/** Does things later, in their order. */
class DelayLine {
  readonly #queue: { readonly dueAt: number; readonly run: () => void }[] = [];

  push(delayMs: number, run: () => void): void {
    const isFirst = this.#queue.length === 0;
    if (isFirst && delayMs === 0) {
      run();
      return;
    }
    const last = this.#queue.at(-1)?.dueAt ?? 0;
    this.#queue.push({ dueAt: Math.max(last, performance.now() + delayMs), run });
    if (isFirst) this.#wait();
  }

  #wait(): void {
    const [first] = this.#queue;
    if (first === undefined) return;
    setTimeout(
      () => {
        for (let next = this.#queue[0]; next && next.dueAt <= performance.now(); next = this.#queue[0]) {
          this.#queue.shift();
          next.run();
        }
        this.#wait();
      },
      Math.max(1, first.dueAt - performance.now()),
    );
  }
}

/** Links of another kind, each message of which takes `delayMs` longer in either direction. For one peer at a time. */
export class DelayedLinks implements LinkKind {
  readonly name: string;
  readonly peersMax: number;
  /** Of the messages that are sent from now on. */
  delayMs = 0;
  readonly sent = new Stream();
  readonly received = new Stream();
  readonly #out = new DelayLine();
  readonly #in = new DelayLine();

  constructor(readonly inner: LinkKind) {
    this.name = inner.name;
    this.peersMax = inner.peersMax;
  }

  attach(events: LinkEvents): void {
    this.inner.attach({
      connected: (link, facts) => events.connected(link, facts),
      received: (link, bytes) => {
        this.received.passes(bytes);
        this.#in.push(this.delayMs, () => events.received(link, bytes));
      },
      coming: (link, bytes) => events.coming(link, bytes),
      drained: (link, bufferedBytes) => events.drained(link, bufferedBytes),
      disconnected: (link, reason) => events.disconnected(link, reason),
    });
  }

  send(link: string, bytes: Uint8Array): void {
    this.sent.passes(bytes);
    this.#out.push(this.delayMs, () => this.inner.send(link, bytes));
  }

  disconnect(link: string, code: string | undefined): void {
    this.inner.disconnect(link, code);
  }

  requestPeers(count: number): void {
    this.inner.requestPeers?.(count);
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
