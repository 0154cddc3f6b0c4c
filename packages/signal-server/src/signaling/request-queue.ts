/**
 * Serves the requests of one connection one after another, so that a client's answers come in the order of its requests,
 * and its signals are routed in the order in which it sent them, however late the directory answers.
 *
 * What waits is bounded by bytes. A request that finds no room is dropped, like one above the rate.
 */
import type { Counted, Joined, Refused, Relayed, Sampled } from '@vision-light/signaling';

/** What a request can be answered with. */
export type Answer = Joined | Sampled | Relayed | Counted | Refused;

/** A request of a client. */
export interface QueuedRequest {
  /** What it counts for while it waits. */
  readonly bytes: number;
  /** Performs it. An answer that is there at once is used at once. */
  serve(): Answer | Promise<Answer>;
  /** Sends the answer. */
  reply(answer: Answer): void;
}

/** The requests of one connection that are not answered yet. */
export class RequestQueue {
  readonly #bytesMax: number;
  readonly #waiting: QueuedRequest[] = [];
  #waitingBytes = 0;
  #isServing = false;

  /** @param bytesMax  bytes of the requests that wait, without the one that is being served */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Takes a request. Nothing that it does may reject.
   *
   * @returns false if it was dropped
   */
  add(request: QueuedRequest): boolean {
    if (!this.#isServing) {
      void this.#serveFrom(request);
      return true;
    }
    if (this.#waitingBytes + request.bytes > this.#bytesMax) return false;
    this.#waitingBytes += request.bytes;
    this.#waiting.push(request);
    return true;
  }

  /** Forgets the requests that wait. The one that is being served goes on. */
  clear(): void {
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  async #serveFrom(first: QueuedRequest): Promise<void> {
    this.#isServing = true;
    let request: QueuedRequest | undefined = first;
    while (request !== undefined) {
      const answer = request.serve();
      request.reply(answer instanceof Promise ? await answer : answer);
      request = this.#waiting.shift();
      this.#waitingBytes -= request?.bytes ?? 0;
    }
    this.#isServing = false;
  }
}
