/** A thread that writes blocks as existing nodes do: bodies in, text out, in order. A fault ends it. */
import { parentPort } from 'node:worker_threads';
import { encodeBlockJson } from '@vision-light/protocol';
import type { BlockJob, BlockText } from './block-job.js';

parentPort?.on('message', (job: BlockJob) => {
  const text = write(job);
  parentPort?.postMessage(text, text === undefined ? [] : [text.buffer]);
});

function write({ record, body }: BlockJob): BlockText {
  const json = encodeBlockJson(record, body);
  return json === undefined ? undefined : new TextEncoder().encode(Buffer.from(json).toString('base64'));
}
