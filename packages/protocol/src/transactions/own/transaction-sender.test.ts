import { expect, it } from 'vitest';
import { visionSim } from '../../../../../tests/sim/vision-chain.js';
import { makeTransaction } from '../../../../../tests/sim/vision-transactions.js';
import { MemoryStore } from '../../driver/memory-store.js';
import { performStorage } from '../../driver/perform-storage.js';
import type { Effect } from '../../io/effect.js';
import type { NodeEventBody } from '../../io/event.js';
import { LightNode } from '../../node/light-node.js';
import { decodeOwnRecord, encodeOwnRecord } from './own-record.js';

const time = { now: 0, wallTime: 1_800_000_000 };

/** A node of which a test answers each effect but those of storage. */
async function openNode(): Promise<{ step(event: NodeEventBody): Promise<Effect[]> }> {
  const node = new LightNode({ family: visionSim, seed: 1, userAgent: 'test', isGateway: false, hashers: 1 });
  const store = new MemoryStore();
  const step = async (event: NodeEventBody): Promise<Effect[]> => {
    const others: Effect[] = [];
    const effects = node.step(event, time);
    for (let effect = effects.shift(); effect !== undefined; effect = effects.shift())
      if (effect.type === 'storage') effects.push(...node.step(await performStorage(store, effect), time));
      else others.push(effect);
    return others;
  };
  await step({ type: 'start' });
  return { step };
}

const codes = (effects: readonly Effect[]): (string | undefined)[] =>
  effects.flatMap((effect) =>
    effect.type === 'emit' && effect.notice.type === 'sent'
      ? ['code' in effect.notice ? effect.notice.code : undefined]
      : [],
  );
const jobs = (effects: readonly Effect[]): number[] =>
  effects.flatMap((effect) => (effect.type === 'verifySignatures' ? [effect.job] : []));

it('answers once the platform has looked at the signature, or could not', async () => {
  const { step } = await openNode();
  const send = (nonce: number): Promise<Effect[]> =>
    step({
      type: 'command',
      command: { kind: 'sendTransaction', bytes: makeTransaction({ nonce }), ticket: nonce },
    });
  const first = await send(1);
  expect(codes(first)).toEqual([]);
  const [job] = jobs(first);
  expect(codes(await step({ type: 'signaturesVerified', job: job as number }))).toEqual(['TX_UNVERIFIABLE']);
  const [second] = jobs(await send(1));
  const refused: NodeEventBody = {
    type: 'signaturesVerified',
    job: second as number,
    valid: Uint8Array.of(0),
  };
  expect(codes(await step(refused))).toEqual(['TX_SIGNATURE_INVALID']);
  const [third] = jobs(await send(1));
  const accepted: NodeEventBody = {
    type: 'signaturesVerified',
    job: third as number,
    valid: Uint8Array.of(1),
  };
  expect(codes(await step(accepted))).toEqual([undefined]);
  expect(codes(await send(1))).toEqual(['TX_DUPLICATE']);
});

it('sends nothing while the node is not open', async () => {
  const node = new LightNode({ family: visionSim, seed: 1, userAgent: 'test', isGateway: false, hashers: 1 });
  node.step({ type: 'start' }, time);
  const command = { kind: 'sendTransaction', bytes: makeTransaction(), ticket: 1 } as const;
  expect(codes(node.step({ type: 'command', command }, time))).toEqual(['TX_BUSY']);
});

it('keeps a record in one form, and takes no other', () => {
  const bytes = makeTransaction();
  for (const place of [undefined, { height: 70_000, hash: new Uint8Array(32).fill(3), position: 300 }]) {
    const record = encodeOwnRecord({ bytes, sentAt: 1_800_000_000, place });
    expect(decodeOwnRecord(record)).toEqual({ bytes, sentAt: 1_800_000_000, place });
    for (const length of [0, 1, 5, 6, 7]) expect(decodeOwnRecord(record.slice(0, length))).toBeUndefined();
    expect(decodeOwnRecord(Uint8Array.of(2, ...record.subarray(1)))).toBeUndefined();
  }
});
