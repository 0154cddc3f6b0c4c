import type { Introducer, IntroducerEvents } from '@vision-light/peering';
import type { IceServer, SignalData } from '@vision-light/signaling';
import type { SignalingFault } from '@vision-light/signaling/client';
import type { TrackerClient } from '@vision-light/signaling/tracker';
import type { joinTracker, PageTrackerOptions } from './tracker.js';

/** What an introducer reports, its faults included. */
export interface FailingIntroducerEvents extends IntroducerEvents {
  failed(code: SignalingFault, detail: string): void;
}

/**
 * A tracker whose client is loaded when the page names it. Until then it is an introducer that has not joined.
 *
 * If the module cannot be loaded, that is an outage; the next nudge tries again.
 */
export class LateTracker implements Introducer {
  readonly sendsWhole = true;
  readonly namesAttempts = true;
  readonly keepsPlaces = true;
  readonly url: string;
  readonly iceServers: readonly IceServer[];
  readonly #options: PageTrackerOptions;
  readonly #events: FailingIntroducerEvents;
  readonly #import: () => Promise<{ readonly joinTracker: typeof joinTracker }>;
  #client: TrackerClient | undefined;
  #isLoading = false;
  /** Left before the module was there. */
  #isLeft = false;
  #isClosed = false;
  /** That the module cannot be loaded is told once. */
  #isReported = false;

  /** Begins to connect. @param importClient  loads the client */
  constructor(
    options: PageTrackerOptions,
    events: FailingIntroducerEvents,
    importClient: () => Promise<{ readonly joinTracker: typeof joinTracker }>,
  ) {
    this.url = options.url;
    this.iceServers = options.iceServers ?? [];
    this.#options = options;
    this.#events = events;
    this.#import = importClient;
    void this.#load();
  }

  get ownId(): string {
    return this.#client?.ownId ?? '';
  }

  get isJoined(): boolean {
    return this.#client?.isJoined ?? false;
  }

  send(to: string, data: SignalData, refused: () => void): void {
    this.#client?.send(to, data, refused);
  }

  ended(name: string): void {
    this.#client?.ended(name);
  }

  async samplePeers(count: number): Promise<readonly string[]> {
    return (await this.#client?.samplePeers(count)) ?? [];
  }

  nudge(): void {
    this.#isLeft = false;
    if (this.#client === undefined) void this.#load();
    else this.#client.nudge();
  }

  leave(): void {
    this.#isLeft = true;
    this.#client?.leave();
  }

  close(): void {
    this.#isClosed = true;
    this.leave();
    this.#client?.close();
  }

  async #load(): Promise<void> {
    if (this.#isLoading || this.#isClosed) return;
    this.#isLoading = true;
    const { failed, joined, signal } = this.#events;
    try {
      const client = await this.#import();
      if (this.#isLeft || this.#isClosed) return;
      this.#client = client.joinTracker(this.#options, {
        joined: (_client, names) => joined(this, names),
        signal: (_client, from, data) => signal(this, from, data),
        failed,
      });
    } catch (error) {
      if (!this.#isReported) failed('SIGNAL_UNREACHABLE', `${this.url}: ${String(error)}`);
      this.#isReported = true;
    } finally {
      this.#isLoading = false;
    }
  }
}
