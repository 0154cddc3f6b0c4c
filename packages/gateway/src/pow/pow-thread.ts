import { Worker } from 'node:worker_threads';
import type { PowAnswer, PowWorkerPort } from '@vision-light/pow';

// Threads run what was built, also when this file is run from its source: Node cannot load TypeScript.
const entry = new URL('../../dist/pow/pow-worker.js', import.meta.url);

/** Starts a thread that a `PowPool` can use. */
export function spawnPowThread(): PowWorkerPort {
  // Options of this process, a test tool's conditions among them, are not for the thread.
  const worker = new Worker(entry, { execArgv: [] });
  const port: PowWorkerPort = {
    post: (job) => worker.postMessage(job),
    onAnswer: () => {},
    onDeath: () => {},
    terminate: () => void worker.terminate(),
  };
  worker.on('message', (answer: PowAnswer) => port.onAnswer(answer));
  worker.on('error', (error) => port.onDeath(String(error)));
  worker.on('exit', (code) => port.onDeath(`exit code ${code}`));
  return port;
}
