/**
 * Lines of several servers in one place, and below them one line that is drawn over and over until it ends: a progress
 * bar. Without it, whatever is said meanwhile would begin in the middle of the bar.
 */

/** Back to the first column, and nothing right of it. */
const eraseLine = '\r\x1b[K';

/** Columns where a terminal does not say how many it has. */
const columnsDefault = 80;

/** Prints lines above the one that is being drawn over. */
export class SharedTerminal {
  #target;
  #drawn = '';

  /** @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} target */
  constructor(target) {
    this.#target = target;
  }

  /** Whether a line can be drawn over here. */
  get canRedraw() {
    return this.#target.isTTY === true;
  }

  /** A line that stays. To another stream it goes as it is, unless that ends on the same terminal. */
  print(line, stream = this.#target) {
    if (this.#drawn === '' || !stream.isTTY) stream.write(`${line}\n`);
    else stream.write(`${eraseLine}${line}\n${this.#drawn}`);
  }

  /** The line that is drawn over, without what a narrow terminal would wrap: a wrapped line cannot be erased. */
  redraw(line) {
    const columns = this.#target.columns || columnsDefault;
    this.#drawn = line.slice(0, columns - 1);
    this.#target.write(`${eraseLine}${this.#drawn}`);
  }

  /** The drawn line is done with, and stays as `line`. */
  settle(line) {
    this.#target.write(`${this.#drawn === '' ? '' : eraseLine}${line}\n`);
    this.#drawn = '';
  }

  /** Nothing will be drawn over any more; what was drawn last stays. */
  release() {
    if (this.#drawn !== '') this.settle(this.#drawn);
  }
}

/**
 * Cuts a server's output into lines. What begins with a carriage return is drawn over, as on a terminal.
 *
 * @param {import('node:stream').Readable} stream
 * @param {(line: string, kind: 'print' | 'redraw' | 'settle') => void} take
 */
export function readLines(stream, take) {
  let rest = '';
  const end = (text) => {
    // Before the line feed it is part of the line's end, as on Windows.
    const line = text.replace(/\r$/, '');
    const start = line.lastIndexOf('\r') + 1;
    take(line.slice(start), start === 0 ? 'print' : 'settle');
  };
  stream.setEncoding('utf8').on('data', (text) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop();
    for (const line of lines) end(line);
    const start = rest.lastIndexOf('\r');
    if (start < 0) return;
    // The carriage return stays, to tell what follows in the next piece.
    rest = rest.slice(start);
    if (rest.length > 1) take(rest.slice(1), 'redraw');
  });
  stream.on('end', () => {
    if (rest !== '') end(rest);
  });
}
