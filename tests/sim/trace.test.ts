import type { NodeEventBody, StorageRecord } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { Trace } from './trace.js';

function digestOf(event: NodeEventBody, now = 1, node = 'a'): string {
  const trace = new Trace();
  trace.add(now, node, event);
  return trace.digest;
}

const bytes = (last: number): Uint8Array => Uint8Array.of(1, 2, 3, 4, 5, last);
const read = (...records: readonly StorageRecord[]): NodeEventBody => ({
  type: 'storageAnswered',
  request: 1,
  result: { kind: 'read', records },
});
const entry = (key: number, value: Uint8Array): StorageRecord => ({ table: 'journal', key, value });
const list = (...keys: readonly Uint8Array[]): NodeEventBody => ({
  type: 'storageAnswered',
  request: 1,
  result: { kind: 'list', keys },
});
const submit = (...bodies: (Uint8Array | undefined)[]): NodeEventBody => ({
  type: 'command',
  command: {
    kind: 'submit',
    batch: { count: 1, records: bytes(0), hashes: bytes(1) },
    bodies,
    ticket: 1,
  },
});
const block = (hash: Uint8Array, ticket: number): NodeEventBody => ({
  type: 'command',
  command: { kind: 'block', hash, ticket },
});

it.each<[what: string, events: readonly NodeEventBody[]]>([
  [
    'records that were read',
    [
      read(),
      read(entry(0, bytes(0))),
      read(entry(1, bytes(0))),
      read(entry(0, bytes(1))),
      read(entry(0, new Uint8Array(0))),
      read(entry(0, bytes(0)), entry(1, bytes(0))),
      read(entry(1, bytes(0)), entry(0, bytes(0))),
      read({ table: 'meta', key: 'tip', value: bytes(0) }),
      read({ table: 'bodies', key: bytes(0), value: bytes(0) }),
      read({ table: 'bodies', key: bytes(1), value: bytes(0) }),
    ],
  ],
  [
    'keys that are listed',
    [list(), list(bytes(0)), list(bytes(1)), list(bytes(0), bytes(1)), list(bytes(1), bytes(0))],
  ],
  ['submitted bodies', [submit(), submit(undefined), submit(bytes(0)), submit(bytes(1))]],
  ['a block that the application wants', [block(bytes(0), 1), block(bytes(1), 1), block(bytes(0), 2)]],
  [
    'what else is answered',
    [
      { type: 'storageAnswered', request: 1, result: { kind: 'write' } },
      { type: 'storageAnswered', request: 2, result: { kind: 'write' } },
      { type: 'storageAnswered', request: 1, failure: { code: 'STORE_QUOTA', detail: '' } },
      { type: 'storageAnswered', request: 1, failure: { code: 'STORE_FAILED', detail: '' } },
      { type: 'powVerified', job: 1 },
      { type: 'powVerified', job: 1, hashes: bytes(0) },
      { type: 'powVerified', job: 2, hashes: bytes(0) },
    ],
  ],
])('tells apart %s', (_, events) => {
  expect(new Set(events.map((event) => digestOf(event))).size).toBe(events.length);
  for (const event of events) expect(digestOf(event)).toBe(digestOf(event));
});

it('tells apart when something happened, and to whom', () => {
  const event = { type: 'wake' } as const;
  expect(new Set([digestOf(event), digestOf(event, 1.5), digestOf(event, 1, 'b')]).size).toBe(3);
});
