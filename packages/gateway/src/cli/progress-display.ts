import type { Logger } from 'pino';
import type { GatewayProgress } from '../gateway-options.js';
import type { LogFormat } from './log.js';

/** Cells of the bar; fits a terminal of 80 columns with its text. */
const BAR_CELLS = 40;

const titles = { history: 'Laying down history', headers: 'Importing headers' } as const;

/** How progress looks to people: one line that is drawn over and over, or a line now and then. */
export type ProgressForm = 'bar' | 'lines';

/** Where the lines of a display go. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/**
 * Shows how far a task is: a bar on a terminal, a line every ten percent elsewhere, log entries among JSON logs.
 *
 * @param form  overrides what suits the stream: whoever reads it may pass it on to a terminal
 */
export function createProgressDisplay(
  format: LogFormat,
  log: Logger,
  stream: ProgressStream,
  form: ProgressForm = stream.isTTY ? 'bar' : 'lines',
): (progress: GatewayProgress) => void {
  if (format === 'json') {
    return everyTenth(({ task, done, total }, percent) => log.info({ done, total, percent }, titles[task]));
  }
  if (form === 'bar') return (progress) => stream.write(barLine(progress));
  return everyTenth(({ task, done, total }, percent) => {
    stream.write(`${titles[task]}: ${percent} % (${done} of ${total})\n`);
  });
}

function barLine({ task, done, total }: GatewayProgress): string {
  const filled = Math.floor((done / Math.max(total, 1)) * BAR_CELLS);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
  return `\r${titles[task]} ${bar} ${percentOf(done, total)} %${done >= total ? '\n' : ''}`;
}

/** Passes on the first report of each ten percent. */
function everyTenth(
  show: (progress: GatewayProgress, percent: number) => void,
): (progress: GatewayProgress) => void {
  let shown = -1;
  return (progress) => {
    const percent = percentOf(progress.done, progress.total);
    const tenth = Math.floor(percent / 10);
    if (tenth === shown) return;
    shown = tenth;
    show(progress, percent);
  };
}

function percentOf(done: number, total: number): number {
  return total === 0 ? 100 : Math.floor((done / total) * 100);
}
