import type { PowAnswer, PowJob, PowWorkerPort } from '@vision-light/pow';
import type { FromNodeWorker } from '../boundary/messages.js';
import { START_DEADLINE_MS } from '../boundary/start-deadline.js';

/** What a hash worker says once, before it answers any job. */
export const STARTED = 'started';

/** The node worker's ends of its hash workers, which the page starts and ends. */
export class PowWorkerPorts {
  readonly #post: (message: FromNodeWorker, transfer: Transferable[]) => void;
  readonly #ports = new Map<number, PowWorkerPort>();
  #lastHasher = 0;

  constructor(post: (message: FromNodeWorker, transfer: Transferable[]) => void) {
    this.#post = post;
  }

  /**
   * Asks for a hash worker. One that has not started in time counts as dead; for its answers it may take any time, as the
   * first one takes seconds on a slow machine.
   */
  readonly spawn = (): PowWorkerPort => {
    const hasher = ++this.#lastHasher;
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => port.onDeath('it does not start'), START_DEADLINE_MS);
    const port: PowWorkerPort = {
      post: (job: PowJob) => port1.postMessage(job),
      onAnswer: () => {},
      onDeath: () => {},
      terminate: () => {
        clearTimeout(timer);
        port1.close();
        this.#ports.delete(hasher);
        this.#post({ type: 'hasherDone', hasher }, []);
      },
    };
    port1.onmessage = ({ data }: MessageEvent<PowAnswer | typeof STARTED>) => {
      if (data === STARTED) clearTimeout(timer);
      else port.onAnswer(data);
    };
    port1.onmessageerror = () => port.onDeath('unreadable answer');
    this.#ports.set(hasher, port);
    this.#post({ type: 'hasherWanted', hasher, port: port2 }, [port2]);
    return port;
  };

  /** The page says that a hash worker crashed, or could not be started. */
  died(hasher: number, reason: string): void {
    this.#ports.get(hasher)?.onDeath(reason);
  }
}
