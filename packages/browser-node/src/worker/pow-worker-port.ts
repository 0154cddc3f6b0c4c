import type { PowAnswer, PowJob, PowWorkerPort } from '@vision-light/pow';
import { START_DEADLINE_MS } from '../boundary/start-deadline.js';
import { scriptAddress } from '../boundary/trusted-script.js';
import { workerNames } from '../boundary/worker-names.js';

/** What a hash worker says once, before it answers any job. */
export const STARTED = 'started';

/**
 * Starts a hash worker from the script that this worker runs. One that has not started in time counts as dead; for its
 * answers it may take any time, as the first one takes seconds on a slow machine.
 *
 * @throws if the place forbids nested workers
 */
export function spawnPowWorker(): PowWorkerPort {
  const worker = new Worker(scriptAddress(self.location.href), { name: workerNames.pow });
  const timer = setTimeout(() => port.onDeath('it does not start'), START_DEADLINE_MS);
  const port: PowWorkerPort = {
    post: (job: PowJob) => worker.postMessage(job),
    onAnswer: () => {},
    onDeath: () => {},
    terminate: () => {
      clearTimeout(timer);
      worker.terminate();
    },
  };
  worker.onmessage = ({ data }: MessageEvent<PowAnswer | typeof STARTED>) => {
    if (data === STARTED) clearTimeout(timer);
    else port.onAnswer(data);
  };
  worker.onmessageerror = () => port.onDeath('unreadable answer');
  worker.onerror = (event) => {
    event.preventDefault();
    port.onDeath(event.message || 'not started');
  };
  return port;
}
