/**
 * The interface between signaling and the list of who is in which room.
 *
 * Signaling knows the sockets of its own process only. The directory knows every peer, and it may be shared by several
 * processes. So a peer can be introduced to a peer of another process, and a signal can be routed there.
 *
 * Order, which every implementation owes to its callers:
 *
 * 1. Calls for one peer (`join`, `sample`, `route` from it, `leave`) take effect in the order in which they are made,
 *    even if the caller does not wait for the earlier ones. So a `leave` never overtakes the `join` before it.
 * 2. Signals from one peer to another are delivered in the order of the `route` calls, each at most once.
 * 3. Once a `join` has resolved, every process finds the peer. Once a `leave` has resolved, no process finds it, and no
 *    signal for it is delivered any more.
 *
 * Failure: a call never throws; it rejects. After a rejection it is unknown whether the call had an effect. Whoever gets
 * a rejection from `join` therefore calls `leave`. A process can also end without a word, or fail to reach the
 * directory for its `leave`. An implementation over a network must let the peers of such a process expire by itself.
 *
 * Bounds: network ids, peer ids and counts are checked before they come here. A signal is at most one frame
 * (`maxFrameBytes`) and about 60 characters. {@link DirectoryCalls} limits the time of each call.
 */
import type { PeerInfo, RefusalCode, Relayed, Sampled } from '@vision-light/signaling';
import type { SharedAddresses } from '../admission/shared-addresses.js';

/** A peer that joins. */
export interface JoiningPeer extends PeerInfo {
  /** The network id, 64 lowercase hex digits: it names the room. */
  readonly network: string;
}

/** Why a call had no effect. */
export interface DirectoryRefusal<Code extends RefusalCode> {
  /** It was not done. */
  readonly ok: false;
  /** Why not. */
  readonly code: Code;
}

/** What `join` resolves with: a sample of the other peers in the room, or the reason. */
export type JoinOutcome =
  | Sampled
  | DirectoryRefusal<'SIGNAL_ALREADY_JOINED' | 'SIGNAL_ROOM_FULL' | 'SIGNAL_TOO_MANY_ROOMS'>;

/** What `sample` resolves with: other peers of the room, or the reason. */
export type SampleOutcome = Sampled | DirectoryRefusal<'SIGNAL_NOT_JOINED'>;

/** What `route` resolves with: `ok` if the signal is on its way to a peer that is there, or the reason. */
export type RouteOutcome = Relayed | DirectoryRefusal<'SIGNAL_NOT_JOINED' | 'SIGNAL_NO_SUCH_PEER'>;

/** One process's access to the list of peers. A process calls it for its own peers only. */
export interface Directory {
  /** Connections of addresses over all processes, if the directory counts them. */
  readonly addresses?: SharedAddresses;

  /**
   * Puts a peer into the room of its network. A peer is in one room at most. The answer begins with the peer that came
   * before it, if that is still there and more than one is wanted: it is likely to have a place free.
   *
   * @param sampleMax  how many other peers are wanted with the answer
   */
  join(peer: JoiningPeer, sampleMax: number): Promise<JoinOutcome>;

  /**
   * A random sample of the other peers in a peer's room, without repetition. If the room has another gateway, the sample
   * holds at least one.
   *
   * @param count  how many are wanted, at least 1; fewer come if there are fewer
   */
  sample(id: string, count: number): Promise<SampleOutcome>;

  /**
   * Delivers a signal to another peer of the sender's room, in whichever process that is.
   *
   * @param signal  any text; it arrives unchanged
   */
  route(from: string, to: string, signal: string): Promise<RouteOutcome>;

  /** Removes a peer. A peer that is in no room is no fault. */
  leave(id: string): Promise<void>;

  /**
   * This process's part of the number of rooms that have a peer. The parts of all processes add up to it, so that
   * Prometheus can add the processes up.
   */
  roomCount(): Promise<number>;

  /** Removes all peers of this process. Calls after this one reject; a second `close` resolves. */
  close(): Promise<void>;
}

/** Takes a signal for a peer of this process. The peer may be gone already, and then nothing happens. */
export type Deliver = (to: string, signal: string) => void;

/**
 * Opens a process's access to a directory.
 *
 * @param deliver  called for each signal to a peer of this process; it does not throw
 */
export type OpenDirectory = (deliver: Deliver) => Promise<Directory>;
