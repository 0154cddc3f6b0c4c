import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createProgressDisplay, type ProgressForm } from './progress-display.js';

function show(
  format: 'json' | 'text',
  isTTY: boolean,
  form?: ProgressForm,
): { written: string; logged: string[] } {
  let written = '';
  const logged: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
  const stream = {
    isTTY,
    write: (text: string) => {
      written += text;
    },
  };
  const display = createProgressDisplay(format, log, stream, form);
  for (let done = 0; done <= 200; done += 5) display({ task: 'history', done, total: 200 });
  return { written, logged };
}

describe('createProgressDisplay', () => {
  it('draws a bar on a terminal, and ends its line when the task does', () => {
    const { written } = show('text', true);
    expect(written.split('\r')).toHaveLength(42);
    expect(written).toContain(`\rLaying down history ${'█'.repeat(20)}${'░'.repeat(20)} 50 %\r`);
    expect(written).toMatch(/█{40} 100 %\n$/);
  });

  it('writes a line every ten percent elsewhere', () => {
    const lines = show('text', false).written.trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[5]).toBe('Laying down history: 50 % (100 of 200)');
  });

  it('does as it is told where someone else knows what the terminal is', () => {
    expect(show('text', false, 'bar')).toEqual(show('text', true));
    expect(show('text', true, 'lines')).toEqual(show('text', false));
  });

  it('logs among JSON logs', () => {
    const { written, logged } = show('json', true);
    expect(written).toBe('');
    expect(JSON.parse(logged.at(-1) ?? '')).toMatchObject({ done: 200, total: 200, percent: 100 });
  });
});
