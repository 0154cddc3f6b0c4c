import type { PowAnswer, PowJob, PowWorkerPort } from '@vision-light/pow';
import { workerNames } from '../boundary/worker-names.js';

/**
 * Starts a hash worker from the script that this worker runs.
 *
 * @throws if the place forbids nested workers
 */
export function spawnPowWorker(): PowWorkerPort {
  const worker = new Worker(self.location.href, { name: workerNames.pow });
  const port: PowWorkerPort = {
    post: (job: PowJob) => worker.postMessage(job),
    onAnswer: () => {},
    onDeath: () => {},
    terminate: () => worker.terminate(),
  };
  worker.onmessage = ({ data }: MessageEvent<PowAnswer>) => port.onAnswer(data);
  worker.onmessageerror = () => port.onDeath('unreadable answer');
  worker.onerror = (event) => {
    event.preventDefault();
    port.onDeath(event.message || 'not started');
  };
  return port;
}
