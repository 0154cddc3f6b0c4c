/**
 * Prints the lines of several servers on one terminal, with a progress bar below them. The bar is one line that is drawn
 * again and again until it is done. Without this module, other lines would begin in the middle of the bar.
 */

/** Back to the first column, and nothing right of it. */
const eraseLine = '\r\x1b[K';

/** Columns where a terminal does not say how many it has. */
const columnsDefault = 80;

/** Prints lines above the progress bar. */
export class SharedTerminal {
  #target;
  #drawn = '';

  /** @param {{ isTTY?: boolean, columns?: number, write: (text: string) => unknown }} target */
  constructor(target) {
    this.#target = target;
  }

  /** Whether this terminal can draw a line again. */
  get canRedraw() {
    return this.#target.isTTY === true;
  }

  /** Prints a line that stays. On another stream that is no terminal it is printed as it is. */
  print(line, stream = this.#target) {
    if (this.#drawn === '' || !stream.isTTY) stream.write(`${line}\n`);
    else stream.write(`${eraseLine}${line}\n${this.#drawn}`);
  }

  /** Draws the bar again. It is cut to the terminal's width, because a wrapped line cannot be erased. */
  redraw(line) {
    const columns = this.#target.columns || columnsDefault;
    this.#drawn = line.slice(0, columns - 1);
    this.#target.write(`${eraseLine}${this.#drawn}`);
  }

  /** Ends the bar; `line` stays in its place. */
  settle(line) {
    this.#target.write(`${this.#drawn === '' ? '' : eraseLine}${line}\n`);
    this.#drawn = '';
  }

  /** Ends the bar; what was drawn last stays. */
  release() {
    if (this.#drawn !== '') this.settle(this.#drawn);
  }
}

/**
 * Cuts a server's output into lines. A line that begins with a carriage return is drawn over the one before, as on a
 * terminal.
 *
 * @param {import('node:stream').Readable} stream
 * @param {(line: string, kind: 'print' | 'redraw' | 'settle') => void} take
 */
export function readLines(stream, take) {
  let rest = '';
  const end = (text) => {
    // A carriage return before the line feed belongs to the end of the line, as on Windows.
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
    // The carriage return stays: it says what the next piece of output is.
    rest = rest.slice(start);
    if (rest.length > 1) take(rest.slice(1), 'redraw');
  });
  stream.on('end', () => {
    if (rest !== '') end(rest);
  });
}
