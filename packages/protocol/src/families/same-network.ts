/** Whether two descriptions are of one network. */

/** The members of a description. A list of names makes the text the same in whatever order they stand. */
const members = 'name,visionx,targetSpacingS,datasetMb,scratchMb,mixIters,readsPerIter,writeEvery'.split(',');

/**
 * True if two names or descriptions are of one network. Either may come from a stranger's JSON: what is none is of no
 * network. Never throws for what JSON can hold.
 */
export function isSameNetwork(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(a, members) === JSON.stringify(b, members);
  } catch {
    // Members within members, so many that no text can be made of them.
    return false;
  }
}
