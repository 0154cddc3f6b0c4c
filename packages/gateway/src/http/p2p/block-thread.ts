/**
 * Blocks as text, read and written by a thread of their own: decoding and writing a body of 2 MB takes 0.4 s, and the node,
 * which runs where HTTP does, must not stand still for so long.
 */
import { Worker } from 'node:worker_threads';
import { HTTP_BLOCK_THREAD_HEAP_MB } from '../../limits.js';
import type {
  BlockAnswer,
  BlockJob,
  BlockReadJob,
  BlocksReadJob,
  BlockText,
  BlockWriteJob,
  ReadBlock,
  ReadBlocks,
} from './block-job.js';

// Threads run what was built, also when this file is run from its source: Node cannot load TypeScript.
const entry = new URL('../../../dist/http/p2p/block-worker.js', import.meta.url);

interface Waiting {
  resolve(answer: BlockAnswer): void;
  reject(error: Error): void;
}

/** One thread, started with the first block, and anew with the next one if it dies. */
export class BlockThread {
  #worker: Worker | undefined;
  /** Those whose blocks the thread has; it answers in order. */
  #waiting: Waiting[] = [];
  #isClosed = false;

  /**
   * @returns the block's JSON in base64, as ASCII; undefined if the body cannot be decoded
   * @throws {Error} if the thread dies, or is closed
   */
  async write(job: Omit<BlockWriteJob, 'kind'>): Promise<BlockText> {
    return (await this.#run({ kind: 'write', ...job })) as BlockText;
  }

  /**
   * @returns what the JSON of a block says; undefined if the text is no JSON
   * @throws {Error} if the thread dies, or is closed
   */
  async read(job: Omit<BlockReadJob, 'kind'>): Promise<ReadBlock> {
    return (await this.#run({ kind: 'read', ...job })) as ReadBlock;
  }

  /**
   * @returns what the blocks of an answer to `get_blocks` say, in its order; undefined if it has no list of blocks
   * @throws {Error} if the thread dies, or is closed
   */
  async readAnswer(job: Omit<BlocksReadJob, 'kind'>): Promise<ReadBlocks> {
    return (await this.#run({ kind: 'readAnswer', ...job })) as ReadBlocks;
  }

  async #run(job: BlockJob): Promise<BlockAnswer> {
    if (this.#isClosed) throw new Error('the thread of blocks is closed');
    const worker = this.#worker ?? this.#spawn();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      worker.postMessage(job);
    });
  }

  /** Ends the thread, and whatever it was writing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #spawn(): Worker {
    // Options of this process, a test tool's conditions among them, are not for the thread.
    const worker = new Worker(entry, {
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: HTTP_BLOCK_THREAD_HEAP_MB },
    });
    this.#worker = worker;
    worker.on('message', (answer: BlockAnswer) => this.#waiting.shift()?.resolve(answer));
    worker.on('error', (error) => this.#bury(worker, String(error)));
    worker.on('exit', (code) => this.#bury(worker, `exit code ${code}`));
    return worker;
  }

  #bury(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0))
      reject(new Error(`the thread of blocks died: ${reason}`));
  }
}
