/**
 * One direction of a data channel: reliable and ordered, so what the network loses costs time and nothing else. A frame
 * waits for those before it, takes its time by the bandwidth, travels, and is sent again if it was lost; none overtakes
 * another.
 */
import type { Task } from './event-queue.js';
import type { SimRandom } from './sim-random.js';

export interface LinkConditions {
  readonly latencyMs: number;
  /** Up to this much more, anew for each frame. */
  readonly jitterMs: number;
  readonly bytesPerMs: number;
  /** Probability that a frame is lost and sent again. */
  readonly loss: number;
}

/** A link that delays and nothing else. */
export const plainLink = (latencyMs: number): LinkConditions => ({
  latencyMs,
  jitterMs: 0,
  bytesPerMs: Number.POSITIVE_INFINITY,
  loss: 0,
});

/** What is sent again at least waits this long. As SCTP's least retransmission time in browsers. */
const RETRANSMISSION_MS = 400;
/** Bytes in the buffer at or below which it counts as drained, as in browsers. */
const DRAINED_BYTES = 1024 * 1024;
/** Bytes after which a buffer that never filled tells its level all the same, as in browsers. */
const REPORT_EVERY_BYTES = 64 * 1024;
/** The platform looks at its buffer at most this often. */
const DRAIN_MS = 20;

/** What a channel needs of the world around it. */
export interface ChannelWorld {
  readonly now: number;
  /** Has a task done at a time, and after those that were given it for that time before. */
  at(atMs: number, task: Task): void;
  after(delayMs: number, run: () => void): unknown;
}

/** One end of a connection, as its platform sees it. */
export interface ChannelEnd {
  received(bytes: Uint8Array): void;
  /** The buffer of what it sent has emptied to so many bytes. */
  drained(bufferedBytes: number): void;
}

/** A frame on its way. A network has a million of them in a minute, so each is one small object and no closure. */
class Delivery implements Task {
  constructor(
    readonly to: ChannelEnd,
    readonly bytes: Uint8Array,
  ) {}

  run(): void {
    this.to.received(this.bytes);
  }
}

export class Channel {
  /** While true frames are kept back (a partition). */
  #isBlocked = false;
  readonly #kept: Uint8Array[] = [];
  /** When the last frame will have left, and when it will have arrived. */
  #leftAt = 0;
  #arrivedAt = 0;
  #isDraining = false;
  /** Bytes since the node was last told of the buffer. */
  #unreportedBytes = 0;

  constructor(
    readonly world: ChannelWorld,
    readonly conditions: LinkConditions,
    readonly random: SimRandom,
    readonly from: ChannelEnd,
    readonly to: ChannelEnd,
  ) {}

  send(bytes: Uint8Array): void {
    if (this.#isBlocked) this.#kept.push(bytes);
    else this.#start(bytes);
    this.#unreportedBytes += bytes.length;
    if (this.#unreportedBytes >= REPORT_EVERY_BYTES) this.#watchDrain();
  }

  /** Milliseconds until all that was sent has arrived; at least `leastMs`. */
  quietInMs(leastMs: number): number {
    return Math.max(leastMs, this.#arrivedAt - this.world.now);
  }

  set isBlocked(isBlocked: boolean) {
    this.#isBlocked = isBlocked;
    if (!isBlocked) for (const bytes of this.#kept.splice(0)) this.#start(bytes);
  }

  #start(bytes: Uint8Array): void {
    const { now } = this.world;
    const { latencyMs, jitterMs, bytesPerMs, loss } = this.conditions;
    this.#leftAt = Math.max(now, this.#leftAt) + bytes.length / bytesPerMs;
    const jitter = jitterMs === 0 ? 0 : this.random.next() * jitterMs;
    let again = 0;
    if (loss > 0)
      for (let wait = RETRANSMISSION_MS; this.random.chance(loss) && again < 10_000; wait *= 2) again += wait;
    this.#arrivedAt = Math.max(this.#arrivedAt, this.#leftAt + latencyMs + jitter + again);
    // By its time and not by what is left until then: two that arrive at one moment must not change places by rounding.
    this.world.at(this.#arrivedAt, new Delivery(this.to, bytes));
  }

  get #buffered(): number {
    const waitingMs = this.#leftAt - this.world.now;
    const kept = this.#kept.reduce((sum, { length }) => sum + length, 0);
    return kept + (waitingMs > 0 ? Math.round(waitingMs * this.conditions.bytesPerMs) : 0);
  }

  #watchDrain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const surplusMs = (this.#buffered - DRAINED_BYTES) / this.conditions.bytesPerMs;
    this.world.after(Math.max(DRAIN_MS, Math.min(250, surplusMs)), () => {
      this.#isDraining = false;
      const buffered = this.#buffered;
      if (buffered > DRAINED_BYTES) {
        this.#watchDrain();
        return;
      }
      this.#unreportedBytes = 0;
      this.from.drained(buffered);
    });
  }
}
