/** What `npm start` shows of several servers: their lines, and a progress bar below them on a terminal. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readLines, SharedTerminal } from '../../scripts/serve/shared-terminal.mjs';

/** A stream that shows what a person would see: carriage returns and erased lines done. */
class Screen {
  readonly lines = [''];

  constructor(
    readonly isTTY = true,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    for (const part of text.replaceAll('\r\x1b[K', '\f').split(/([\n\f])/)) {
      if (part === '\n') this.lines.push('');
      else if (part === '\f') this.lines[this.lines.length - 1] = '';
      else this.lines[this.lines.length - 1] += part;
    }
  }
}

describe('SharedTerminal', () => {
  it('keeps the drawn line below what is printed meanwhile', () => {
    const screen = new Screen();
    const terminal = new SharedTerminal(screen);
    terminal.print('first');
    terminal.redraw('▓░ 10 %');
    terminal.redraw('▓▓ 90 %');
    terminal.print('second');
    expect(screen.lines).toEqual(['first', 'second', '▓▓ 90 %']);
    terminal.settle('▓▓ 100 %');
    terminal.print('third');
    expect(screen.lines).toEqual(['first', 'second', '▓▓ 100 %', 'third', '']);
  });

  it('leaves what was drawn last when it is released, once', () => {
    const screen = new Screen();
    const terminal = new SharedTerminal(screen);
    terminal.redraw('half');
    terminal.release();
    terminal.release();
    expect(screen.lines).toEqual(['half', '']);
  });

  it('draws no line that would wrap', () => {
    const screen = new Screen(true, 10);
    new SharedTerminal(screen).redraw('0123456789abc');
    expect(screen.lines).toEqual(['012345678']);
  });

  it('takes errors among the lines where they end on the terminal, and apart where they do not', () => {
    const [screen, file] = [new Screen(), new Screen(false)];
    const terminal = new SharedTerminal(screen);
    terminal.redraw('half');
    terminal.print('error', file);
    expect(file.lines).toEqual(['error', '']);
    terminal.print('error', screen);
    expect(screen.lines).toEqual(['error', 'half']);
  });
});

describe('readLines', () => {
  /** What comes out for pieces as they arrive. */
  async function read(pieces: readonly string[]): Promise<string[]> {
    const stream = new PassThrough();
    const taken: string[] = [];
    readLines(stream, (line, kind) => taken.push(`${kind} ${line}`));
    for (const piece of pieces) {
      stream.write(piece);
      // A turn of the loop: otherwise the stream joins the pieces.
      await new Promise(setImmediate);
    }
    await new Promise((resolve) => stream.on('end', resolve).end());
    return taken;
  }

  it('knows a line that is drawn over by its carriage return', async () => {
    expect(await read(['one\ntwo\n', '\rbar 1 %', '\rbar 2 %\rbar 3 %', '\rbar 100 %\nthree\n'])).toEqual([
      'print one',
      'print two',
      'redraw bar 1 %',
      'redraw bar 3 %',
      'settle bar 100 %',
      'print three',
    ]);
  });

  it('joins what arrives in pieces, and keeps a last line that does not end', async () => {
    expect(await read(['on', 'e\r\ntw', 'o'])).toEqual(['print one', 'print two']);
    expect(await read(['\rba', 'r 1 %'])).toEqual(['redraw ba', 'redraw bar 1 %', 'settle bar 1 %']);
  });
});
