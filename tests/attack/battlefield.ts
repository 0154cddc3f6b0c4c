/**
 * Where an attack takes place: a victim that knows nothing yet, an honest peer with a chain that grows, and whatever
 * strangers the attack brings. What the attack costs is measured from outside, by the victim's effects.
 */
import { createHash } from 'node:crypto';
import {
  bytesToHex,
  type ChainFamily,
  FOLLOWED_BLOCKS,
  type HeaderBatch,
  type Hello,
  MemoryStore,
  type Message,
  type OpenCheckpoint,
  type PowJob,
  type Store,
} from '@vision-light/protocol';
import type { NodeKey } from '../../packages/gateway/src/node-key.js';
import { defined } from '../../packages/protocol/src/assert.js';
import { HELD_HEADERS_MAX } from '../../packages/protocol/src/limits.js';
import type { Damage } from '../damaged-chain.js';
import { PowCache } from '../sim/pow-cache.js';
import { answerPings, Stranger } from '../sim/stranger.js';
import { type MadeBody, makeBody } from '../sim/vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from '../sim/vision-chain.js';
import { send } from '../sim/vision-transactions.js';
import { bytesOf, type SimNode, World } from '../sim/world.js';
import { loadChain, writeWhole } from '../store-access.js';
import { countForeign, WatchedStore } from './watched-store.js';

/** Height of the honest chain at the beginning: more than one request brings. */
export const HONEST_HEIGHT = 2500;
/** Headers of a segment of the victim's store: few, so that there are many segments. */
export const SEGMENT_HEADERS = 100;
/** Virtual milliseconds of an attack, in which the honest chain grows by a header every five seconds. */
export const ATTACK_MS = 120_000;
const SPACING_MS = 5000;
/** What a header takes beside its record and hash, on a branch of eight headers or more: see header-rows.ts. */
const SLOT_BYTES = 80;
/** What a transaction takes beside its bytes, and what an announcement and a refused id take: estimated, not too low. */
const TRANSACTION_BYTES = 2048;
const ANNOUNCEMENT_BYTES = 512;
const REJECT_BYTES = 128;
/** What a name takes of what a transaction in the mempool spends, or of its parent: as `MEMPOOL_NAMES_MAX` says. */
export const NAME_BYTES = 200;
/** What a discouraged peer's key takes, with what is to be written of it: estimated, not too low. */
const DISCOURAGED_BYTES = 1024;

/** Who names the fingerprints of the channels of strangers. */
export const INTRODUCER = 'http://signal.example/';

/** The network that strangers are in. */
const STRANGERS_GROUP = '192.0.2.0/24';

/** Late enough for long branches of headers that are far apart, and so of the least work. */
export const startWallTime = genesisTime + 1_000_000;
/** Headers at the beginning that hurried, so that the difficulty of the honest chain is above the least. */
const HURRIED = 150;

let mined: VisionChain | undefined;
const pow = new PowCache();

/** The honest chain, with what will be mined during an attack. */
export function honestChain(): VisionChain {
  if (mined === undefined) {
    mined = new VisionChain();
    const timeOf = (height: number): number => genesisTime + 5 * height - 2 * Math.min(height, HURRIED);
    const count = HONEST_HEIGHT + ATTACK_MS / SPACING_MS;
    mined.mine({ count, timeOf, txRootOf: (height) => honestBody(height)?.txRoot ?? new Uint8Array(32) });
  }
  return mined;
}

const bodies = new Map<number, MadeBody>();

/** What is in an honest block: transactions in those that a victim follows, nothing in older ones. */
export function honestBody(height: number): MadeBody | undefined {
  if (height < HONEST_HEIGHT - 2 * FOLLOWED_BLOCKS) return undefined;
  const made = bodies.get(height) ?? makeBody(height, 12);
  bodies.set(height, made);
  return made;
}

/** On which network an attack takes place. */
export interface Ground {
  readonly family: ChainFamily;
  /** Unix seconds at the beginning. */
  readonly startWallTime: number;
  /** Headers of the honest chain, by height. */
  honest(from: number, count: number): HeaderBatch;
  bodyOf(height: number): Uint8Array | undefined;
  /** Hashing, if not that of the family. */
  readonly hash?: (job: PowJob) => Uint8Array;
}

const visionGround: Ground = {
  family: visionSim,
  startWallTime,
  honest: (from, count) => honestChain().tree.batch(from, count),
  bodyOf: (height) => honestBody(height)?.body,
};

/** What the attack cost the victim, and whether it was in vain. */
export interface Cost {
  /** Bytes that the attackers brought to the victim, and that it sent to them. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Headers hashed beyond those of the honest chain. */
  readonly headersHashed: number;
  readonly signaturesVerified: number;
  readonly signaturesMade: number;
  /** Attackers that the victim took for peers, be it for a moment. */
  readonly admitted: number;
  /** The most that the attackers made it keep at a time, bytes: estimated from outside, never too low. */
  readonly retainedBytes: number;
  /** The most headers beside the best chain that it had at a time. */
  readonly sideHeaders: number;
  /** Headers that it wrote to its store and that are not of the honest chain. */
  readonly foreignHeaders: number;
  /** Headers that it served to strangers, and tips that it told its application, that are not of the honest chain. */
  readonly falseHeaders: number;
  /** What errors it told its application, each once. */
  readonly errors: readonly string[];
  /** Milliseconds from its first honest peer to the honest tip; undefined if it never got there. */
  readonly syncedAfterMs: number | undefined;
  /** Milliseconds from the sending of the honest transaction to the victim's mempool; undefined if it never got there. */
  readonly heardAfterMs: number | undefined;
  /** Whether it had the honest tip at the end. */
  readonly isSynced: boolean;
  /** Headers of the best chain that it takes on trust at the end. */
  readonly assumedHeaders: number;
  /** Bodies of the newest blocks that it lacks at the end. */
  readonly bodiesMissing: number;
  /** Why attackers were disconnected, and how often. */
  readonly codes: Readonly<Record<string, number>>;
}

/** What differs from attack to attack of who is there. */
export interface FieldOptions {
  /** The network; the small Vision one if absent. */
  readonly ground?: Ground;
  /** Whether the victim and the honest peer have keys, so that each peer has to prove who it is. */
  readonly hasKeys?: boolean;
  /** Whether the victim and the honest peer connect by signals that peers pass on. */
  readonly introduces?: boolean;
  /** Peers of one network that the victim takes, those that it chose not counted; any number if absent. */
  readonly peersPerGroupMax?: number;
  /** What the victim begins with; genesis if absent. */
  readonly checkpoint?: () => OpenCheckpoint;
}

export class Battlefield {
  readonly world: World;
  readonly honest: SimNode;
  readonly strangers: Stranger[] = [];
  #victim: SimNode;
  #store: WatchedStore;
  #lastId = 0;
  #honestSince: number | undefined;
  #syncedAt: number | undefined;
  #sentAt: number | undefined;
  #heardAt: number | undefined;
  #awaited = '';
  #retainedMax = 0;
  #sideMax = 0;

  readonly ground: Ground;
  readonly hasKeys: boolean;

  constructor(readonly options: FieldOptions) {
    const { ground = visionGround, hasKeys = false, introduces = false } = options;
    this.ground = ground;
    this.hasKeys = hasKeys;
    const { family, startWallTime, hash } = ground;
    const common = {
      family,
      ...(hash === undefined ? {} : { hash }),
      ...(hasKeys ? { identity: 'honest' } : {}),
      introduces,
    };
    this.world = new World(startWallTime, { seed: 1, pow, stepsMax: 2_000_000 });
    this.honest = this.world.add('honest', {
      ...common,
      isGateway: true,
      followedBlocks: Number.POSITIVE_INFINITY,
    });
    [this.#victim, this.#store] = this.#startVictim(new MemoryStore());
  }

  get victim(): SimNode {
    return this.#victim;
  }

  #startVictim(inner: Store): [victim: SimNode, store: WatchedStore] {
    const { family, hash } = this.ground;
    const { peersPerGroupMax, checkpoint, introduces = false } = this.options;
    const store = new WatchedStore(inner, this.honest.core.tree);
    const options = {
      family,
      store,
      segmentHeaders: SEGMENT_HEADERS,
      introduces,
      ...(hash === undefined ? {} : { hash }),
      ...(this.hasKeys ? { identity: 'victim' } : {}),
      ...(peersPerGroupMax === undefined ? {} : { peersPerGroupMax }),
      ...(checkpoint && { checkpoint: checkpoint() }),
    };
    return [this.world.add('victim', options), store];
  }

  /**
   * The honest peer has its chain, and mines from now on. If there is damage to be done, the victim has the chain too, is
   * ended, and begins anew on what the damage left, in `store`.
   */
  async prepare(damage?: Damage, store: Store = new MemoryStore()): Promise<void> {
    const { world, honest } = this;
    await world.run(100);
    this.#submit(1, HONEST_HEIGHT);
    await world.run(world.now + 5000, () => honest.core.tip.height === HONEST_HEIGHT);
    if (damage !== undefined) await this.#damage(damage, store);
    for (let i = 1; i * SPACING_MS < ATTACK_MS; i++)
      world.after(i * SPACING_MS, () => this.#submit(HONEST_HEIGHT + i, 1));
  }

  async #damage(damage: Damage, store: Store): Promise<void> {
    const { world } = this;
    const first = new MemoryStore();
    world.kill('victim');
    [this.#victim] = this.#startVictim(first);
    world.connect('victim', 'honest');
    await world.run(world.now + 60_000, () => this.victim.core.status.storedHeight === HONEST_HEIGHT);
    world.kill('victim');
    await writeWhole(store, damage(await loadChain(first)));
    [this.#victim, this.#store] = this.#startVictim(store);
  }

  #submit(from: number, count: number): void {
    const batch = this.ground.honest(from, count);
    const bodies = Array.from({ length: count }, (_, i) => this.ground.bodyOf(from + i));
    this.honest.driver.push({ type: 'command', command: { kind: 'submit', batch, bodies, ticket: 0 } });
  }

  /** The honest peer meets the victim. */
  meetHonest(): void {
    this.#honestSince = this.world.now;
    this.world.connect('victim', 'honest');
  }

  /**
   * A stranger that says hello as one with the honest chain, or as told.
   *
   * @param options.key  what it proves who it is by, as soon as the victim asks
   * @param options.isSilent  it says no hello by itself
   */
  attacker(options: {
    readonly answer?: (message: Message, self: Stranger) => void;
    readonly hello?: Partial<Hello>;
    readonly isReading?: boolean;
    readonly key?: NodeKey;
    readonly isSilent?: boolean;
  }): Stranger {
    const { answer = answerPings, hello = {}, key, isSilent = key !== undefined } = options;
    const stranger = this.meet(this.victim, (message, self) => {
      if (message.type === 'challenge' && key !== undefined) self.prove(key, hello);
      answer(message, self);
    });
    stranger.isReading = options.isReading ?? true;
    this.strangers.push(stranger);
    if (!isSilent) stranger.hello(hello);
    return stranger;
  }

  /** A stranger that has a channel to a node and has said nothing yet. What it costs is not counted. */
  meet(node: SimNode, answer: (message: Message, self: Stranger) => void): Stranger {
    const id = `bad${++this.#lastId}`;
    const channel = this.hasKeys
      ? {
          localFingerprint: bytesOf(`${id}, the node's end`),
          remoteFingerprint: bytesOf(id),
          introducer: INTRODUCER,
        }
      : undefined;
    return new Stranger(this.world, id, node, answer, channel, { group: STRANGERS_GROUP });
  }

  /** The honest peer's application sends a transaction, which the victim is to hear of. */
  sendHonestly(transaction: Uint8Array): void {
    this.#sentAt = this.world.now;
    this.#awaited = relayIdOf(this.ground.family, transaction);
    send(this.honest, transaction);
  }

  /** Does something now and every `everyMs` until the end of the attack. */
  repeat(everyMs: number, act: (round: number) => void): void {
    for (let i = 0; i * everyMs < ATTACK_MS - 1000; i++) this.world.after(i * everyMs, () => act(i));
  }

  async fight(): Promise<Cost> {
    const { world, victim, honest, strangers } = this;
    const end = world.now + ATTACK_MS;
    while (world.now < end) {
      await world.run(Math.min(end, world.now + 100));
      this.#retainedMax = Math.max(this.#retainedMax, this.#retained());
      this.#sideMax = Math.max(this.#sideMax, victim.core.tree.sideCount);
      const isSynced = this.#honestSince !== undefined && victim.core.tip.hash === honest.core.tip.hash;
      if (isSynced) this.#syncedAt ??= world.now;
      const isHeard = victim.core.transactions.mempool.get(this.#awaited) !== undefined;
      if (isHeard) this.#heardAt ??= world.now;
    }
    victim.checker.checkAll();
    const sum = (of: (stranger: Stranger) => number): number =>
      strangers.reduce((total, stranger) => total + of(stranger), 0);
    const codes: Record<string, number> = {};
    for (const { rejectedWith } of strangers)
      if (rejectedWith !== undefined) codes[rejectedWith] = (codes[rejectedWith] ?? 0) + 1;
    return {
      bytesIn: sum(({ saidBytes }) => saidBytes),
      bytesOut: sum(({ heardBytes }) => heardBytes),
      headersHashed: Math.max(0, victim.hashedHeaders - honest.core.tip.height),
      signaturesVerified: victim.verifiedSignatures,
      signaturesMade: victim.madeSignatures,
      admitted: this.#admitted(),
      retainedBytes: this.#retainedMax,
      sideHeaders: this.#sideMax,
      foreignHeaders: this.#store.foreignHeaders,
      falseHeaders: this.#falseHeaders(),
      errors: [...new Set(victim.noticed('error').map(({ code }) => code))],
      syncedAfterMs:
        this.#syncedAt === undefined || this.#honestSince === undefined
          ? undefined
          : this.#syncedAt - this.#honestSince,
      heardAfterMs:
        this.#heardAt === undefined || this.#sentAt === undefined ? undefined : this.#heardAt - this.#sentAt,
      isSynced: victim.core.tip.hash === honest.core.tip.hash,
      assumedHeaders: victim.core.checkpointState.assumedHeaders,
      bodiesMissing: this.#bodiesMissing(),
      codes,
    };
  }

  #admitted(): number {
    const ids = new Set(this.strangers.map(({ id }) => id));
    const changes = this.victim.noticed('peer').map(({ change }) => change);
    return changes.filter((change) => change.kind === 'connected' && ids.has(change.id)).length;
  }

  #falseHeaders(): number {
    const { tree } = this.honest.core;
    // Looking at an answer hashes its headers, and an attacker may have had the same one a thousand times.
    const looked = new Map<string, number>();
    let served = 0;
    for (const answer of this.strangers.flatMap((stranger) => stranger.heard('headers'))) {
      if (answer.count === 0) continue;
      const key = createHash('sha256').update(answer.parent).update(answer.payload).digest('hex');
      const foreign = looked.get(key) ?? countForeign(tree, answer);
      looked.set(key, foreign);
      served += foreign;
    }
    const told = this.victim.noticed('tip').map(({ tip }) => this.ground.family.hashFromHex(tip.hash));
    return served + told.filter((hash) => hash === undefined || tree.find(hash) === undefined).length;
  }

  #bodiesMissing(): number {
    const { blocks, tree } = this.victim.core;
    let missing = 0;
    for (let height = tree.tipHeight - FOLLOWED_BLOCKS + 1; height <= tree.tipHeight; height++)
      if (blocks.whereabouts(tree.hash(tree.at(height) as number)) !== 'here') missing++;
    return missing;
  }

  /** Begun messages, what waits to be sent, orphans, headers beside the best chain, held ones, passes over branches, transactions, keys. */
  #retained(): number {
    const { victim } = this;
    const { tree } = victim.core;
    let bytes = victim.caps.unsentTotal + victim.core.blocks.orphans.bytes + victim.core.sync.presyncBytes();
    // Memory for a message that has begun grows by doubling.
    for (const stranger of this.strangers)
      if (victim.links.has(stranger.id)) bytes += 2 * stranger.partialBytes;
    // What was hashed and is not in the tree is held, or was dropped.
    const held = Math.min(HELD_HEADERS_MAX, Math.max(0, victim.hashedHeaders - (tree.count - 1)));
    bytes += this.#transactionBytes() + this.#store.discouragedKeys.size * DISCOURAGED_BYTES;
    return bytes + (tree.sideCount + held) * (this.ground.family.recordBytes + 32 + SLOT_BYTES);
  }

  /** Transactions in the mempool and on their way into it, announcements, and ids that were refused. */
  #transactionBytes(): number {
    const { mempool, signatures, tracker, rejects } = this.victim.core.transactions;
    const count = mempool.size + signatures.size;
    let announcements = 0;
    for (const peer of this.victim.core.blocks.peers) announcements += tracker.announcedBy(peer);
    return (
      mempool.bytes +
      mempool.names * NAME_BYTES +
      signatures.bytes +
      count * TRANSACTION_BYTES +
      announcements * ANNOUNCEMENT_BYTES +
      rejects * REJECT_BYTES
    );
  }
}

function relayIdOf(family: ChainFamily, transaction: Uint8Array): string {
  return bytesToHex(defined(family.readTransaction(transaction), 'the honest transaction is one').relayId);
}
