import type { PowPool } from '@vision-light/pow';
import {
  type Effect,
  type Introduction,
  type NodeEventBody,
  type NodeNotice,
  type Platform,
  performStorage,
  type Store,
} from '@vision-light/protocol';
import type { NodeIdentity } from './node-identity.js';
import type { PeerChannels } from './peer-channels.js';

/** What the effects of a node act upon in a browser. */
export interface WorkerResources {
  readonly channels: PeerChannels;
  readonly pool: PowPool;
  readonly store: Store;
  /** Undefined where this browser can neither sign nor verify. */
  readonly identity: NodeIdentity | undefined;
  /** Hands an answer to the node. */
  readonly push: (event: NodeEventBody) => void;
  /** Runs what may break the node, and says so if it does. */
  readonly guard: (run: () => void) => void;
  readonly notify: (notice: NodeNotice) => void;
  readonly requestPeers: (count: number) => void;
  readonly introduce: (introduction: Introduction) => void;
  /** Hashing failed, with what the pool says. */
  readonly onPowFailed: (error: unknown) => void;
}

/** Browsers' timers take 32 bits; a wake that comes early is harmless. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The browser's worker as a node's platform: it performs effects and decides nothing. */
export class WorkerPlatform implements Platform {
  readonly #resources: WorkerResources;

  constructor(resources: WorkerResources) {
    this.#resources = resources;
  }

  now(): number {
    return performance.now();
  }

  wallTime(): number {
    return Date.now() / 1000;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const run = (): void => this.#resources.guard(callback);
    const timer = setTimeout(run, Math.min(delayMs, TIMER_MAX_MS));
    return () => clearTimeout(timer);
  }

  perform(effect: Effect): void {
    const { channels, pool, store, identity, push, notify, requestPeers, introduce, onPowFailed } =
      this.#resources;
    switch (effect.type) {
      case 'send':
        channels.send(effect.peer, effect.bytes);
        break;
      case 'disconnect':
        channels.disconnect(effect.peer, effect.code);
        break;
      case 'verifyPow':
        pool.run(effect.work).then(
          (hashes) => push({ type: 'powVerified', job: effect.job, hashes }),
          (error: unknown) => {
            onPowFailed(error);
            push({ type: 'powVerified', job: effect.job });
          },
        );
        break;
      case 'verifySignatures':
        perhaps(identity?.verify(effect.checks)).then((valid) =>
          push({ type: 'signaturesVerified', job: effect.job, ...(valid && { valid }) }),
        );
        break;
      case 'sign':
        perhaps(identity?.sign(effect.message)).then((signature) =>
          push({ type: 'signed', job: effect.job, ...(signature && { signature }) }),
        );
        break;
      case 'storage':
        void performStorage(store, effect).then(push);
        break;
      case 'requestPeers':
        requestPeers(effect.count);
        break;
      case 'introduction':
        introduce(effect.introduction);
        break;
      case 'emit':
        notify(effect.notice);
        break;
      default:
        effect satisfies never;
    }
  }
}

/** What could not be done is not there. */
async function perhaps<T>(result: Promise<T> | undefined): Promise<T | undefined> {
  return result?.catch(() => undefined);
}
