/** A thread that verifies proof of work: jobs in, hashes out, in order. */
import { parentPort } from 'node:worker_threads';
import { type PowAnswer, type PowJob, PowJobRunner } from '@vision-light/pow';

const runner = new PowJobRunner();

parentPort?.on('message', (job: PowJob) => {
  parentPort?.postMessage(answer(job));
});

function answer(job: PowJob): PowAnswer {
  try {
    return { hashes: runner.run(job) };
  } catch (error) {
    return { error: String(error) };
  }
}
