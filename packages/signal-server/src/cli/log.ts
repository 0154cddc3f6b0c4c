import { type Logger, pino } from 'pino';
import { build as prettyStream } from 'pino-pretty';

/** How log lines look: for machines, or for people. */
export type LogFormat = 'json' | 'text';

/** What is logged: at `debug` also every connection refused. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A logger to stdout. It is never given addresses or signals. */
export function createLog(format: LogFormat, level: LogLevel): Logger {
  const options = { level, base: null };
  if (format === 'json') return pino(options);
  return pino(
    options,
    prettyStream({ colorize: process.stdout.isTTY === true, singleLine: true, sync: true }),
  );
}
