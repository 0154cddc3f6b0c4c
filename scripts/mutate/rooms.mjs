/** The rooms of the core that `npm run mutate` changes, which tests have to notice, and how many changes in 100. */

const core = 'packages/protocol/src';

/**
 * @typedef {object} Room
 * @property {string} name
 * @property {string} folder     for people
 * @property {number} least     of 100 changes that are not equivalent, how many the tests have to notice
 * @property {string[]} sources what is changed
 * @property {string[]} tests   what is run: the quick tests of the room. The simulator's whole networks and the attacks need
 *   minutes, and a rule that only they notice is not told by name when it breaks. A file of the simulator that takes
 *   seconds and names the rules of one room is one of its quick tests
 * @property {number} [examplesMax]  of each property, where the examples are large
 */

const sourcesIn = (...folders) =>
  folders.flatMap((folder) => [`${core}/${folder}/**/*.ts`, `!${core}/${folder}/**/*.test.ts`]);
const testsIn = (...folders) => folders.map((folder) => `${core}/${folder}/**/*.test.ts`);

/** @type {readonly Room[]} */
export const rooms = [
  {
    name: 'bitcoin',
    folder: `${core}/families/bitcoin`,
    least: 95,
    sources: sourcesIn('families/bitcoin'),
    tests: testsIn('families/bitcoin'),
  },
  {
    name: 'vision',
    folder: `${core}/families/vision`,
    least: 95,
    sources: [...sourcesIn('families/vision'), `${core}/families/*.ts`, `!${core}/families/*.test.ts`],
    tests: [...testsIn('families/vision'), `${core}/families/*.test.ts`],
  },
  {
    name: 'wire',
    folder: `${core}/wire`,
    least: 95,
    sources: sourcesIn('wire'),
    tests: testsIn('wire'),
  },
  {
    name: 'tree',
    folder: `${core}/tree`,
    least: 85,
    sources: sourcesIn('tree'),
    tests: [
      ...testsIn('tree'),
      'tests/model/{header-tree,tree-base,side-branches,hash-index,locator}.test.ts',
    ],
    examplesMax: 3,
  },
  {
    name: 'headers',
    folder: `${core}/headers`,
    least: 85,
    sources: sourcesIn('headers'),
    tests: [
      ...testsIn('headers'),
      'tests/model/{chain-loader,chain-prover,chain-writer,held-headers,killed-memory,presync,verifier}.test.ts',
    ],
  },
  {
    name: 'blocks',
    folder: `${core}/blocks`,
    least: 85,
    sources: sourcesIn('blocks'),
    tests: testsIn('blocks'),
  },
  {
    name: 'peer',
    folder: `${core}/peer`,
    least: 85,
    sources: sourcesIn('peer'),
    tests: testsIn('peer'),
  },
  {
    name: 'greeting',
    folder: `${core}/node/greeting`,
    least: 85,
    sources: sourcesIn('node/greeting'),
    tests: [...testsIn('node/greeting'), 'tests/sim/{identity,versions}.test.ts'],
  },
  {
    name: 'mempool',
    folder: `${core}/transactions/pool`,
    least: 85,
    sources: sourcesIn('transactions/pool'),
    tests: testsIn('transactions/pool'),
  },
  {
    name: 'transactions',
    folder: `${core}/transactions without the mempool`,
    least: 85,
    sources: [...sourcesIn('transactions'), `!${core}/transactions/pool/**`],
    tests: [...testsIn('transactions'), 'tests/sim/transaction-peers.test.ts'],
  },
  {
    name: 'compact',
    folder: `${core}/compact`,
    least: 85,
    sources: sourcesIn('compact'),
    tests: [...testsIn('compact'), 'tests/sim/compact-peers.test.ts'],
  },
];

/** @param {string} name @returns {Room} @throws {RangeError} if there is none of this name */
export function roomOf(name) {
  const room = rooms.find((each) => each.name === name);
  if (room === undefined)
    throw new RangeError(`"${name}" is none of ${rooms.map((each) => each.name).join(', ')}.`);
  return room;
}
