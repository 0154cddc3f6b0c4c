#!/usr/bin/env node
import { createLog } from './cli/log.js';
import { createProgressDisplay } from './cli/progress-display.js';
import { helpText, readSettings, SettingError, type Settings } from './cli/settings.js';
import { createGateway, type Gateway } from './gateway.js';
import { GatewayError } from './gateway-error.js';
import { version } from './version.js';
import { releaseRtc } from './webrtc/rtc-implementation.js';

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

/** The options behind the programmatic names, for those who typed them. */
const OPTION_NAMES: Readonly<Record<string, string>> = {
  bitcoinPeers: '--bitcoin-peer',
  headersFile: '--headers',
  live: '--live',
  mine: '--mine',
  minerName: '--miner-name',
  visionNodes: '--vision-node',
};

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === 'help') process.stdout.write(helpText);
  else await run(settings);
} catch (error) {
  process.stderr.write(`vision-light-gateway: ${sentence(error)}\n`);
  releaseRtc();
  process.exit(1);
}

async function run({ gateway: options, logFormat, logLevel, progressForm }: Settings): Promise<void> {
  const log = createLog(logFormat, logLevel);
  let gateway: Gateway | undefined;
  let exitCode: number | undefined;

  const end = async (code: number): Promise<void> => {
    // Asked twice: a person who is tired of waiting.
    if (exitCode !== undefined) process.exit(1);
    exitCode = code;
    await gateway?.close();
    log.info('closed');
    releaseRtc();
    process.exit(code);
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      log.info({ signal: name }, 'shutting down');
      void end(0);
    });
  }
  // Started with an IPC channel (npm start): not to outlive whoever holds its other end, however that one ended.
  process.once('disconnect', () => {
    if (exitCode === undefined) void end(0);
  });
  process.channel?.unref();
  const fail = (error: unknown): void => {
    log.fatal(
      { error: error instanceof Error ? error.stack : String(error) },
      'the gateway has stopped: this is a bug',
    );
    void end(1);
  };
  process.on('uncaughtException', fail);

  gateway = await createGateway({
    ...options,
    log,
    onProgress: createProgressDisplay(logFormat, log, process.stderr, progressForm),
    onFailure: fail,
  });
  const { network, tip, port, addresses } = gateway;
  const health = `http://localhost:${port}/healthz`;
  log.info({ version, network, height: tip.height, health, addresses }, 'ready');
}

/** What went wrong, for the person who started the command: one line, no stack. */
function sentence(error: unknown): string {
  if (error instanceof SettingError || error instanceof GatewayError) return error.message;
  const failure = error as ListenError;
  const fault = LISTEN_FAULTS[failure.code ?? ''];
  if (fault !== undefined) return fault(failure);
  return failure.message.replace(/^\w+(?=:)/, (name) => OPTION_NAMES[name] ?? name);
}
