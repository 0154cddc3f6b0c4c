/** Peers that are chosen to lead the header download, and lead nowhere. */
import { encodeMessage, FRAME_BYTES_MAX, frameMessage, type Message } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { UNPROVEN_CLAIMS_MAX } from '../../packages/protocol/src/limits.js';
import { SimMiner } from './miner.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const genesisHash = visionSim.genesis.hash;

let world: World;
let honest: SimNode;
let victim: SimNode;
/** How far the victim was behind at most. */
let mostBehind: number;

beforeEach(async () => {
  world = new World(genesisTime + 1_000_000);
  mostBehind = 0;
  honest = world.add('honest', {
    family: visionSim,
    notice(notice) {
      if (notice.type === 'tip') miner.restart();
    },
  });
  victim = world.add('victim', { family: visionSim });
  const miner = new SimMiner(world, honest, 2);
  await world.run(1000);
  world.connect('honest', 'victim');
  miner.restart();
  await world.run(60_000);
});

async function watch(forMs: number): Promise<void> {
  const until = world.now + forMs;
  while (world.now < until) {
    await world.run(world.now + 1000);
    mostBehind = Math.max(mostBehind, honest.core.tip.height - victim.core.tip.height);
  }
}

/** Six bytes of an answer at once, one each 8 s, and the rest after 36 s; then the next one. */
function dribble(self: Stranger, owed: number[]): void {
  const requestId = owed[0] as number;
  const payload = new Uint8Array(0);
  const answer: Message = { type: 'headers', requestId, parent: genesisHash, count: 0, payload };
  const [frame] = frameMessage(encodeMessage(answer), FRAME_BYTES_MAX) as [Uint8Array];
  self.sayRaw(frame.slice(0, 6));
  for (let at = 6; at < 10; at++) world.after(8000 * (at - 5), () => self.sayRaw(frame.slice(at, at + 1)));
  world.after(36_000, () => {
    self.sayRaw(frame.slice(10));
    owed.shift();
    if (owed.length > 0) dribble(self, owed);
  });
}

describe('a leader', () => {
  it('that dribbles its answer is as good as silent: given up after seconds, and sent away', async () => {
    const dribblers = [1, 2, 3].map((index) => {
      const owed: number[] = [];
      const dribbler = new Stranger(world, `dribbler ${index}`, victim, (message, self) => {
        // A pong would stand in the middle of an answer, so it goes without.
        if (message.type !== 'getHeaders') return;
        owed.push(message.requestId);
        if (owed.length === 1) dribble(self, owed);
      });
      dribbler.hello({ height: 1_000_000, chainwork: 2n ** 60n });
      return dribbler;
    });
    await watch(300_000);
    expect(dribblers.map(({ rejectedWith }) => rejectedWith)).toEqual(Array(3).fill('PEER_UNRESPONSIVE'));
    expect(mostBehind).toBeLessThanOrEqual(6);
    expect(victim.core.tip.height).toBeGreaterThan(50);
  });

  it('that invents another tip before each empty answer is sent away all the same', async () => {
    const inventor = new Stranger(world, 'inventor', victim, (message, self) => {
      answerPings(message, self);
      if (message.type !== 'getHeaders') return;
      const parent = message.locator[0]?.slice() ?? genesisHash;
      invent(self);
      self.say({
        type: 'headers',
        requestId: message.requestId,
        parent,
        count: 0,
        payload: new Uint8Array(0),
      });
    });
    const invent = (self: Stranger): void =>
      self.say({
        type: 'announce',
        height: 1000,
        hash: world.random.bytes(32),
        prev: world.random.bytes(32),
      });
    inventor.hello();
    invent(inventor);
    await watch(60_000);
    expect(inventor.rejectedWith).toBe('PEER_CLAIM_UNPROVEN');
    expect(inventor.heard('getHeaders').length).toBeLessThanOrEqual(UNPROVEN_CLAIMS_MAX + 1);
    expect(victim.core.metrics()).toMatchObject({
      vision_p2p_parent_request_sent_total: UNPROVEN_CLAIMS_MAX,
      vision_p2p_parent_request_failed_total: UNPROVEN_CLAIMS_MAX,
    });
    expect(mostBehind).toBeLessThanOrEqual(2);
  });
});
