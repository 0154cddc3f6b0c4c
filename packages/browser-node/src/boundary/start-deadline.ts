/**
 * Milliseconds that a browser may take for one thing that a node cannot start without: to run its worker, to open the
 * database, to answer one question to it. Each of them takes milliseconds. A cold phone that does much else was seen to
 * take seconds, and nobody waits longer than this for a page. What takes longer has hung: then there is an error, or the
 * node goes on without it.
 */
export const START_DEADLINE_MS = 45_000;

/** @returns what `activity` gives; what `late` gives if that takes longer than START_DEADLINE_MS */
export function inTime<T>(activity: Promise<T>, late: () => T): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, START_DEADLINE_MS);
  });
  return Promise.race([activity, deadline.then(late)]).finally(() => clearTimeout(timer));
}
