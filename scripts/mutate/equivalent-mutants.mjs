/**
 * Changes that no test can notice, since the changed code does what the code did: `npm run mutate` does not count
 * them. An entry that is no longer true fails it.
 *
 * Each change is a line and what Stryker makes of it, as `npm run mutate -- --only ROOM` prints them.
 *
 * @type {readonly { file: string, why: string, changes: readonly (readonly [string, string])[] }[]}
 */
export const equivalentMutants = [];
