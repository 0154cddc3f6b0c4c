/**
 * Keeps the calls for one peer in their order while its join has not been answered. Afterwards calls are made at once, and
 * a connection to Redis keeps their order.
 *
 * Memory: one entry for each peer whose join is in flight.
 */
export class Turns {
  readonly #held = new Map<string, Promise<unknown>>();

  /** Makes a call in its turn. The calls after it wait until it is answered. */
  take<T>(id: string, call: () => Promise<T>): Promise<T> {
    const outcome = this.#inTurn(id, call);
    this.#hold(
      id,
      outcome.catch(() => {}),
    );
    return outcome;
  }

  /** Makes a call in its turn. The calls after it wait only until it is made. */
  follow<T>(id: string, call: () => Promise<T>): Promise<T> {
    const turn = this.#held.get(id);
    const outcome = this.#inTurn(id, call);
    if (turn !== undefined) this.#hold(id, turn);
    return outcome;
  }

  #inTurn<T>(id: string, call: () => Promise<T>): Promise<T> {
    const turn = this.#held.get(id);
    return turn === undefined ? call() : turn.then(call);
  }

  #hold(id: string, until: Promise<unknown>): void {
    const held: Promise<unknown> = until.then(() => {
      if (this.#held.get(id) === held) this.#held.delete(id);
    });
    this.#held.set(id, held);
  }
}
