/** The signals that came to the peers of one process, in the order in which they came. */
export class Inbox {
  readonly #signals = new Map<string, string[]>();
  readonly #waiting: { isDone(): boolean; resolve(): void }[] = [];

  readonly deliver = (to: string, signal: string): void => {
    const signals = this.#signals.get(to) ?? [];
    this.#signals.set(to, signals);
    signals.push(signal);
    for (const { isDone, resolve } of this.#waiting) if (isDone()) resolve();
  };

  of(id: string): readonly string[] {
    return this.#signals.get(id) ?? [];
  }

  /** The signals of a peer, as soon as there are so many. */
  async until(id: string, count: number): Promise<readonly string[]> {
    const isDone = () => this.of(id).length >= count;
    if (!isDone()) await new Promise<void>((resolve) => this.#waiting.push({ isDone, resolve }));
    return this.of(id);
  }
}
