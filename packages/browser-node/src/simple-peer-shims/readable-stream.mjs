/**
 * What simple-peer needs of readable-stream when nobody reads or writes through its stream: an event emitter. The real
 * one, with the Buffer and process that it wants, is 20 kB gzipped.
 */
export class Duplex {
  constructor() {
    this._listeners = new Map();
    this._readableState = { ended: false };
    this._writableState = { finished: false };
  }

  on(event, listener) {
    const listeners = this._listeners.get(event) ?? [];
    this._listeners.set(event, [...listeners, listener]);
    return this;
  }

  once(event, listener) {
    const wrapped = (...args) => {
      this.removeListener(event, wrapped);
      listener(...args);
    };
    wrapped.listener = listener;
    return this.on(event, wrapped);
  }

  removeListener(event, listener) {
    const listeners = this._listeners.get(event) ?? [];
    this._listeners.set(
      event,
      listeners.filter((other) => other !== listener && other.listener !== listener),
    );
    return this;
  }

  emit(event, ...args) {
    const listeners = this._listeners.get(event) ?? [];
    for (const listener of listeners) listener.apply(this, args);
    return listeners.length > 0;
  }

  push(chunk) {
    if (chunk === null) this._readableState.ended = true;
    else this.emit('data', chunk);
    return true;
  }

  end() {
    this._writableState.finished = true;
  }
}
