/** Watches of a node. This file lies beside the library, and is loaded with the first watch. */
import { WATCH_SCRIPTS_MAX } from '@vision-light/protocol';
import { AddressWatch } from './address-watch.js';
import { ScriptWatch } from './script-watch.js';
import { TxWatch } from './tx-watch.js';
import { begun } from './watch.js';
import type {
  AddressWatchEvent,
  IncludedTx,
  ScriptWatchEvent,
  TxWatchEvent,
  WatchedScripts,
  WatchOptions,
  WatchTxOptions,
} from './watch-events.js';
import type { WatchNode } from './watch-node.js';

/** See `LightNodeHandle.watchTx`. */
export async function watchTx(
  node: WatchNode,
  txid: string,
  options: WatchTxOptions,
): Promise<AsyncIterableIterator<TxWatchEvent, undefined>> {
  checkOptions('watchTx', options);
  assertCount('watchTx', 'confirmations', options.confirmations);
  return begun(new TxWatch(node, txid, options));
}

/** See `LightNodeHandle.watchAddress`. */
export async function watchAddress(
  node: WatchNode,
  address: string,
  options: WatchOptions,
): Promise<AsyncIterableIterator<AddressWatchEvent, undefined>> {
  checkOptions('watchAddress', options);
  if (typeof address !== 'string')
    throw new TypeError(`watchAddress: must be given an address, got ${String(address)}`);
  const { names } = await node.call('addressNames', [address]);
  const [name] = names;
  if (name === undefined)
    throw new RangeError(`watchAddress: no address of this network: ${JSON.stringify(address)}`);
  return begun(new AddressWatch(node, name, options));
}

/** See `LightNodeHandle.watch`. */
export async function watchScripts(
  node: WatchNode,
  { scripts, from }: WatchedScripts,
  { signal }: Pick<WatchOptions, 'signal'>,
): Promise<AsyncIterableIterator<ScriptWatchEvent, undefined>> {
  const options = { ...(from !== undefined && { from }), ...(signal !== undefined && { signal }) };
  checkOptions('watch', options);
  if (!Array.isArray(scripts) || scripts.some((script) => typeof script !== 'string'))
    throw new TypeError(`watch: scripts must be an array of strings, got ${String(scripts)}`);
  if (scripts.length === 0 || scripts.length > WATCH_SCRIPTS_MAX)
    throw new RangeError(`watch: takes 1 to ${WATCH_SCRIPTS_MAX} scripts, got ${scripts.length}`);
  const { names, digest } = await node.call('addressNames', scripts);
  const given = new Map<string, string>();
  for (const [i, script] of scripts.entries()) {
    const name = names[i];
    if (name === undefined)
      throw new RangeError(`watch: no address of this network and no script: ${JSON.stringify(script)}`);
    if (!given.has(name)) given.set(name, script);
  }
  return begun(new ScriptWatch(node, { names: given, digest }, options));
}

/** See `LightNodeHandle.waitForConfirmations`. */
export async function waitForConfirmations(
  node: WatchNode,
  txid: string,
  count: number,
  options: WatchOptions,
): Promise<IncludedTx> {
  checkOptions('waitForConfirmations', options);
  if (count === undefined) throw new TypeError('waitForConfirmations: must be given a number');
  assertCount('waitForConfirmations', 'count', count);
  const { signal } = options;
  for await (const event of await watchTx(node, txid, { ...options, confirmations: count })) {
    const isIncluded = event.kind === 'included' || event.kind === 'confirmed';
    if (!isIncluded || event.confirmations < count) continue;
    const { kind: _, ...included } = event;
    return Object.freeze(included);
  }
  signal?.throwIfAborted();
  throw node.errorOf('NODE_CLOSED');
}

function checkOptions(caller: string, { from, signal }: WatchOptions): void {
  assertCount(caller, 'from', from);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`${caller}: signal must be an AbortSignal, got ${String(signal)}`);
}

function assertCount(caller: string, name: string, count: unknown): void {
  if (count === undefined) return;
  if (typeof count !== 'number')
    throw new TypeError(`${caller}: ${name} must be a number, got ${String(count)}`);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`${caller}: ${name} must be an integer from 1, got ${count}`);
}
