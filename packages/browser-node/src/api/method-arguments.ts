/** What an application gives to the methods of a node, and the checks of it. */
import type { Checkpoint } from '@vision-light/protocol';

/** What {@link LightNodeHandle.proveTx} can be told. */
export interface ProveOptions {
  /** The block that has the transaction, 64 lowercase hex digits. If it is absent the block is looked for. */
  readonly block?: string;
  /** How many blocks there must be from that one to the tip, itself included. Default: 1. */
  readonly confirmations?: number;
  /**
   * The checkpoint of whoever shall verify the proof, or its height. If it is absent: the one that this node began with, if
   * the block is above it, else the tip of this node, which the verifier must then know.
   */
  readonly checkpoint?: Checkpoint | number;
}

/** @throws {TypeError | RangeError} if a member is of the wrong type or out of range */
export function checkProveOptions(options: ProveOptions): ProveOptions {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`proveTx: options must be an object, got ${String(options)}`);
  const { block, confirmations, checkpoint } = options;
  if (block !== undefined) assertHash('proveTx', block, 'block');
  assertInteger('confirmations', confirmations, 1);
  if (typeof checkpoint !== 'object') assertInteger('checkpoint', checkpoint, 0);
  else assertInteger('checkpoint.height', checkpoint?.height ?? Number.NaN, 0);
  return options;
}

function assertInteger(name: string, value: unknown, least: number): void {
  if (value === undefined) return;
  if (typeof value !== 'number')
    throw new TypeError(`proveTx: ${name} must be a number, got ${typeof value}`);
  if (!Number.isSafeInteger(value) || value < least)
    throw new RangeError(`proveTx: ${name} must be an integer from ${least}, got ${value}`);
}

/**
 * @param caller  the method that was given it
 * @param what  what it should be, for the message
 * @throws {TypeError | RangeError} if it is not 64 lowercase hex digits
 */
export function assertHash(caller: string, hash: unknown, what = 'hash'): void {
  if (typeof hash !== 'string')
    throw new TypeError(`${caller}: must be given a ${what}, got ${String(hash)}`);
  if (/^[0-9a-f]{64}$/.test(hash)) return;
  throw new RangeError(`${caller}: a ${what} must be 64 lowercase hex digits, got ${JSON.stringify(hash)}`);
}

/**
 * @param caller  the method that was given it
 * @throws {TypeError | RangeError} if it is no integer from 0
 */
export function assertHeight(caller: string, height: unknown): void {
  if (typeof height !== 'number')
    throw new TypeError(`${caller}: a height must be a number, got ${String(height)}`);
  if (Number.isSafeInteger(height) && height >= 0) return;
  throw new RangeError(`${caller}: a height must be an integer from 0, got ${height}`);
}

/** What `header` is given. @throws {TypeError | RangeError} if it is neither */
export function assertHeightOrHash(heightOrHash: unknown): void {
  if (typeof heightOrHash === 'number') {
    assertHeight('header', heightOrHash);
    return;
  }
  if (typeof heightOrHash !== 'string') {
    throw new TypeError(`header: must be given a height or a hash, got ${String(heightOrHash)}`);
  }
  assertHash('header', heightOrHash);
}
