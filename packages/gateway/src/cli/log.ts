import { type Logger, pino } from 'pino';
import { build as prettyStream } from 'pino-pretty';

/** How log lines look: for machines, or for people. */
export type LogFormat = 'json' | 'text';

/** What is logged; at `debug` also every tip. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A logger to stdout that has written each line when it returns, so that none is lost at the end. */
export function createLog(format: LogFormat, level: LogLevel): Logger {
  const options = { level, base: null };
  if (format === 'json') return pino(options, pino.destination({ fd: 1, sync: true }));
  return pino(
    options,
    prettyStream({ colorize: process.stdout.isTTY === true, singleLine: true, sync: true }),
  );
}
