/** A thread that reads and writes blocks as existing nodes do, one after the other. A fault ends it. */
import { parentPort } from 'node:worker_threads';
import { blockFromJson, encodeBlockJson, type JsonValue, parseLosslessJson } from '@vision-light/protocol';
import type { BlockJob, BlockReadJob, BlockText, BlockWriteJob, ReadBlock } from './block-job.js';

parentPort?.on('message', (job: BlockJob) => {
  if (job.kind === 'read') {
    parentPort?.postMessage(read(job));
    return;
  }
  const text = write(job);
  parentPort?.postMessage(text, text === undefined ? [] : [text.buffer]);
});

function write({ record, body }: BlockWriteJob): BlockText {
  const json = encodeBlockJson(record, body);
  return json === undefined ? undefined : new TextEncoder().encode(Buffer.from(json).toString('base64'));
}

function read({ params, text }: BlockReadJob): ReadBlock {
  let value: JsonValue;
  try {
    value = parseLosslessJson(text);
  } catch {
    return undefined;
  }
  return blockFromJson(params, value);
}
