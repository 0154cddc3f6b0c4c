#!/usr/bin/env node
import { createLog } from './cli/log.js';
import { helpText, readSettings, SettingError } from './cli/settings.js';
import { createSignalServer, version } from './server.js';

interface ListenError extends NodeJS.ErrnoException {
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
}

const LISTEN_FAULTS: Readonly<Record<string, (error: ListenError) => string>> = {
  EADDRINUSE: ({ port }) => `port ${port} is already in use.`,
  EACCES: ({ port }) => `this user may not open port ${port}.`,
  EADDRNOTAVAIL: ({ address }) => `this machine does not have the address ${address}.`,
  ENOTFOUND: ({ hostname }) => `the host name ${hostname} cannot be resolved.`,
  EAI_AGAIN: ({ hostname }) => `the host name ${hostname} cannot be resolved.`,
};

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === 'help') process.stdout.write(helpText);
  else await run(settings);
} catch (error) {
  process.stderr.write(`vision-light-signal: ${sentence(error)}\n`);
  process.exitCode = 1;
}

async function run({
  server: options,
  logFormat,
  logLevel,
}: Exclude<ReturnType<typeof readSettings>, 'help'>) {
  const log = createLog(logFormat, logLevel);
  const server = await createSignalServer({ ...options, log });
  log.info({ version, url: server.url }, 'listening');
  const end = async (): Promise<void> => {
    await server.close();
    log.info('closed');
    process.exit(0);
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      log.info({ signal: name }, 'shutting down');
      void end();
    });
  }
  // Started with an IPC channel (npm start): not to outlive whoever holds its other end, however that one ended.
  process.once('disconnect', () => void end());
  process.channel?.unref();
}

function sentence(error: unknown): string {
  if (error instanceof SettingError) return error.message;
  const failure = error as ListenError;
  return LISTEN_FAULTS[failure.code ?? '']?.(failure) ?? failure.message;
}
