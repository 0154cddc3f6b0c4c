/**
 * The directory in memory, for a server of one process. Each call takes effect before it returns, so calls take effect
 * in the order in which they are made.
 *
 * Memory: one entry for each peer, and at most `maxRooms` rooms of at most `maxMembersPerRoom` peers.
 */
import type { PeerKind } from '@vision-light/signaling';
import type { SignalLimits } from '../limits.js';
import type {
  Deliver,
  Directory,
  JoiningPeer,
  JoinOutcome,
  OpenDirectory,
  RouteOutcome,
  SampleOutcome,
} from './directory.js';
import { type Member, type RandomBelow, Room } from './room.js';

/** What bounds a directory in memory, and where its samples come from. */
export interface MemoryDirectoryOptions extends Pick<SignalLimits, 'maxRooms' | 'maxMembersPerRoom'> {
  /** Draws the samples of peers. */
  readonly randomBelow: RandomBelow;
}

/** A peer in its room. */
interface Entry extends Member {
  readonly id: string;
  readonly kind: PeerKind;
  readonly room: Room<Entry>;
  /** The access through which it joined. */
  readonly access: MemoryDirectory;
}

const ROUTED: RouteOutcome = { ok: true };

/**
 * A new, empty directory in memory.
 *
 * @returns what opens it; whoever opens it several times gets several accesses to the same rooms
 */
export function memoryDirectory(options: MemoryDirectoryOptions): OpenDirectory {
  const rooms = new Map<string, Room<Entry>>();
  const entries = new Map<string, Entry>();
  return async (deliver) => new MemoryDirectory(options, rooms, entries, deliver);
}

class MemoryDirectory implements Directory {
  readonly #options: MemoryDirectoryOptions;
  readonly #rooms: Map<string, Room<Entry>>;
  readonly #entries: Map<string, Entry>;
  readonly #deliver: Deliver;
  #isClosed = false;

  constructor(
    options: MemoryDirectoryOptions,
    rooms: Map<string, Room<Entry>>,
    entries: Map<string, Entry>,
    deliver: Deliver,
  ) {
    this.#options = options;
    this.#rooms = rooms;
    this.#entries = entries;
    this.#deliver = deliver;
  }

  async join({ id, kind, network }: JoiningPeer, sampleMax: number): Promise<JoinOutcome> {
    this.#assertOpen();
    const { maxRooms, maxMembersPerRoom } = this.#options;
    if (this.#entries.has(id)) return { ok: false, code: 'SIGNAL_ALREADY_JOINED' };
    let room = this.#rooms.get(network);
    if (room === undefined) {
      if (this.#rooms.size >= maxRooms) return { ok: false, code: 'SIGNAL_TOO_MANY_ROOMS' };
      room = new Room(network);
      this.#rooms.set(network, room);
    } else if (room.size >= maxMembersPerRoom) {
      return { ok: false, code: 'SIGNAL_ROOM_FULL' };
    }
    const entry: Entry = { id, kind, place: 0, room, access: this };
    this.#entries.set(id, entry);
    return sampled(room.addAndSample(entry, sampleMax, this.#options.randomBelow));
  }

  async sample(id: string, count: number): Promise<SampleOutcome> {
    this.#assertOpen();
    const entry = this.#entries.get(id);
    if (entry === undefined) return { ok: false, code: 'SIGNAL_NOT_JOINED' };
    return sampled(entry.room.sample(count, entry, this.#options.randomBelow));
  }

  async route(from: string, to: string, signal: string): Promise<RouteOutcome> {
    this.#assertOpen();
    const sender = this.#entries.get(from);
    if (sender === undefined) return { ok: false, code: 'SIGNAL_NOT_JOINED' };
    const recipient = this.#entries.get(to);
    if (recipient?.room !== sender.room || recipient === sender) {
      return { ok: false, code: 'SIGNAL_NO_SUCH_PEER' };
    }
    recipient.access.#deliver(to, signal);
    return ROUTED;
  }

  async leave(id: string): Promise<void> {
    this.#assertOpen();
    const entry = this.#entries.get(id);
    if (entry !== undefined) this.#remove(entry);
  }

  async roomCount(): Promise<number> {
    this.#assertOpen();
    // Each room counts where its first member is.
    let count = 0;
    for (const room of this.#rooms.values()) if (room.first?.access === this) count++;
    return count;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const entry of this.#entries.values()) if (entry.access === this) this.#remove(entry);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error('The directory is closed.');
  }

  #remove(entry: Entry): void {
    const { id, room } = entry;
    this.#entries.delete(id);
    room.remove(entry);
    if (room.size === 0) this.#rooms.delete(room.network);
  }
}

function sampled(sample: readonly Entry[]): { ok: true; peers: { id: string; kind: PeerKind }[] } {
  return { ok: true, peers: sample.map(({ id, kind }) => ({ id, kind })) };
}
