import { type PowAnswer, type PowJob, PowJobRunner } from '@vision-light/pow';
import { STARTED } from './pow-worker-port.js';
import type { WorkerScope } from './worker-scope.js';

/** Makes this worker a hash worker: it says that it has started, and answers each job that it is posted, in order. */
export function startPowWorker(scope: WorkerScope<PowAnswer | typeof STARTED>): void {
  const runner = new PowJobRunner();
  scope.onmessage = ({ data: job }: MessageEvent<PowJob>) => {
    try {
      const hashes = runner.run(job);
      scope.postMessage({ hashes }, [hashes.buffer]);
    } catch (error) {
      scope.postMessage({ error: String(error) }, []);
    }
  };
  scope.postMessage(STARTED, []);
}
