/** Proofs in simulated networks: the block is found, with the help of peers that keep an index, and tied to what is known. */
import {
  type Checkpoint,
  FOLLOWED_BLOCKS,
  HeaderCommitment,
  MemoryStore,
  type Message,
  makeCheckpoint,
  makeTxProof,
  type ProvableResult,
  SERVICE_ARCHIVE,
  SERVICE_GATEWAY,
  SERVICE_TX_INDEX,
  type TxProof,
  verifyTxProof,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { PROOF_REQUESTS_MAX } from '../../packages/protocol/src/limits.js';
import { flipped } from '../damaged-chain.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { makeBody } from './vision-bodies.js';
import { visionSim as family, genesisTime, simNetwork, VisionChain } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const HEIGHT = 120;
/** Too old for a page to keep. */
const OLD = 20;
const bodyAt = (height: number) => makeBody(height, 1 + (height % 5));
const chain = new VisionChain();
chain.mine({ count: HEIGHT, txRootOf: (height) => bodyAt(height).txRoot });
const hashAt = (height: number, of = chain): Uint8Array => of.tree.hash(of.tree.at(height) as number).slice();
const idAt = (height: number): Uint8Array =>
  family.splitBody(bodyAt(height).body)?.[0]?.id.slice() as Uint8Array;

const newWorld = (): World => new World(genesisTime + 5 * HEIGHT + 1000);

/** A node with the chain and all of its bodies. */
async function addFull(
  world: World,
  id: string,
  hasTxIndex: boolean,
  store = new MemoryStore(),
): Promise<SimNode> {
  const followedBlocks = Number.POSITIVE_INFINITY;
  const node = world.add(id, { family, store, isGateway: true, followedBlocks, hasTxIndex });
  await world.run(world.now + 100);
  const bodies = Array.from({ length: HEIGHT }, (_, i) => bodyAt(i + 1).body);
  const batch = chain.tree.batch(1, HEIGHT);
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies, ticket: 0 } });
  await world.run(
    world.now + 8000,
    () => node.core.tip.height === HEIGHT && node.core.blocks.stored.size === HEIGHT,
  );
  await world.run(world.now + 3000);
  return node;
}

/** A page with the chain, connected to some. */
async function addPage(world: World, store: MemoryStore, ...peers: string[]): Promise<SimNode> {
  const page = world.add('page', { family, store });
  await world.run(world.now + 100);
  for (const peer of peers) world.connect('page', peer);
  await world.run(world.now + 60_000, () => page.core.blocks.stored.size === FOLLOWED_BLOCKS);
  return page;
}

let tickets = 0;

function wish(
  node: SimNode,
  id: Uint8Array,
  more: { block?: Uint8Array; confirmations?: number; checkpoint?: number } = {},
): number {
  const ticket = ++tickets;
  node.driver.push({ type: 'command', command: { kind: 'proveTransaction', id, ticket, ...more } });
  return ticket;
}

const answerTo = (node: SimNode, ticket: number): ProvableResult | undefined =>
  node.noticed('provable').find((notice) => notice.ticket === ticket)?.result;

async function prove(
  world: World,
  node: SimNode,
  ...args: [id: Uint8Array, more?: Parameters<typeof wish>[2]]
): Promise<ProvableResult> {
  const ticket = wish(node, ...args);
  await world.run(world.now + 70_000, () => answerTo(node, ticket) !== undefined);
  const result = answerTo(node, ticket);
  if (result === undefined) throw new Error('no answer');
  return result;
}

function proofOf(result: ProvableResult): TxProof {
  if (!result.ok) throw new Error(result.code);
  const made = makeTxProof({ network: simNetwork, ...result });
  if (!made.ok) throw new Error(made.code);
  return made.proof;
}

const tipOf = (of = chain) => ({
  network: simNetwork,
  height: of.tree.tipHeight,
  hash: family.hashToHex(of.tree.hash(of.tree.tip)),
});

function checkpointAt(height: number): Checkpoint {
  const record = (at: number) => chain.tree.record(chain.tree.at(at) as number);
  const commitment = new HeaderCommitment({
    bytes: (at) => family.headerBytes(record(at)),
    hash: (at) => hashAt(at),
  });
  const chainwork = chain.tree.chainwork(chain.tree.at(height) as number);
  const records = Uint8Array.from(Array.from({ length: height + 1 }, (_, at) => [...record(at)]).flat());
  const base = { height, hash: hashAt(height), chainwork, records };
  return makeCheckpoint(family, simNetwork, base, commitment.root(height + 1));
}

/** A gateway that keeps an index, by its own word, and names the block that `answer` gives. */
function liar(
  world: World,
  node: SimNode,
  id: string,
  answer: (message: Extract<Message, { type: 'getTxBlock' }>, self: Stranger) => void,
): Stranger {
  const stranger = new Stranger(world, id, node, (message, self) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(family, chain.batch, message));
    if (message.type === 'getTxBlock') answer(message, self);
    if (message.type === 'getBlocks')
      for (const hash of message.hashes)
        self.say({ type: 'blocks', requestId: message.requestId, hash, body: bodyAt(OLD).body });
  });
  const chainwork = chain.tree.chainwork(chain.tree.tip);
  stranger.hello({
    height: HEIGHT,
    chainwork,
    services: SERVICE_GATEWAY + SERVICE_ARCHIVE + SERVICE_TX_INDEX,
  });
  return stranger;
}

describe('a page', () => {
  it('proves a transaction of an old block: a gateway with an index names it, another one has the body', async () => {
    const world = newWorld();
    const index = await addFull(world, 'index', true);
    await addFull(world, 'archive', false);
    const page = await addPage(world, new MemoryStore(), 'index', 'archive');
    const result = await prove(world, page, idAt(OLD));
    const proof = proofOf(result);
    expect(proof).toMatchObject({ tie: 'links', height: OLD, anchor: HEIGHT });
    expect(verifyTxProof(proof, tipOf())).toMatchObject({
      ok: true,
      height: OLD,
      confirmations: HEIGHT - OLD + 1,
    });
    expect(index.core.metrics().vision_p2p_blocks_sent_total).toBeGreaterThan(0);
    const indexes = page.core.peers().filter(({ services }) => services.includes('txIndex'));
    expect(indexes.map(({ id }) => id)).toEqual(['index']);
  });

  it('proves one of its own bodies without asking anyone, and by every tie', async () => {
    const world = newWorld();
    await addFull(world, 'archive', false);
    const page = await addPage(world, new MemoryStore(), 'archive');
    const height = HEIGHT - 10;
    world.kill('archive');
    const byLinks = proofOf(await prove(world, page, idAt(height)));
    expect(verifyTxProof(byLinks, tipOf())).toMatchObject({ ok: true, height });
    const below = proofOf(await prove(world, page, idAt(height), { checkpoint: height + 5 }));
    expect(below.tie).toBe('root');
    expect(verifyTxProof(below, checkpointAt(height + 5))).toMatchObject({
      ok: true,
      height,
      confirmations: 6,
    });
    const above = proofOf(
      await prove(world, page, idAt(height), { checkpoint: height - 5, confirmations: 3 }),
    );
    expect(above.tie).toBe('work');
    expect(verifyTxProof(above, checkpointAt(height - 5))).toMatchObject({
      ok: true,
      height,
      confirmations: 6,
    });
    const few = proofOf(await prove(world, page, idAt(HEIGHT), { checkpoint: height }));
    expect(verifyTxProof(few, checkpointAt(height))).toMatchObject({ ok: true, confirmations: 1 });
  });

  it('does not take a body of its own that is damaged: it is fetched anew', async () => {
    const world = newWorld();
    await addFull(world, 'archive', false);
    const store = new MemoryStore();
    const page = await addPage(world, store, 'archive');
    const height = HEIGHT - 10;
    const key = hashAt(height);
    const [record] = await store.read([{ table: 'bodies', key }]);
    if (record === undefined) throw new Error('the page does not keep the body');
    await store.write([{ kind: 'put', table: 'bodies', key, value: flipped(record.value) }]);
    const proof = proofOf(await prove(world, page, idAt(height), { block: key }));
    expect(verifyTxProof(proof, tipOf())).toMatchObject({ ok: true, height });
    expect(await store.read([{ table: 'bodies', key }])).toEqual([record]);
  });

  it('says why there is none', async () => {
    const world = newWorld();
    await addFull(world, 'archive', true);
    const page = await addPage(world, new MemoryStore(), 'archive');
    const unknown = new Uint8Array(32).fill(9);
    const code = async (
      ...args: Parameters<typeof prove> extends [World, SimNode, ...infer Rest] ? Rest : never
    ) => {
      const result = await prove(world, page, ...args);
      return result.ok ? 'ok' : result.code;
    };
    expect(await code(unknown)).toBe('PROOF_TX_NOT_FOUND');
    expect(await code(unknown, { block: hashAt(OLD) })).toBe('PROOF_TX_NOT_IN_BLOCK');
    expect(await code(idAt(OLD), { block: unknown })).toBe('BLOCK_UNKNOWN');
    expect(await code(idAt(HEIGHT), { confirmations: 2 })).toBe('PROOF_UNCONFIRMED');
    expect(await code(idAt(OLD), { checkpoint: HEIGHT + 1 })).toBe('PROOF_WRONG_CHECKPOINT');
    expect(await code(idAt(OLD), { block: hashAt(OLD) })).toBe('ok');
    const waiting = Array.from({ length: PROOF_REQUESTS_MAX + 1 }, () => wish(page, idAt(OLD)));
    await world.run(world.now + 10_000, () =>
      waiting.every((ticket) => answerTo(page, ticket) !== undefined),
    );
    const codes = waiting.map((ticket) => answerTo(page, ticket)).filter((result) => result?.ok === false);
    expect(codes).toEqual([{ ok: false, code: 'PROOF_BUSY' }]);
  });

  it('finds out who names a block that does not have it, and asks the next one', async () => {
    const world = newWorld();
    await addFull(world, 'archive', false);
    const page = await addPage(world, new MemoryStore(), 'archive');
    const false1 = liar(world, page, 'liar', ({ requestId }, self) =>
      self.say({ type: 'txBlock', requestId, block: hashAt(OLD + 1) }),
    );
    await world.run(world.now + 1000);
    await addFull(world, 'index', true);
    world.connect('page', 'index');
    await world.run(world.now + 2000);
    expect(proofOf(await prove(world, page, idAt(OLD)))).toMatchObject({ height: OLD });
    expect(false1.rejectedWith).toBe('PEER_FALSE_HINT');
  });

  it('goes on when a peer names a block that has it and is beside the best chain', async () => {
    const world = newWorld();
    await addFull(world, 'archive', false);
    const page = await addPage(world, new MemoryStore(), 'archive');
    const beside = new VisionChain();
    for (let height = 1; height < HEIGHT; height++) {
      const slot = chain.tree.at(height) as number;
      beside.tree.insertChecked(chain.tree.record(slot), chain.tree.hash(slot), beside.tree.tip);
    }
    beside.mine({ count: 1, miner: 'other', txRootOf: () => bodyAt(OLD).txRoot });
    const batch = beside.tree.batch(HEIGHT, HEIGHT);
    page.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: ++tickets } });
    const stranger = liar(world, page, 'liar', ({ requestId }, self) =>
      self.say({ type: 'txBlock', requestId, block: hashAt(HEIGHT, beside) }),
    );
    await world.run(world.now + 1000);
    expect(page.core.header(family.hashToHex(hashAt(HEIGHT, beside)))).toBeDefined();
    await addFull(world, 'index', true);
    world.connect('page', 'index');
    await world.run(world.now + 2000);
    expect(proofOf(await prove(world, page, idAt(OLD)))).toMatchObject({ height: OLD });
    expect(stranger.heard('getTxBlock').length).toBe(1);
  });

  it('goes on when a peer is silent, leaves, knows nothing or names what nobody knows', async () => {
    const world = newWorld();
    await addFull(world, 'archive', false);
    const page = await addPage(world, new MemoryStore(), 'archive');
    const strangers = [
      liar(world, page, 'silent', () => undefined),
      liar(world, page, 'leaver', (_, self) => self.leave()),
      liar(world, page, 'ignorant', ({ requestId }, self) =>
        self.say({ type: 'txBlock', requestId, block: undefined }),
      ),
      liar(world, page, 'dreamer', ({ requestId }, self) =>
        self.say({ type: 'txBlock', requestId, block: new Uint8Array(32).fill(1) }),
      ),
    ];
    await world.run(world.now + 1000);
    const result = await prove(world, page, idAt(OLD));
    expect(result).toEqual({ ok: false, code: 'PROOF_TX_NOT_FOUND' });
    expect(strangers.map((each) => each.heard('getTxBlock').length)).toEqual([1, 1, 1, 1]);
  });

  it('disconnects who answers unasked', async () => {
    const world = newWorld();
    await addFull(world, 'archive', false);
    const page = await addPage(world, new MemoryStore(), 'archive');
    const stranger = liar(world, page, 'stranger', () => undefined);
    await world.run(world.now + 500);
    stranger.say({ type: 'txBlock', requestId: 77, block: undefined });
    await world.run(world.now + 500);
    expect(stranger.rejectedWith).toBe('PEER_UNSOLICITED');
  });
});

describe('an index', () => {
  /** What a node with an index answers to a peer. */
  async function lookUp(world: World, node: SimNode, id: Uint8Array): Promise<Uint8Array | undefined> {
    const stranger = new Stranger(world, `asker${++tickets}`, node);
    stranger.hello();
    await world.run(world.now + 500);
    stranger.say({ type: 'getTxBlock', requestId: 5, id });
    await world.run(world.now + 2000, () => stranger.heard('txBlock').length > 0);
    const [answer] = stranger.heard('txBlock');
    if (answer === undefined) throw new Error('no answer');
    stranger.leave();
    return answer.block?.slice();
  }

  it('is made of bodies as they come, and of those that were there before', async () => {
    const world = newWorld();
    const store = new MemoryStore();
    const node = await addFull(world, 'full', false, store);
    expect(await lookUp(world, node, idAt(OLD))).toBeUndefined();
    world.kill('full');
    const again = world.add('again', {
      family,
      store,
      isGateway: true,
      followedBlocks: Number.POSITIVE_INFINITY,
      hasTxIndex: true,
    });
    await world.run(world.now + 20_000);
    expect(again.core.tip.height).toBe(HEIGHT);
    for (const height of [1, OLD, HEIGHT])
      expect(await lookUp(world, again, idAt(height))).toEqual(hashAt(height));
    expect(await lookUp(world, again, new Uint8Array(32))).toBeUndefined();
  });

  it('names the block of the best chain, also when it has gone and come back', async () => {
    const world = newWorld();
    const node = await addFull(world, 'full', true);
    // Two branches on the block before the tip, both with the transactions of the tip.
    const shared = bodyAt(HEIGHT);
    const submit = async (of: VisionChain, from: number, bodies: Uint8Array[]) => {
      const batch = of.tree.batch(from, of.tree.tipHeight);
      node.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies, ticket: ++tickets } });
      await world.run(world.now + 3000);
    };
    const copyUpTo = (height: number): VisionChain => {
      const copy = new VisionChain();
      for (let h = 1; h <= height; h++) {
        const slot = chain.tree.at(h) as number;
        copy.tree.insertChecked(chain.tree.record(slot), chain.tree.hash(slot), copy.tree.tip);
      }
      return copy;
    };
    const other = copyUpTo(HEIGHT - 1);
    const later = makeBody(7001, 1);
    other.mine({ count: 2, miner: 'other', txRootOf: (h) => (h === HEIGHT ? shared.txRoot : later.txRoot) });
    await submit(other, HEIGHT, [shared.body, later.body]);
    expect(node.core.tip.height).toBe(HEIGHT + 1);
    expect(await lookUp(world, node, idAt(HEIGHT))).toEqual(hashAt(HEIGHT, other));
    const back = copyUpTo(HEIGHT);
    const empty = makeBody(7002, 1);
    back.mine({ count: 3, txRootOf: () => empty.txRoot });
    await submit(back, HEIGHT + 1, []);
    expect(node.core.tip.height).toBe(HEIGHT + 3);
    expect(await lookUp(world, node, idAt(HEIGHT))).toEqual(hashAt(HEIGHT));
  });
});
