/** A hash over every event of every node, with its time and all that is in it: two runs that differ anywhere differ here. */
import type { NodeEventBody } from '@vision-light/protocol';

type Frame = Extract<NodeEventBody, { type: 'bytesReceived' }>;

/** A frame if it has no other members than those that are read below. A new one cannot be forgotten there. */
type WholeFrame = [Exclude<keyof Frame, 'type' | 'peer' | 'bytes'>] extends [never] ? Frame : never;

const number = new DataView(new ArrayBuffer(8));

export class Trace {
  // As signed numbers: others would be objects, and each of the many steps of a digest would make two of them.
  #a = 0x9e3779b9 | 0;
  #b = 0x243f6a88 | 0;
  /** Events so far. */
  events = 0;

  add(now: number, node: string, event: NodeEventBody): void {
    this.events++;
    this.#number(now);
    this.#text(node);
    // Nearly all events are frames, and these are read member by member.
    if (event.type === 'bytesReceived') this.#frame(event);
    else this.#value(event);
  }

  get digest(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }

  #frame({ peer, bytes }: WholeFrame): void {
    this.#text(peer);
    this.#bytes(bytes);
  }

  /** Whatever an event is made of, so that a new member of one cannot be forgotten here. */
  #value(value: unknown): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#number(value);
    else if (value instanceof Uint8Array) this.#bytes(value);
    else if (Array.isArray(value)) {
      this.#mix(value.length);
      for (const item of value) this.#value(item);
    } else if (typeof value === 'object' && value !== null) {
      // Without the list of pairs that Object.entries makes; an event has no members but its own.
      for (const name in value) {
        this.#text(name);
        this.#value((value as Readonly<Record<string, unknown>>)[name]);
      }
    } else this.#text(String(value));
  }

  #number(value: number): void {
    number.setFloat64(0, value);
    this.#mix(number.getUint32(0));
    this.#mix(number.getUint32(4));
  }

  #text(text: string): void {
    this.#mix(text.length);
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
  }

  /** Four at a time: a run has gigabytes of them. */
  #bytes(bytes: Uint8Array): void {
    this.#mix(bytes.length);
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) this.#mix(readWord(bytes, at));
    for (; at < bytes.length; at++) this.#mix(bytes[at] as number);
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul((this.#b ^ word) + (this.#a >>> 15), 0x85ebca6b);
  }
}

/** Four bytes, the first one on top; without a view for each of many small frames. */
function readWord(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
