/**
 * A network from one seed: who is in it, what befalls it, and what must hold. First everything goes wrong that the seed
 * says, while miners mine; then the faults stop, and all nodes must agree within {@link settleMs}.
 */

import { FOLLOWED_BLOCKS, MemoryStore, type NodeNotice, type StoreFault } from '@vision-light/protocol';
import {
  FAILURES_BEFORE_PAUSE,
  LEADER_SLICE_MS,
  PAUSE_MS,
  PEER_SEARCH_INTERVAL_MAX_MS,
  PING_INTERVAL_MS,
  REQUEST_TIMEOUT_MAX_MS,
} from '../../packages/protocol/src/limits.js';
import type { LinkConditions } from './channel.js';
import { SimMiner } from './miner.js';
import { PowCache } from './pow-cache.js';
import type { SimRandom } from './sim-random.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { makeTransaction, send } from './vision-transactions.js';
import { type SimNode, World } from './world.js';

export interface Scenario {
  readonly seed: number;
  /** Drawn from the seed if absent: 3 to 12. */
  readonly nodes?: number;
  /** Virtual minutes in which things go wrong. */
  readonly minutes?: number;
  /** One node is cut off for ever: a run that must fail, to see that it does. */
  readonly sabotage?: boolean;
  /** Called after every step of every node, beside the checkers; throws if something does not hold. */
  readonly check?: (node: SimNode) => void;
}

/** What a run leaves. Equal for equal scenarios. */
export interface RunResult {
  readonly seed: number;
  readonly nodes: number;
  readonly miners: number;
  /** Hash over all events of all nodes. */
  readonly digest: string;
  readonly events: number;
  readonly height: number;
  readonly reorgs: number;
  readonly faults: number;
  /** The most bytes that waited for one peer of any node. */
  readonly unsentBytesMax: number;
  readonly virtualMinutes: number;
}

/** A run in which something did not hold; the message says with which seed it comes again. */
export class SimFailure extends Error {
  override readonly name = 'SimFailure';

  /** @param digest  hash over all events until then */
  constructor(
    message: string,
    readonly digest: string,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Milliseconds within which all nodes know a chain of the most work, once faults have stopped: a dead peer is found out
 * by its silence, the next one may fail as often as one may, and pause, and lead for its turn; meanwhile a node without
 * peers searches at its slowest. Twice the search, for the first answer may name nodes that are full.
 */
export const settleMs =
  2 * PING_INTERVAL_MS +
  2 * PEER_SEARCH_INTERVAL_MAX_MS +
  FAILURES_BEFORE_PAUSE * REQUEST_TIMEOUT_MAX_MS +
  PAUSE_MS +
  LEADER_SLICE_MS;

/** Milliseconds within which a new tip is everywhere in a network at rest; held headers wait for the slowest clock. */
const spreadMs = 15_000;
/** Milliseconds within which a node has read and verified what is stored. */
const LOAD_MS = 15_000;
/** So many members' stores are opened again in the end. In a network of thousands that would be most of the work. */
const STORES_CHECKED_MAX = 20;
/** Seconds that a clock may be wrong, either way: two such clocks differ by what the rules allow. */
const SKEW_MAX_S = 4.5;
/** Hashes a second of all miners: at rest the difficulty is that times the spacing, and so a block is soon mined. */
const HASHES_PER_SECOND = 2;
/** Headers that the miners have at the beginning, of which the seed takes some. */
const HISTORY = 300;
/** Of all seeds, those in which a block with transactions has a body of 100 to 300 kB: there the caps on bytes matter. */
const HEAVY_SEEDS = 0.05;
/** In each block of a miner: for each of the transactions that are drawn for it, so many of so many bytes. */
const LIGHT = { count: 1, bytes: 150 };
const HEAVY = { count: 2, bytes: 50_000 };

/** Senders of transactions, and mean milliseconds between two transactions of the whole network. */
const SENDERS = 8;
const SEND_INTERVAL_MS = 4_000;

/** What one honest node may never say of another, however late or asleep it was. */
const blame =
  /^(WIRE_|HEADER_|BODY_|TX_)|^PEER_(WRONG|OUT_OF_TURN|UNSOLICITED|FLOOD|COMPACT|IDENTITY|DISCOURAGED)/;

let history: VisionChain | undefined;
const pow = new PowCache();

/** A chain that was mined before the world began. */
function pastChain(): VisionChain {
  if (history === undefined) {
    history = new VisionChain();
    history.mine({ count: HISTORY });
  }
  return history;
}

/** From a home line to a mobile one. */
function drawConditions(random: SimRandom): LinkConditions {
  return {
    latencyMs: random.between(5, 150),
    jitterMs: random.between(0, 50),
    bytesPerMs: random.between(30, 1250),
    loss: random.chance(0.5) ? 0 : random.between(0, 0.05),
  };
}

/** One life of a member: a page that is opened again goes on from the same store. */
class Member {
  store = new MemoryStore();
  node: SimNode | undefined;
  miner: SimMiner | undefined;
  storeFault: StoreFault | undefined;
  /** Whether it was asked for anything while it failed: then bodies may be missing for good. */
  hasLost = false;
  #lives = 0;

  constructor(
    readonly run: Run,
    readonly name: string,
    readonly hashesPerSecond: number,
    readonly clockSkewS: number,
    readonly followedBlocks: number,
    /** In each block that it mines. */
    readonly transactions: number,
  ) {}

  open(): void {
    const { world } = this.run;
    this.#lives++;
    const isMiner = this.hashesPerSecond > 0;
    this.node = world.add(`${this.name}.${this.#lives}`, {
      family: visionSim,
      isGateway: isMiner,
      store: this.store,
      clockSkewS: this.clockSkewS,
      seed: world.random.int(2 ** 32),
      writeFault: () => this.#failing(),
      loadFault: () => this.#failing(),
      // A full disk can still be read.
      readFault: () => this.#failing() === 'STORE_FAILED',
      followedBlocks: this.followedBlocks,
      identity: this.name,
      notice: (notice, node) => this.run.noticed(this, notice, node),
    });
    this.run.lives.push(this.node);
    if (!isMiner) return;
    const { count, bytes } = this.run.filling;
    this.miner = new SimMiner(world, this.node, this.hashesPerSecond, count * this.transactions, bytes);
  }

  /** The site's data is cleared, under a page that is open or between two visits. */
  emptyStore(): void {
    this.store = new MemoryStore();
    this.node?.emptyStore(this.store);
  }

  #failing(): StoreFault | undefined {
    this.hasLost ||= this.storeFault !== undefined;
    return this.storeFault;
  }

  close(): void {
    this.miner?.stop();
    if (this.node !== undefined) this.run.world.kill(this.node.id);
    this.node = undefined;
  }
}

class Run {
  readonly world: World;
  readonly members: Member[] = [];
  /** Every node that there was. */
  readonly lives: SimNode[] = [];
  readonly random: SimRandom;
  readonly faultsUntil: number;
  readonly past: number;
  readonly filling: typeof LIGHT;
  /** Transactions that each sender has sent. */
  readonly sent = new Map<number, number>();
  reorgs = 0;
  faults = 0;
  #isPartitioned = false;

  constructor(scenario: Scenario) {
    // What is drawn before the world begins comes from its own seed too.
    const draft = new World(genesisTime, { seed: scenario.seed });
    this.past = draft.random.int(HISTORY);
    this.filling = draft.random.chance(HEAVY_SEEDS) ? HEAVY : LIGHT;
    this.world = new World(genesisTime + 5 * this.past, {
      seed: draft.random.int(2 ** 32),
      conditions: drawConditions,
      introduces: true,
      pow,
      stepsMax: Number.POSITIVE_INFINITY,
      ...(scenario.check === undefined ? {} : { check: scenario.check }),
    });
    this.random = this.world.random;
    const count = scenario.nodes ?? 3 + this.random.int(10);
    const miners = Math.min(count, 1 + this.random.int(3));
    for (let i = 0; i < count; i++) {
      const rate = i < miners ? HASHES_PER_SECOND / miners : 0;
      const skew = this.random.between(-SKEW_MAX_S, SKEW_MAX_S);
      // A miner keeps all bodies, a page the newest, and some pages none.
      const followed = i < miners ? Number.POSITIVE_INFINITY : this.random.chance(0.8) ? FOLLOWED_BLOCKS : 0;
      const transactions = this.random.int(4);
      this.members.push(new Member(this, `n${i}`, rate, skew, followed, transactions));
    }
    this.faultsUntil = 60_000 * (scenario.minutes ?? 2);
  }

  noticed(member: Member, notice: NodeNotice, node: SimNode): void {
    if (notice.type === 'reorg') this.reorgs++;
    if (
      notice.type === 'ready' &&
      member.miner !== undefined &&
      node.core.tip.height === 0 &&
      this.past > 0
    ) {
      const batch = pastChain().tree.batch(1, this.past);
      this.world.after(1, () => {
        if (node.isRunning)
          node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
      });
    }
    // Not inside the step that says so: the chain it speaks of is being settled.
    if (notice.type === 'ready' || notice.type === 'tip') this.world.after(0, () => member.miner?.restart());
    if (notice.type !== 'peer' || notice.change.kind !== 'disconnected') return;
    const { code, id } = notice.change;
    if (code !== undefined && blame.test(code)) throw new Error(`${node.id} blames ${id} for ${code}`);
  }

  /** Opens everyone, some of them later, and draws what goes wrong. */
  start(): void {
    for (const member of this.members) {
      if (member.hashesPerSecond > 0 || this.random.chance(0.7)) member.open();
      else this.world.after(this.random.between(0, this.faultsUntil * 0.8), () => member.open());
    }
    for (
      let at = this.random.exponential(10_000);
      at < this.faultsUntil;
      at += this.random.exponential(10_000)
    )
      this.world.after(at, () => this.#fault());
    for (
      let at = this.random.exponential(SEND_INTERVAL_MS);
      at < this.faultsUntil;
      at += this.random.exponential(SEND_INTERVAL_MS)
    )
      this.world.after(at, () => this.#send());
  }

  /** Somebody sends a transaction; of one sender each comes from a node that may not have heard of the one before. */
  #send(): void {
    const { random } = this;
    const { node } = random.pick(this.members) as Member;
    const sender = 1 + random.int(SENDERS);
    const bytes = makeTransaction({ sender, nonce: this.sent.get(sender) ?? 0, tip: random.int(50) });
    if (node === undefined || node.driver.isAsleep) return;
    this.sent.set(sender, (this.sent.get(sender) ?? 0) + 1);
    send(node, bytes);
  }

  /** Something goes wrong for a while, and is well again at the end of the faults at the latest. */
  #fault(): void {
    const { world, random } = this;
    const left = this.faultsUntil - world.now;
    const lasts = Math.min(left, random.between(1000, 90_000));
    const member = random.pick(this.members) as Member;
    const { node } = member;
    this.faults++;
    switch (random.int(5)) {
      case 0: {
        if (this.#isPartitioned) break;
        this.#isPartitioned = true;
        const cut = random.int(this.members.length);
        world.partition((id) => Number(/\d+/.exec(id)?.[0]) < cut);
        world.after(lasts, () => {
          this.#isPartitioned = false;
          world.partition();
        });
        break;
      }
      case 1:
        if (node === undefined || member.hashesPerSecond > 0 || node.driver.isAsleep) break;
        world.sleep(node.id);
        world.after(lasts, () => node.isRunning && world.wakeUp(node.id));
        break;
      case 2:
        member.storeFault = random.chance(0.5) ? 'STORE_QUOTA' : 'STORE_FAILED';
        world.after(lasts, () => {
          member.storeFault = undefined;
        });
        break;
      case 3:
        // What a miner alone has would be gone for everyone.
        if (member.hashesPerSecond === 0) member.emptyStore();
        break;
      default:
        if (node === undefined || member.hashesPerSecond > 0) break;
        member.close();
        world.after(lasts, () => member.open());
    }
  }

  get #running(): SimNode[] {
    return this.members.flatMap(({ node }) => (node === undefined ? [] : [node]));
  }

  /** @throws {Error} if the nodes differ in `what` */
  #agree(what: string, of: (node: SimNode) => string): void {
    const by = new Map<string, string[]>();
    for (const node of this.#running) by.set(of(node), [...(by.get(of(node)) ?? []), node.id]);
    if (by.size <= 1) return;
    const sides = [...by].map(([value, ids]) => `${value} (${ids.join(' ')})`);
    throw new Error(`no agreement about the ${what}: ${sides.join(', ')}`);
  }

  /** Each body that anyone has is with everyone who follows it and whose store never failed. */
  #agreeOnBodies(): void {
    const { tree } = (this.#running[0] as SimNode).core;
    for (let height = Math.max(1, tree.tipHeight - FOLLOWED_BLOCKS + 1); height <= tree.tipHeight; height++) {
      const hash = tree.hash(tree.at(height) as number);
      const has = ({ node }: Member): boolean => node?.core.blocks.whereabouts(hash) === 'here';
      if (!this.members.some(has)) continue;
      for (const member of this.members) {
        const isToHave = member.node !== undefined && member.followedBlocks > 0 && !member.hasLost;
        if (isToHave && !has(member))
          throw new Error(`${member.node?.id} lacks the body at height ${height}`);
      }
    }
  }

  /** Those who follow blocks have the same transactions, once all that was told has come. */
  #agreeOnMempools(): void {
    const by = new Map<string, string[]>();
    for (const { node, followedBlocks, hasLost } of this.members) {
      if (node === undefined || followedBlocks === 0 || hasLost) continue;
      const keys = [...node.core.transactions.mempool.values()].map(({ key }) => key.slice(0, 8)).sort();
      by.set(`${keys}`, [...(by.get(`${keys}`) ?? []), node.id]);
    }
    if (by.size <= 1) return;
    const sides = [...by].map(([keys, ids]) => `[${keys}] (${ids.join(' ')})`);
    throw new Error(`no agreement about the mempool: ${sides.join(', ')}`);
  }

  async settle(isSabotaged: boolean): Promise<void> {
    const { world, members } = this;
    if (isSabotaged) {
      // Cut from the start, so that it has nothing that the others have.
      world.partition((id) => id.startsWith('n0.'));
    }
    await world.run(this.faultsUntil + 1);
    if (isSabotaged) world.partition((id) => id.startsWith('n0.'));
    for (const { miner } of members) miner?.stop();
    await world.run(world.now + settleMs);
    this.#agree('chainwork', ({ core }) => `${core.tip.chainwork}`);
    // Two branches of equal work are two right answers; one block more tells which.
    members[0]?.miner?.mine();
    await world.run(world.now + spreadMs);
    this.#agree('tip', ({ core }) => `${core.tip.height} ${core.tip.hash}`);
    this.#agreeOnBodies();
    this.#agreeOnMempools();
    for (const node of this.#running) {
      node.checker.checkAll();
      if (node.core.status.phase !== 'synced') throw new Error(`${node.id} is ${node.core.status.phase}`);
    }
    await this.#checkStores();
  }

  /** A store holds as much as its node has said, and a page that is opened on it finds nothing wrong. */
  async #checkStores(): Promise<void> {
    const { world } = this;
    const visits = this.members.slice(0, STORES_CHECKED_MAX).flatMap(({ node, name, store, clockSkewS }) => {
      if (node === undefined) return [];
      const { storedHeight } = node.core.status;
      world.kill(node.id);
      const again = world.add(`${name}.again`, { family: visionSim, store, clockSkewS });
      return [{ storedHeight, again }];
    });
    await world.run(world.now + LOAD_MS, () =>
      visits.every(({ again }) => again.noticed('ready').length > 0),
    );
    for (const { storedHeight, again } of visits) {
      const found = again.noticed('ready')[0]?.tip.height;
      const codes = again.noticed('error').map(({ code }) => code);
      if (found !== storedHeight || codes.length > 0)
        throw new Error(`${again.id} finds ${found} of ${storedHeight} stored headers, and says [${codes}]`);
    }
  }
}

/** What a failure is replayed with. */
export function replayCommand({ seed, nodes, minutes }: Scenario): string {
  const flag = (name: string, value: number | undefined): string =>
    value === undefined ? '' : ` --${name} ${value}`;
  return `npm run sim -- --seed ${seed}${flag('nodes', nodes)}${flag('minutes', minutes)}`;
}

/**
 * Runs a scenario to its end.
 *
 * @throws {SimFailure} if anything does not hold
 */
export async function runScenario(scenario: Scenario): Promise<RunResult> {
  const run = new Run(scenario);
  try {
    run.start();
    await run.settle(scenario.sabotage ?? false);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    const at = `${(run.world.now / 1000).toFixed(3)} s, event ${run.world.trace.events}`;
    const message = `seed ${scenario.seed}, at ${at}: ${what}\nAgain: ${replayCommand(scenario)}`;
    throw new SimFailure(message, run.world.trace.digest, { cause: error });
  }
  const { world, members } = run;
  return {
    seed: scenario.seed,
    nodes: members.length,
    miners: members.filter(({ hashesPerSecond }) => hashesPerSecond > 0).length,
    digest: world.trace.digest,
    events: world.trace.events,
    height: members[0]?.node?.core.tip.height ?? 0,
    reorgs: run.reorgs,
    faults: run.faults,
    unsentBytesMax: Math.max(...run.lives.map(({ caps }) => caps.unsentMax)),
    virtualMinutes: world.now / 60_000,
  };
}
