/** The checkers of the simulation: each finds what it is there to find, or all that they let pass would mean nothing. */
import {
  type Effect,
  FRAME_BYTES_MAX,
  type NodeEventBody,
  PEERS_MAX,
  type StorageOperation,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { deleteRecord, putRecord, select } from '../../packages/protocol/src/io/storage.js';
import {
  BLOCK_DEMANDS_MAX,
  BODY_BYTES_WORST_MAX,
  BODY_READS_MAX,
  DEFERRED_BLOCK_REQUESTS_MAX,
  DEFERRED_REQUESTS_MAX,
  FOLLOWED_BLOCKS,
  HELD_HEADERS_MAX,
  MEMPOOL_BYTES_MAX,
  MEMPOOL_NAMES_MAX,
  MEMPOOL_TRANSACTIONS_MAX,
  ORPHAN_BYTES_MAX,
  ORPHANS_MAX,
  ORPHANS_PER_PEER_MAX,
  OWN_TRANSACTIONS_BYTES_MAX,
  OWN_TRANSACTIONS_MAX,
  PRESYNC_BYTES_MAX,
  PRESYNCS_MAX,
  SIDE_HEADERS_MAX,
  SIGNATURE_JOBS_MAX,
  SIGNATURES_WAITING_BYTES_MAX,
  SIGNATURES_WAITING_MAX,
  STORAGE_REQUESTS_MAX,
  TREE_HEADERS_MAX,
  TX_ACCOUNTS_MAX,
  TX_ANNOUNCEMENTS_PER_PEER_MAX,
  TX_INCLUDED_BYTES_MAX,
  TX_REJECTS_MAX,
  TX_REQUESTED_MAX,
  TX_SERVED_MAX,
  UNSENT_BYTES_MAX,
  WANTED_BLOCKS_MAX,
  WINDOW_MAX,
} from '../../packages/protocol/src/limits.js';
import { CapChecker } from './cap-checker.js';
import { ChainChecker, type CheckedTree } from './chain-checker.js';
import { Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

/** In so many steps all is looked at. */
const SWEEP_STEPS = 32;
const JOBS_MAX = 4;
const BODY_BYTES_MAX = 1000;
const BYTES_MAX = BODY_BYTES_WORST_MAX;
const UNSENT_MAX = UNSENT_BYTES_MAX + 4 * 2 ** 20;
const hash = new Uint8Array(32);

const PRESYNC_MAX = PRESYNCS_MAX * PRESYNC_BYTES_MAX;

/** What a node in place of a real one says of itself. */
interface Said {
  ready: number;
  side: number;
  count: number;
  presync: number;
  pending: number;
  bytesInFlight: number;
  window: number;
  orphans: number;
  orphanBytes: number;
  orphanParents: number;
  orphansOfPeer: number;
  peers: number;
  deferred: number;
  deferredBodies: number;
  held: number;
  pool: number;
  poolBytes: number;
  poolNames: number;
  wantedTxs: number;
  signatures: number;
  signatureBytes: number;
  signatureJobs: number;
  own: number;
  ownBytes: number;
  included: number;
  includedBlocks: number;
  accounts: number;
  rejects: number;
  announced: number;
  requested: number;
  served: number;
  marks: number;
  told: number;
}

/** A node with two peers that holds nothing. */
function nothing(): Said {
  return {
    ready: 0,
    side: 0,
    count: 1,
    presync: 0,
    pending: 0,
    bytesInFlight: 0,
    window: 0,
    orphans: 0,
    orphanBytes: 0,
    orphanParents: 0,
    orphansOfPeer: 0,
    peers: 2,
    deferred: 0,
    deferredBodies: 0,
    held: 0,
    pool: 0,
    poolBytes: 0,
    poolNames: 0,
    wantedTxs: 0,
    signatures: 0,
    signatureBytes: 0,
    signatureJobs: 0,
    own: 0,
    ownBytes: 0,
    included: 0,
    includedBlocks: 0,
    accounts: 0,
    rejects: 0,
    announced: 0,
    requested: 0,
    served: 0,
    marks: 0,
    told: 0,
  };
}

/** A checker of a node that says this of itself. What is changed later is what it says then. */
function checkerOf(changes: Partial<Said> = {}, said: Said = nothing(), sweepSteps = 1): CapChecker {
  Object.assign(said, changes);
  const peers = ['a', 'b'].map((id) => ({ id }));
  const node = {
    status: { peers: said.ready },
    held: { size: said.held },
    tree: {
      sideCount: said.side,
      sideCountMax: SIDE_HEADERS_MAX,
      count: said.count,
      family: { bodyBytesMax: BODY_BYTES_MAX },
    },
    sync: { presyncBytes: () => said.presync },
    transactions: {
      rejects: said.rejects,
      mempool: {
        size: said.pool,
        bytes: said.poolBytes,
        names: said.poolNames,
        bytesMax: MEMPOOL_BYTES_MAX,
      },
      tracker: {
        size: said.wantedTxs,
        announcedBy: ({ id }: { id: string }) => (id === 'b' ? said.announced : 0),
        inFlightOf: ({ id }: { id: string }) => (id === 'b' ? said.requested : 0),
      },
      trickle: {
        queuedFor: ({ id }: { id: string }) => (id === 'b' ? said.told : 0),
        marksOf: ({ id }: { id: string }) => (id === 'b' ? said.marks : 0),
      },
      server: { waiting: ({ id }: { id: string }) => (id === 'b' ? said.served : 0) },
      signatures: { size: said.signatures, bytes: said.signatureBytes, jobs: said.signatureJobs },
      sender: { own: { size: said.own, bytes: said.ownBytes } },
      follower: {
        included: { bytes: said.included, blocks: said.includedBlocks, accounts: said.accounts },
      },
    },
    headerServer: { waiting: ({ id }: { id: string }) => (id === 'b' ? said.deferred : 0) },
    blocks: {
      download: {
        pending: said.pending,
        bytesInFlight: said.bytesInFlight,
        windowOf: (peer: string) => (peer === 'b' ? { size: said.window } : undefined),
      },
      orphans: {
        size: said.orphans,
        bytes: said.orphanBytes,
        parents: said.orphanParents,
        countOf: (peer: string) => (peer === 'b' ? said.orphansOfPeer : 0),
      },
      server: { waiting: ({ id }: { id: string }) => (id === 'b' ? said.deferredBodies : 0) },
      peers: {
        size: said.peers,
        get: (wanted: string) => peers.find(({ id }) => id === wanted),
        [Symbol.iterator]: () => peers.values(),
      },
    },
  };
  return new CapChecker(node, JOBS_MAX, undefined, sweepSteps);
}

describe('the checker of caps', () => {
  it.each<[what: string, at: Partial<Said>, above: Partial<Said>]>([
    ['headers beside the best chain', { side: SIDE_HEADERS_MAX }, { side: SIDE_HEADERS_MAX + 1 }],
    ['headers', { count: TREE_HEADERS_MAX }, { count: TREE_HEADERS_MAX + 1 }],
    ['bytes of branches that show their work', { presync: PRESYNC_MAX }, { presync: PRESYNC_MAX + 1 }],
    ['bodies wanted', { pending: WANTED_BLOCKS_MAX }, { pending: WANTED_BLOCKS_MAX + 1 }],
    ['bytes of bodies under way', { bytesInFlight: BYTES_MAX }, { bytesInFlight: BYTES_MAX + 1 }],
    ['the window of one peer', { window: WINDOW_MAX }, { window: WINDOW_MAX + 1 }],
    ['orphans', { orphans: ORPHANS_MAX }, { orphans: ORPHANS_MAX + 1 }],
    ['bytes of orphans', { orphanBytes: ORPHAN_BYTES_MAX }, { orphanBytes: ORPHAN_BYTES_MAX + 1 }],
    ['parents of orphans', { orphans: 3, orphanParents: 3 }, { orphans: 3, orphanParents: 4 }],
    [
      'orphans of one peer',
      { orphansOfPeer: ORPHANS_PER_PEER_MAX },
      { orphansOfPeer: ORPHANS_PER_PEER_MAX + 1 },
    ],
    ['headers ahead of the clock', { held: HELD_HEADERS_MAX }, { held: HELD_HEADERS_MAX + 1 }],
    [
      'requests for bodies of one peer that wait',
      { deferredBodies: DEFERRED_BLOCK_REQUESTS_MAX },
      { deferredBodies: DEFERRED_BLOCK_REQUESTS_MAX + 1 },
    ],
    [
      'transactions in the mempool',
      { pool: MEMPOOL_TRANSACTIONS_MAX },
      { pool: MEMPOOL_TRANSACTIONS_MAX + 1 },
    ],
    ['bytes in the mempool', { poolBytes: MEMPOOL_BYTES_MAX }, { poolBytes: MEMPOOL_BYTES_MAX + 1 }],
    ['names in the mempool', { poolNames: MEMPOOL_NAMES_MAX }, { poolNames: MEMPOOL_NAMES_MAX + 1 }],
    [
      'transactions announced',
      { wantedTxs: PEERS_MAX * TX_ANNOUNCEMENTS_PER_PEER_MAX },
      { wantedTxs: PEERS_MAX * TX_ANNOUNCEMENTS_PER_PEER_MAX + 1 },
    ],
    ['signatures', { signatures: SIGNATURES_WAITING_MAX }, { signatures: SIGNATURES_WAITING_MAX + 1 }],
    [
      'bytes of signatures',
      { signatureBytes: SIGNATURES_WAITING_BYTES_MAX },
      { signatureBytes: SIGNATURES_WAITING_BYTES_MAX + 1 },
    ],
    ['jobs of signatures', { signatureJobs: SIGNATURE_JOBS_MAX }, { signatureJobs: SIGNATURE_JOBS_MAX + 1 }],
    ['transactions of this side', { own: OWN_TRANSACTIONS_MAX }, { own: OWN_TRANSACTIONS_MAX + 1 }],
    [
      'bytes of transactions of this side',
      { ownBytes: OWN_TRANSACTIONS_BYTES_MAX },
      { ownBytes: OWN_TRANSACTIONS_BYTES_MAX + 1 },
    ],
    [
      'bytes of transactions in blocks',
      { included: TX_INCLUDED_BYTES_MAX },
      { included: TX_INCLUDED_BYTES_MAX + 1 },
    ],
    [
      'blocks whose transactions are kept',
      { includedBlocks: FOLLOWED_BLOCKS },
      { includedBlocks: FOLLOWED_BLOCKS + 1 },
    ],
    ['senders', { accounts: TX_ACCOUNTS_MAX }, { accounts: TX_ACCOUNTS_MAX + 1 }],
    ['refused transactions', { rejects: TX_REJECTS_MAX }, { rejects: TX_REJECTS_MAX + 1 }],
    [
      'announcements of one peer',
      { announced: TX_ANNOUNCEMENTS_PER_PEER_MAX },
      { announced: TX_ANNOUNCEMENTS_PER_PEER_MAX + 1 },
    ],
    [
      'transactions that one peer was asked for',
      { requested: TX_REQUESTED_MAX },
      { requested: TX_REQUESTED_MAX + 1 },
    ],
    ['transactions that one peer asks for', { served: TX_SERVED_MAX }, { served: TX_SERVED_MAX + 1 }],
    ['marks of one peer', { pool: 3, marks: 3 }, { pool: 3, marks: 4 }],
    ['transactions that one peer is told', { pool: 3, told: 3 }, { pool: 3, told: 4 }],
    ['peers', { peers: PEERS_MAX }, { peers: PEERS_MAX + 1 }],
    ['peers that said hello', { ready: 2 }, { ready: 3 }],
    [
      'requests of one peer that wait',
      { deferred: DEFERRED_REQUESTS_MAX },
      { deferred: DEFERRED_REQUESTS_MAX + 1 },
    ],
  ])('takes as many %s as there may be, and not one more', (what, at, above) => {
    checkerOf(at).check();
    expect(() => checkerOf(above).check()).toThrow(new RegExp(`^${what}: \\d+ is more than \\d+$`));
  });

  const work = { algorithm: 'sha256d-chain', count: 0, headers: new Uint8Array(0) } as const;
  const storage = (request: number, operation: StorageOperation): Effect => ({
    type: 'storage',
    request,
    operation,
  });
  const readBody: StorageOperation = { kind: 'read', selections: [select('bodies', hash)] };
  const writeBody: StorageOperation = { kind: 'write', changes: [deleteRecord('bodies', hash)] };
  const writeTip: StorageOperation = { kind: 'write', changes: [putRecord('meta', 'tip', hash)] };
  const writeTransaction: StorageOperation = { kind: 'write', changes: [deleteRecord('transactions', hash)] };
  const writeIndex: StorageOperation = { kind: 'write', changes: [deleteRecord('txBlocks', hash)] };
  const listBodies: StorageOperation = { kind: 'list', table: 'bodies' };
  it.each<[what: string, max: number, effect: (i: number) => Effect]>([
    ['hash jobs under way', JOBS_MAX, (job) => ({ type: 'verifyPow', job, work })],
    ['writes under way', 1, (i) => storage(i, writeTip)],
    ['body writes under way', 1, (i) => storage(i, writeBody)],
    ['writes of transactions under way', 1, (i) => storage(i, writeTransaction)],
    ['writes of the index under way', 1, (i) => storage(i, writeIndex)],
    ['body reads under way', BODY_READS_MAX, (i) => storage(i, readBody)],
    ['storage requests under way', STORAGE_REQUESTS_MAX, (i) => storage(i, listBodies)],
    [
      'bytes that wait for one peer',
      UNSENT_MAX,
      (i) => ({ type: 'send', peer: 'a', bytes: new Uint8Array(i === 0 ? UNSENT_MAX : 1) }),
    ],
  ])('counts %s by their effects', (what, max, effect) => {
    const checker = checkerOf();
    const count = what.startsWith('bytes') ? 1 : max;
    for (let i = 0; i < count; i++) checker.performed(effect(i));
    checker.check();
    checker.performed(effect(count));
    expect(() => checker.check()).toThrow(`${what}: ${max + 1} is more than ${max}`);
  });

  describe('looks at a peer', () => {
    const bytesOf = (peer: string): NodeEventBody => ({ type: 'bytesReceived', peer, bytes: hash });
    const excesses: Partial<Said>[] = [
      { window: WINDOW_MAX + 1 },
      { orphansOfPeer: ORPHANS_PER_PEER_MAX + 1 },
      { deferred: DEFERRED_REQUESTS_MAX + 1 },
    ];

    it('after every event that is about it', () => {
      for (const excess of excesses) {
        const said = nothing();
        const checker = checkerOf({}, said, SWEEP_STEPS);
        for (let i = 0; i < SWEEP_STEPS; i++) {
          checker.before(bytesOf(i % 2 === 0 ? 'a' : 'b'));
          checker.check();
        }
        checker.check();
        Object.assign(said, excess);
        checker.before(bytesOf('b'));
        expect(() => checker.check()).toThrow('of one peer');
      }
    });

    it('once in so many steps, whatever the events are about', () => {
      for (const excess of excesses) {
        const said = nothing();
        const checker = checkerOf({}, said, SWEEP_STEPS);
        checker.check();
        Object.assign(said, excess);
        expect(() => {
          for (let i = 0; i < SWEEP_STEPS; i++) {
            checker.before(bytesOf('a'));
            checker.check();
          }
        }).toThrow('of one peer');
      }
    });

    it('after a step in which there was more than one event', () => {
      for (const excess of excesses) {
        const said = nothing();
        const checker = checkerOf({}, said, SWEEP_STEPS);
        checker.check();
        Object.assign(said, excess);
        checker.before(bytesOf('b'));
        checker.before(bytesOf('a'));
        expect(() => checker.check()).toThrow('of one peer');
      }
    });
  });

  it('forgets what was answered, and what waited for a peer that is gone', () => {
    const checker = checkerOf();
    for (let i = 0; i < 3 * JOBS_MAX; i++) {
      checker.performed({ type: 'verifyPow', job: i, work });
      checker.performed(storage(2 * i, readBody));
      checker.performed(storage(2 * i + 1, writeBody));
      checker.performed({ type: 'send', peer: 'a', bytes: new Uint8Array(UNSENT_MAX) });
      checker.check();
      checker.before({ type: 'powVerified', job: i });
      checker.before({ type: 'storageAnswered', request: 2 * i, result: { kind: 'read', records: [] } });
      checker.before({ type: 'storageAnswered', request: 2 * i + 1, result: { kind: 'write' } });
      checker.before({ type: 'peerDisconnected', peer: 'a' });
    }
  });

  it('counts the blocks that the application waits for by questions and answers', () => {
    const checker = checkerOf();
    const ask = (ticket: number): void =>
      checker.before({ type: 'command', command: { kind: 'block', hash, ticket } });
    for (let ticket = 0; ticket < BLOCK_DEMANDS_MAX; ticket++) ask(ticket);
    ask(99);
    checker.performed({
      type: 'emit',
      notice: { type: 'block', ticket: 99, result: { ok: false, code: 'BLOCK_BUSY' } },
    });
    checker.check();
    ask(100);
    expect(() => checker.check()).toThrow('blocks that the application waits for: 65 is more than 64');
  });
});

describe('the checker of chains', () => {
  const chain = new VisionChain();
  chain.mine({ count: 20 });

  /** The chain as a tree of which something can be made wrong. */
  function treeWith(changes: Partial<CheckedTree> = {}): CheckedTree {
    const { tree } = chain;
    return {
      family: tree.family,
      baseHeight: tree.baseHeight,
      tip: tree.tip,
      tipHeight: tree.tipHeight,
      at: (height) => tree.at(height),
      parent: (slot) => tree.parent(slot),
      record: (slot) => tree.record(slot),
      hash: (slot) => tree.hash(slot),
      height: (slot) => tree.height(slot),
      chainwork: (slot) => tree.chainwork(slot),
      find: (wanted) => tree.find(wanted),
      ...changes,
    };
  }

  it('takes a chain that hangs together', () => {
    new ChainChecker(treeWith()).checkAll();
  });

  it('finds that the work of the tip fell', () => {
    const { tree } = chain;
    let height = 20;
    const checker = new ChainChecker({
      ...treeWith(),
      get tip() {
        return tree.at(height) as number;
      },
      get tipHeight() {
        return height;
      },
    });
    checker.check();
    height = 19;
    expect(() => checker.check()).toThrow(/^chainwork fell from \d+ to \d+$/);
  });

  const { tree } = chain;
  const third = tree.at(3) as number;
  it.each<[string, Partial<CheckedTree>]>([
    ['another parent', { parent: (slot) => (slot === third ? 0 : tree.parent(slot)) }],
    ['the bytes of another header', { record: (slot) => tree.record(slot === third ? slot + 1 : slot) }],
    ['another sum of work', { chainwork: (slot) => tree.chainwork(slot) + (slot === third ? 1n : 0n) }],
    ['another height', { height: (slot) => tree.height(slot) + (slot === third ? 1 : 0) }],
    [
      'a hash under which there is none',
      {
        find: (wanted) => (Buffer.compare(wanted, tree.hash(third)) === 0 ? undefined : tree.find(wanted)),
      },
    ],
  ])('finds %s in the middle of a chain', (_, changes) => {
    expect(() => new ChainChecker(treeWith(changes)).checkAll()).toThrow(
      /^the best chain is broken at [34]$/,
    );
  });
});

describe('the world', () => {
  /** A node of which the next step has one effect, whatever it was to do. */
  async function nodeThatWants(
    effect: Effect,
    before: (world: World, node: SimNode) => void,
  ): Promise<() => void> {
    const world = new World(genesisTime + 1000);
    const node = world.add('a', { family: visionSim });
    before(world, node);
    await world.run(1000);
    node.core.step = () => [effect];
    return () => node.driver.push({ type: 'wake' });
  }

  const meet = (world: World, node: SimNode): void => new Stranger(world, 'b', node).hello();
  const send: Effect = { type: 'send', peer: 'b', bytes: new Uint8Array(FRAME_BYTES_MAX) };

  it('takes what is sent to a peer, and not what is sent to one that is gone, or never was', async () => {
    expect(await nodeThatWants(send, meet)).not.toThrow();
    const gone = await nodeThatWants(send, (world, node) => {
      meet(world, node);
      world.after(500, () => node.driver.push({ type: 'peerDisconnected', peer: 'b' }));
    });
    expect(gone).toThrow('a sends to b, which is gone');
    expect(await nodeThatWants(send, () => {})).toThrow('a sends to b, which is gone');
  });

  it('takes no frame that is too large', async () => {
    const large = { ...send, bytes: new Uint8Array(FRAME_BYTES_MAX + 1) };
    expect(await nodeThatWants(large, meet)).toThrow('a frame is too large');
  });

  it('looks at every step of every node', async () => {
    const world = new World(genesisTime + 1000);
    const node = world.add('a', { family: visionSim });
    await world.run(1000);
    node.core.step = () =>
      [1, 2].map((request) => ({
        type: 'storage',
        request,
        operation: { kind: 'write', changes: [deleteRecord('bodies', new Uint8Array(32))] },
      }));
    expect(() => node.driver.push({ type: 'wake' })).toThrow('body writes under way: 2 is more than 1');
  });
});
