/** A thread that reads and writes blocks as existing nodes do, one after the other. A fault ends it. */
import { parentPort } from 'node:worker_threads';
import { blockFromJson, encodeBlockJson, type JsonValue, parseLosslessJson } from '@vision-light/protocol';
import { memberOf } from '../json-members.js';
import type {
  BlockJob,
  BlockReadJob,
  BlocksReadJob,
  BlockText,
  BlockWriteJob,
  ReadBlock,
  ReadBlocks,
} from './block-job.js';

parentPort?.on('message', (job: BlockJob) => {
  if (job.kind !== 'write') {
    parentPort?.postMessage(job.kind === 'read' ? read(job) : readAnswer(job));
    return;
  }
  const text = write(job);
  parentPort?.postMessage(text, text === undefined ? [] : [text.buffer]);
});

function write({ record, body }: BlockWriteJob): BlockText {
  const json = encodeBlockJson(record, body);
  return json === undefined ? undefined : new TextEncoder().encode(Buffer.from(json).toString('base64'));
}

function read({ params, text }: Omit<BlockReadJob, 'kind'>): ReadBlock {
  const value = parse(text);
  return value === undefined ? undefined : blockFromJson(params, value);
}

function readAnswer({ params, bytes, countMax }: BlocksReadJob): ReadBlocks {
  const blocks = memberOf(parse(Buffer.from(bytes).toString()), 'blocks');
  if (!Array.isArray(blocks)) return undefined;
  return blocks.slice(0, countMax).map((item) => {
    const raw = memberOf(item, 'raw');
    const text = typeof raw === 'string' ? Buffer.from(raw, 'base64').toString() : '';
    return read({ params, text });
  });
}

function parse(text: string): JsonValue | undefined {
  try {
    return parseLosslessJson(text);
  } catch {
    return undefined;
  }
}
