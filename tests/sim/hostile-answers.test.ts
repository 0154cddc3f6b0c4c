/**
 * Peers that answer requests with anything: late, twice, in another order, with the id of another request or of another
 * kind, or by leaving; and the node sleeps meanwhile. No answer stops the node, and an honest peer brings it everything.
 */
import { FOLLOWED_BLOCKS, type Message } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { OVERSLEPT_MS, REQUEST_TIMEOUT_MIN_MS } from '../../packages/protocol/src/limits.js';
import { answerFrom, part } from './scripted-chain.js';
import { SimRandom } from './sim-random.js';
import { Stranger } from './stranger.js';
import { makeBody } from './vision-bodies.js';
import { visionSim as family, genesisTime, VisionChain } from './vision-chain.js';
import { World } from './world.js';

const HEIGHT = 100;
const bodies = Array.from({ length: HEIGHT + 1 }, (_, height) => makeBody(height, 1));
const bodyAt = (height: number): Uint8Array => bodies[height]?.body ?? new Uint8Array(0);
const chain = new VisionChain();
chain.mine({ count: HEIGHT, txRootOf: (height) => bodies[height]?.txRoot ?? new Uint8Array(32) });
const hashAt = (height: number): Uint8Array =>
  chain.tree.hash(chain.tree.at(height) ?? chain.tree.tip).slice();
const heights = new Map(Array.from({ length: HEIGHT + 1 }, (_, h) => [family.hashToHex(hashAt(h)), h]));
/** How much of the chain there is yet: it grows while the peers lie, so that there is always something to ask for. */
let height = 0;
const claim = (): { height: number; chainwork: bigint } => ({
  height,
  chainwork: chain.tree.chainwork(chain.tree.at(height) ?? 0),
});
const announcement = (): Message => ({
  type: 'announce',
  height,
  hash: hashAt(height),
  prev: hashAt(Math.max(0, height - 1)),
});

type Request = Extract<Message, { type: 'ping' | 'getHeaders' | 'getBlocks' }>;

const isRequest = (message: Message): message is Request =>
  message.type === 'ping' || message.type === 'getHeaders' || message.type === 'getBlocks';

/** What an honest peer says. */
function rightAnswers(request: Request): Message[] {
  const { requestId } = request;
  if (request.type === 'ping') return [{ type: 'pong', requestId }];
  if (request.type === 'getHeaders')
    return [answerFrom(family, part(family, chain.batch, 0, height), request)];
  return request.hashes.map((hash) => {
    const body = bodyAt(heights.get(family.hashToHex(hash)) ?? 0);
    return { type: 'blocks', requestId, hash: hash.slice(), body };
  });
}

/** An answer that may be no answer to it at all. */
function anyAnswer(random: SimRandom, { requestId }: Request, other: Request): Message {
  const own = other.type === 'getBlocks' ? other.hashes[random.int(other.hashes.length)] : undefined;
  const hash = own?.slice() ?? hashAt(random.int(HEIGHT));
  const kinds: Message[] = [
    { type: 'pong', requestId },
    { type: 'notFound', requestId, hashes: [hash] },
    { type: 'notFound', requestId, hashes: [hash, hash] },
    { type: 'blocks', requestId, hash, body: bodyAt(heights.get(family.hashToHex(hash)) ?? 0) },
    { type: 'headers', requestId, parent: family.genesis.hash, count: 0, payload: new Uint8Array(0) },
    ...rightAnswers({ ...other, requestId }).slice(0, 1),
    announcement(),
  ];
  return kinds[random.int(kinds.length)] ?? { type: 'pong', requestId };
}

/** A peer that keeps what it was asked, ever, and answers when it likes. */
class Liar {
  readonly requests: Request[] = [];
  readonly stranger: Stranger;

  constructor(
    readonly world: World,
    readonly random: SimRandom,
    id: string,
    node: Stranger['node'],
  ) {
    this.stranger = new Stranger(world, id, node, (message, self) => {
      if (!isRequest(message)) return;
      const kept = message.type === 'getBlocks' ? message.hashes.map((hash) => hash.slice()) : undefined;
      this.requests.push(kept === undefined ? message : { ...message, type: 'getBlocks', hashes: kept });
      if (random.int(4) === 0) return;
      const wait = random.int(2) * random.int(2 * REQUEST_TIMEOUT_MIN_MS);
      const request = this.requests.at(-1) ?? message;
      world.after(wait, () => self.say(...rightAnswers(request).reverse()));
    });
    this.stranger.hello(claim());
  }

  act(): void {
    const pick = (): Request | undefined => this.requests[this.random.int(this.requests.length)];
    const [request, other] = [pick(), pick()];
    if (request !== undefined && other !== undefined)
      this.stranger.say(anyAnswer(this.random, request, other));
  }
}

it.each(Array.from({ length: 40 }, (_, i) => i + 1))('answers of all kinds, seed %i', async (seed) => {
  const random = new SimRandom(seed);
  const world = new World(genesisTime + 5 * HEIGHT + 1000);
  const node = world.add('node', { family });
  await world.run(1000);
  const liars = new Map<string, Liar>();
  for (height = 1; height < HEIGHT; height++) {
    for (const { stranger } of liars.values()) stranger.say(announcement());
    const id = `liar ${random.int(4)}`;
    const liar = liars.get(id);
    if (liar === undefined || !liar.stranger.isConnected || !node.links.has(id)) {
      liars.set(id, new Liar(world, random, id, node));
    } else if (random.int(8) === 0) {
      node.links.delete(id);
      node.driver.push({ type: 'peerDisconnected', peer: id });
    } else liar.act();
    if (random.int(15) === 0) {
      node.driver.stop();
      world.now += OVERSLEPT_MS + random.int(60_000);
      node.driver.push({ type: 'wake' });
    }
    await world.run(world.now + random.int(4000));
  }
  const honest = new Stranger(world, 'honest', node, (message, self) => {
    if (isRequest(message)) self.say(...rightAnswers(message));
  });
  honest.hello(claim());
  const { blocks } = node.core;
  await world.run(
    world.now + 180_000,
    () => blocks.stored.size === FOLLOWED_BLOCKS && blocks.download.pending === 0,
  );
  expect([honest.rejectedWith, node.core.tip.height, blocks.stored.size]).toEqual([
    undefined,
    HEIGHT,
    FOLLOWED_BLOCKS,
  ]);
  expect(blocks.download.pending).toBe(0);
});
