import type { NodeEventBody } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { Trace } from './trace.js';

function digestOf(event: NodeEventBody, now = 1, node = 'a'): string {
  const trace = new Trace();
  trace.add(now, node, event);
  return trace.digest;
}

const bytes = (last: number): Uint8Array => Uint8Array.of(1, 2, 3, 4, 5, last);
const chain = (index: number, chunk: Uint8Array, tip: Uint8Array | undefined): NodeEventBody => ({
  type: 'loaded',
  chain: { chunks: [{ index, bytes: chunk }], tip },
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
    'a chain that was loaded',
    [
      { type: 'loaded', chain: { chunks: [], tip: undefined } },
      chain(0, bytes(0), undefined),
      chain(1, bytes(0), undefined),
      chain(0, bytes(1), undefined),
      chain(0, bytes(0), bytes(0)),
      chain(0, bytes(0), bytes(1)),
    ],
  ],
  [
    'bodies that are listed',
    [
      { type: 'bodiesListed', hashes: [] },
      { type: 'bodiesListed', hashes: [bytes(0)] },
      { type: 'bodiesListed', hashes: [bytes(1)] },
      { type: 'bodiesListed', hashes: [bytes(0), bytes(1)] },
      { type: 'bodiesListed', hashes: [bytes(1), bytes(0)] },
    ],
  ],
  [
    'a body that was read',
    [
      { type: 'bodyRead', read: 1 },
      { type: 'bodyRead', read: 2 },
      { type: 'bodyRead', read: 1, body: new Uint8Array(0) },
      { type: 'bodyRead', read: 1, body: bytes(0) },
      { type: 'bodyRead', read: 1, body: bytes(1) },
    ],
  ],
  ['submitted bodies', [submit(), submit(undefined), submit(bytes(0)), submit(bytes(1))]],
  ['a block that the application wants', [block(bytes(0), 1), block(bytes(1), 1), block(bytes(0), 2)]],
  [
    'what else is answered',
    [
      { type: 'stored', write: 1 },
      { type: 'stored', write: 2 },
      { type: 'bodiesFailed', write: 1, code: 'STORE_QUOTA', detail: '' },
      { type: 'bodiesFailed', write: 1, code: 'STORE_FAILED', detail: '' },
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
