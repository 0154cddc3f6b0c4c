import { type PowJob, PowJobRunner } from '@vision-light/pow';
import { STARTED } from './pow-worker-ports.js';
import type { WorkerScope } from './worker-scope.js';

/** Makes this worker a hash worker: through the port that it is given it says that it has started, and answers each job, in order. */
export function startPowWorker(scope: WorkerScope<never>): void {
  scope.onmessage = ({ data: port }: MessageEvent<MessagePort>) => {
    const runner = new PowJobRunner();
    port.onmessage = ({ data: job }: MessageEvent<PowJob>) => {
      try {
        const hashes = runner.run(job);
        port.postMessage({ hashes }, [hashes.buffer]);
      } catch (error) {
        port.postMessage({ error: String(error) });
      }
    };
    port.postMessage(STARTED);
  };
}
