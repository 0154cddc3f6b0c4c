import {
  type Effect,
  LightNode,
  type LightNodeOptions,
  messageRows,
  type NodeEventBody,
  type NodeExtension,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { createTinyFamily } from '../tiny-family.js';
import { diceRows } from './dice-messages.js';
import { Dice, ROLL_INTERVAL_MS } from './dice-part.js';

const options: LightNodeOptions = {
  family: createTinyFamily(),
  seed: 1,
  userAgent: 'test',
  isGateway: false,
  hashers: 1,
};

/** Two nodes whose frames arrive at once. `b` is the peer of `a`, and the other way round. */
class Pair {
  now = 0;
  readonly sent: { readonly to: string; readonly bytes: Uint8Array }[] = [];
  readonly #nodes: ReadonlyMap<string, LightNode>;

  constructor(a: LightNode, b: LightNode) {
    this.#nodes = new Map([
      ['a', a],
      ['b', b],
    ]);
    for (const id of ['a', 'b']) this.step(id, { type: 'start' });
    for (const id of ['a', 'b'])
      this.step(id, { type: 'storageAnswered', request: 1, result: { kind: 'read', records: [] } });
    for (const id of ['a', 'b']) this.step(id, { type: 'peerConnected', peer: id === 'a' ? 'b' : 'a' });
    this.deliver();
  }

  step(id: string, event: NodeEventBody): void {
    const effects = this.#nodes.get(id)?.step(event, { now: this.now, wallTime: 1000 }) ?? [];
    for (const effect of effects) this.#perform(effect);
  }

  /** Until nothing is on its way. */
  deliver(): void {
    for (let next = this.sent.shift(); next !== undefined; next = this.sent.shift())
      this.step(next.to, { type: 'bytesReceived', peer: next.to === 'a' ? 'b' : 'a', bytes: next.bytes });
  }

  wakeAt(now: number): void {
    this.now = now;
    for (const id of ['a', 'b']) this.step(id, { type: 'wake' });
    this.deliver();
  }

  #perform(effect: Effect): void {
    if (effect.type === 'send') this.sent.push({ to: effect.peer, bytes: effect.bytes });
  }
}

/** A node with the toy part: the part's rows, and the part. */
function nodeWithDice(seed = 1): { node: LightNode; dice: Dice } {
  let dice: Dice | undefined;
  const extension: NodeExtension = {
    rows: diceRows,
    parts: (context) => {
      dice = new Dice(context);
      return [dice];
    },
  };
  const node = new LightNode({ ...options, seed }, extension);
  if (dice === undefined) throw new Error('the node asked for no parts');
  return { node, dice };
}

describe('a part that is added to a node', () => {
  it('gets its messages, its peers and its deadlines', () => {
    const [a, b] = [nodeWithDice(1), nodeWithDice(2)];
    const pair = new Pair(a.node, b.node);
    expect([a.dice.rolled.get('b')?.length, b.dice.rolled.get('a')?.length]).toEqual([1, 1]);
    expect(a.node.nextWake()).toBeLessThanOrEqual(ROLL_INTERVAL_MS);
    pair.wakeAt(ROLL_INTERVAL_MS);
    expect([a.dice.rolled.get('b')?.length, b.dice.rolled.get('a')?.length]).toEqual([2, 2]);
    for (const points of [...(a.dice.rolled.get('b') ?? []), ...(b.dice.rolled.get('a') ?? [])])
      expect([1, 2, 3, 4, 5, 6]).toContain(points);
  });

  it('has its word about faults, and hears of peers that go', () => {
    const [a, b] = [nodeWithDice(1), nodeWithDice(2)];
    const pair = new Pair(a.node, b.node);
    // An answer that was not asked for.
    pair.step('a', { type: 'bytesReceived', peer: 'b', bytes: Uint8Array.of(3, 0, 0, 0, 0xf1, 77, 4) });
    pair.deliver();
    expect([a.dice.gone.get('b'), b.dice.gone.get('a')]).toEqual(['PEER_UNSOLICITED', 'PEER_UNSOLICITED']);
    expect([a.node.peers(), b.node.peers()]).toEqual([[], []]);
  });

  it('is a stranger to a node without it, which refuses its messages', () => {
    const [a, b] = [nodeWithDice(2), new LightNode(options)];
    new Pair(a.node, b);
    expect(a.dice.gone.get('b')).toBe('WIRE_UNKNOWN_TYPE');
  });
});

describe('the router', () => {
  const withRow = (part: string, parts: NodeExtension['parts'] = () => []): (() => LightNode) => {
    const rows = diceRows.map((row) => ({ ...row, part }));
    return () => new LightNode(options, { rows, parts });
  };

  it('refuses a table with a message that no part takes', () => {
    expect(withRow('nobody')).toThrow('the part nobody takes the message rollDie');
    // This part is there, and takes no messages.
    expect(withRow('chainWriter')).toThrow('the part chainWriter takes the message rollDie');
    expect(withRow('dice', () => [{ name: 'dice' }])).toThrow('the part dice takes the message rollDie');
  });

  it('refuses two parts of one name, and a type byte that is used', () => {
    const named = (name: string) => ({ name, receive: () => undefined });
    expect(withRow('dice', () => [named('dice'), named('sessions')])).toThrow('a name of its own');
    const rows = diceRows.map((row) => ({ ...row, typeByte: 2 }));
    expect(() => new LightNode(options, { rows, parts: () => [named('dice')] })).toThrow('type byte 2');
  });

  it('finds a part of every node for each message of the protocol', () => {
    expect([...new Set(messageRows.map(({ part }) => part))]).toEqual([
      'sessions',
      'announcer',
      'headerServer',
      'headerSync',
      'blockSync',
      'transactions',
      'compactBlocks',
      'proofs',
      'liveNetwork',
      'filters',
      'introductions',
    ]);
    // It throws if one of them is missing.
    expect(new LightNode(options).status.phase).toBe('connecting');
  });
});

describe('a broken invariant', () => {
  it('stops the node, which says which it was, and does nothing more', () => {
    const { node, dice } = nodeWithDice();
    const time = { now: 1, wallTime: 1000 };
    node.step({ type: 'start' }, time);
    node.step({ type: 'storageAnswered', request: 1, result: { kind: 'read', records: [] } }, time);
    dice.isBroken = true;
    expect(() => node.step({ type: 'command', command: { kind: 'resume' } }, time)).toThrow('two sides');
    expect(node.step({ type: 'command', command: { kind: 'resume' } }, time)).toEqual([]);
    expect(node.nextWake()).toBeUndefined();
  });
});
