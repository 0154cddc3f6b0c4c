/** Headers below a checkpoint while newer ones are on their way: they must not hold those up. */
import { decodeMessage, HeaderTree, type Message } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { BelowSync } from '../../packages/protocol/src/headers/below/below-sync.js';
import { chainLayout } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { PROVE_INTERVAL_MS } from '../../packages/protocol/src/limits.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { Peer } from '../../packages/protocol/src/peer/peer.js';
import { PeerSet } from '../../packages/protocol/src/peer/peer-set.js';
import { RequestLedger } from '../../packages/protocol/src/peer/request-ledger.js';
import { PowCache } from '../sim/pow-cache.js';
import { answerFrom } from '../sim/scripted-chain.js';
import { visionSim as family, VisionChain } from '../sim/vision-chain.js';

const height = 600;
const chain = new VisionChain();
chain.mine({ count: height });
const all = chain.tree.batch(1, height);
const wallTime = 2 ** 40;

/** A peer that has said hello, and claims the whole chain. */
function greeted(id: string): Peer {
  const peer = new Peer(id, 1_000_000, undefined, 0);
  const { genesis, networkId } = family;
  const chainwork = family.work(genesis.record);
  const numbers = { version: 4, minVersion: 3, services: 0, requires: 0, time: 0 };
  peer.hello = {
    type: 'hello',
    networkId,
    height,
    chainwork,
    userAgent: '',
    identity: undefined,
    ...numbers,
  };
  peer.height = height;
  return peer;
}

it('does one thing each interval while headers come in: a request, or hashing', () => {
  const base = chain.tree.baseAt(height);
  const tree = new HeaderTree(family, { base });
  const [outbox, peers, ledger, pow] = [new Outbox(), new PeerSet(), new RequestLedger(), new PowCache()];
  for (const id of ['a', 'b', 'c']) {
    const peer = greeted(id);
    peers.add(peer);
    peers.greeted();
    ledger.peerReady(peer);
  }
  let job = 0;
  const refused = (...said: unknown[]): never => {
    throw new Error(said.join());
  };
  const below = new BelowSync(
    tree,
    peers,
    outbox,
    ledger,
    chainLayout(height, 500),
    { base },
    () => ++job,
    4,
    {
      punish: (_, code) => refused(code),
      isDue: () => tree.assumedHeaders > 0,
      isAtRest: () => false,
      isLeader: () => false,
      unknown: () => refused('unknown'),
      falsified: refused,
      abandoned: refused,
    },
  );
  const times: number[] = [];
  /** A batch that is hashed in several jobs is one thing. */
  let jobAt = Number.NaN;
  const answers: (() => void)[] = [];
  let now = 0;
  for (; tree.assumedHeaders > 0 && now < 60_000; now += PROVE_INTERVAL_MS / 4) {
    for (const answer of answers.splice(0)) answer();
    below.advance({ now, wallTime });
    for (const effect of outbox.take()) {
      if (effect.type === 'verifyPow') {
        const hashes = pow.run(effect.work);
        answers.push(() => below.powVerified(effect.job, hashes));
        if (now !== jobAt) times.push(now);
        jobAt = now;
      }
      if (effect.type !== 'send') continue;
      const decoded = decodeMessage(effect.bytes.subarray(4));
      if (!decoded.ok || decoded.message.type !== 'getHeaders') throw new Error('no getHeaders');
      const peer = peers.get(effect.peer) as Peer;
      const answer = answerFrom(family, all, decoded.message) as Extract<Message, { type: 'headers' }>;
      answers.push(() => expect(below.receive(peer, answer, { now, wallTime })).toBeUndefined());
      times.push(now);
    }
  }
  expect(tree.assumedHeaders).toBe(0);
  const gaps = times.slice(1).map((at, i) => at - (times[i] as number));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(PROVE_INTERVAL_MS);
});
