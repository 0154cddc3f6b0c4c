import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hasIceAddresses, type IceServer, isIceServer } from '@vision-light/signaling';
import type { SignalServerOptions, TurnOptions } from '../index.js';
import { defaultLimits, type SignalLimits } from '../limits.js';
import type { LogFormat, LogLevel } from './log.js';

/** A setting that cannot be used; the message is one line for the person who gave it. */
export class SettingError extends Error {}

/** What the command line and the environment ask for. */
export interface Settings {
  readonly server: SignalServerOptions;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
}

interface Option {
  readonly env: string;
  /** What stands for the value in the help; a flag has none. */
  readonly value?: string;
  readonly help: string;
}

const generalOptions: Readonly<Record<string, Option>> = {
  port: { env: 'SIGNAL_PORT', value: 'PORT', help: 'TCP port, 0 for any free one (8081)' },
  host: { env: 'SIGNAL_HOST', value: 'ADDRESS', help: 'address to listen on (all interfaces)' },
  'ice-servers': {
    env: 'ICE_SERVERS',
    value: 'JSON',
    help: 'RTCIceServer list given to peers, or a file of it ([])',
  },
  'turn-urls': {
    env: 'TURN_URLS',
    value: 'LIST',
    help: 'addresses of a TURN server with a shared secret, comma between (none)',
  },
  'turn-secret': { env: 'TURN_SECRET', value: 'TEXT', help: "the secret: coturn's static-auth-secret" },
  'turn-secret-file': { env: 'TURN_SECRET_FILE', value: 'PATH', help: 'a file that holds it instead' },
  'turn-ttl': { env: 'TURN_TTL', value: 'SECONDS', help: 'how long credentials for it are good (3600)' },
  origins: {
    env: 'SIGNAL_ORIGINS',
    value: 'LIST',
    help: 'origins of pages that may connect, comma between (any)',
  },
  'redis-url': {
    env: 'REDIS_URL',
    value: 'URL',
    help: 'Redis that all servers of one network share (none)',
  },
  'trust-proxy': { env: 'SIGNAL_TRUST_PROXY', help: 'count addresses by the last X-Forwarded-For entry' },
  log: { env: 'LOG_FORMAT', value: 'FORMAT', help: 'json or text (text)' },
  'log-level': { env: 'LOG_LEVEL', value: 'LEVEL', help: 'debug, info, warn, error or silent (info)' },
};

const limitNames = Object.keys(defaultLimits) as (keyof SignalLimits)[];
const limitOptions = Object.fromEntries(limitNames.map((name) => [optionName(name), limitOption(name)]));
const allOptions: Readonly<Record<string, Option>> = { ...generalOptions, ...limitOptions };

/** Timers take no more milliseconds than this. */
const LIMIT_MAX = 2 ** 31 - 1;

/**
 * Seconds for which TURN credentials are good: an hour, since members get new ones in time and who has left should not
 * relay for long; at least a minute, since a connection has to be set up with them, and at most a week.
 */
const TURN_TTL_S = 3600;
const TURN_TTL_MIN_S = 60;
const TURN_TTL_MAX_S = 7 * 86_400;

/** What `--help` prints. */
export const helpText = `Usage: vision-light-signal [options]

Introduces Vision Light peers to one another. Every setting can come from an option
or from the environment; the option wins.

${Object.entries(generalOptions).map(helpLine).join('\n')}
  --help

Limits:
${Object.entries(limitOptions).map(helpLine).join('\n')}
`;

/**
 * The settings of a command line over an environment, or `help` if that is asked for.
 *
 * @throws {SettingError} naming the option or variable that is wrong
 */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const given = parseOptions(args);
  if (given.help === true) return 'help';
  const read = (name: string) => setting(name, given, env);
  const limits = limitNames.flatMap((name) => {
    const found = read(optionName(name));
    return found === undefined ? [] : [[name, wholeNumber(found, 1, LIMIT_MAX)]];
  });
  const port = read('port');
  const origins = read('origins');
  const trustProxy = read('trust-proxy');
  return {
    server: {
      port: port === undefined ? undefined : wholeNumber(port, 0, 65_535),
      host: read('host')?.text,
      iceServers: iceServers(read('ice-servers')),
      turn: turn(read),
      redisUrl: redisUrl(read('redis-url')),
      origins: origins === undefined ? undefined : listOf(origins),
      trustProxy: trustProxy !== undefined && oneOf(trustProxy, ['true', 'false']) === 'true',
      limits: Object.fromEntries(limits) as Partial<SignalLimits>,
    },
    logFormat: oneOf(read('log'), ['text', 'json']),
    logLevel: oneOf(read('log-level'), ['info', 'debug', 'warn', 'error', 'silent']),
  };
}

interface Setting {
  /** `--option` or variable, as the person wrote it. */
  readonly source: string;
  readonly text: string;
}

function parseOptions(args: string[]): Record<string, string | boolean | undefined> {
  const options = Object.fromEntries(
    Object.entries(allOptions).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  try {
    return parseArgs({ args, options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.\s/);
    throw new SettingError(`${sentence}. See --help.`);
  }
}

function setting(
  name: string,
  given: Record<string, string | boolean | undefined>,
  env: NodeJS.ProcessEnv,
): Setting | undefined {
  const fromOption = given[name];
  if (fromOption !== undefined) return { source: `--${name}`, text: String(fromOption) };
  const variable = allOptions[name]!.env;
  const fromEnv = env[variable];
  return fromEnv === undefined || fromEnv === '' ? undefined : { source: variable, text: fromEnv };
}

function wholeNumber({ source, text }: Setting, min: number, max: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new SettingError(`${source} must be a whole number from ${min} to ${max}, not "${text}".`);
}

function oneOf<T extends string>(found: Setting | undefined, words: readonly [T, ...T[]]): T {
  if (found === undefined) return words[0];
  const word = words.find((known) => known === found.text);
  if (word !== undefined) return word;
  throw new SettingError(`${found.source} must be one of ${words.join(', ')}, not "${found.text}".`);
}

function iceServers(found: Setting | undefined): IceServer[] | undefined {
  if (found === undefined) return undefined;
  const { source, text } = found;
  const isInline = text.trimStart().startsWith('[');
  const json = isInline ? text : readText(source, text);
  try {
    const servers: unknown = JSON.parse(json);
    if (Array.isArray(servers) && servers.every(isIceServer) && servers.every(hasIceAddresses))
      return servers;
  } catch {
    // Said below, as for JSON of another shape.
  }
  throw new SettingError(`${source} must be a JSON array of { urls, username?, credential? }.`);
}

function turn(read: (name: string) => Setting | undefined): TurnOptions | undefined {
  const [urls, inline, file, ttl] = ['turn-urls', 'turn-secret', 'turn-secret-file', 'turn-ttl'].map(read);
  if (inline !== undefined && file !== undefined) {
    throw new SettingError(`${inline.source} and ${file.source} exclude each other.`);
  }
  const secret = file === undefined ? inline?.text : readText(file.source, file.text).trim();
  const half = inline ?? file ?? ttl;
  if (urls === undefined) {
    if (half === undefined) return undefined;
    throw new SettingError(`${half.source} is of no use without --turn-urls or TURN_URLS.`);
  }
  const addresses = listOf(urls);
  if (!addresses.every((address) => /^turns?:./.test(address))) {
    throw new SettingError(
      `${urls.source} must be addresses that begin with turn: or turns:, comma between.`,
    );
  }
  if (secret === undefined) throw new SettingError(`${urls.source} needs TURN_SECRET or TURN_SECRET_FILE.`);
  if (secret === '') throw new SettingError(`${(file ?? urls).source} holds no secret.`);
  const ttlS = ttl === undefined ? TURN_TTL_S : wholeNumber(ttl, TURN_TTL_MIN_S, TURN_TTL_MAX_S);
  return { urls: addresses, secret, ttlS };
}

function listOf({ text }: Setting): string[] {
  return text.split(',').map((part) => part.trim());
}

/** It can hold a password, so it is not repeated. */
function redisUrl(found: Setting | undefined): string | undefined {
  if (found === undefined) return undefined;
  const { source, text } = found;
  if (URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol)) return text;
  throw new SettingError(`${source} must be an address that begins with redis:// or rediss://.`);
}

function readText(source: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new SettingError(`${source}: cannot read "${path}" (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** `maxFrameBytes` → `max-frame-bytes`. */
function optionName(limit: string): string {
  return limit.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function limitOption(name: keyof SignalLimits): Option {
  return {
    env: `SIGNAL_${optionName(name).replaceAll('-', '_').toUpperCase()}`,
    value: 'N',
    help: `(${defaultLimits[name]})`,
  };
}

function helpLine([name, { env, value, help }]: [string, Option]): string {
  const option = `--${name}${value === undefined ? '' : ` ${value}`}`;
  return `  ${option.padEnd(41)} ${env.padEnd(42)} ${help}`;
}
