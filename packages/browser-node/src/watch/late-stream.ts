/** The iterator that a promise gives, before it is there. @returns an iterator that waits for it */
export function lateStream<Event>(
  made: Promise<AsyncIterableIterator<Event, undefined>>,
): AsyncIterableIterator<Event, undefined> {
  // What keeps it from being made is told to whoever reads.
  made.catch(() => {});
  const stream: AsyncIterableIterator<Event, undefined> = {
    [Symbol.asyncIterator]: () => stream,
    next: async () => (await made).next(),
    return: async () => {
      await made.then((inner) => inner.return?.()).catch(() => {});
      return { done: true, value: undefined };
    },
  };
  return stream;
}
