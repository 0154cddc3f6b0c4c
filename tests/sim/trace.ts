/** A hash over every event of every node, with its time and its bytes: two runs that differ anywhere differ here. */
import type { NodeEventBody } from '@vision-light/protocol';

const number = new DataView(new ArrayBuffer(8));

export class Trace {
  #a = 0x9e3779b9;
  #b = 0x243f6a88;
  /** Events so far. */
  events = 0;

  add(now: number, node: string, event: NodeEventBody): void {
    this.events++;
    number.setFloat64(0, now);
    this.#mix(number.getUint32(0));
    this.#mix(number.getUint32(4));
    this.#text(node);
    this.#text(event.type);
    if ('peer' in event) this.#text(event.peer);
    if (event.type === 'bytesReceived') this.#bytes(event.bytes);
    if (event.type === 'sendDrained') this.#mix(event.bufferedBytes);
    if (event.type === 'powVerified') this.#bytes(event.hashes ?? new Uint8Array(0));
    if (event.type === 'command' && event.command.kind === 'submit') this.#bytes(event.command.batch.records);
  }

  get digest(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    return hex(this.#a) + hex(this.#b);
  }

  #text(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
  }

  #bytes(bytes: Uint8Array): void {
    this.#mix(bytes.length);
    for (const byte of bytes) this.#mix(byte);
  }

  #mix(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul((this.#b ^ word) + (this.#a >>> 15), 0x85ebca6b);
  }
}
