/** The settings of the command: options, then environment, then defaults. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  type CustomNetwork,
  checkChainwork,
  isNetworkName,
  type NetworkName,
  networks,
} from '@vision-light/protocol';
import { isIntroducerUrl } from '@vision-light/signaling';
import { CHOSEN_NODES_MAX } from '../bridges/bitcoin/bridge-limits.js';
import { readPlace } from '../bridges/bitcoin/node-place.js';
import { type GatewayOptions, isHttpUrl } from '../gateway-options.js';
import {
  BLOCK_TRANSACTIONS,
  BLOCK_TRANSACTIONS_MAX,
  DIRECT_HOSTS_MAX,
  FILTERS_KEPT,
  FILTERS_KEPT_MAX,
  HISTORY_BLOCKS,
  HISTORY_BLOCKS_MAX,
  MINER_THREADS_MAX,
  PEERS_MAX,
  PEERS_PER_GROUP_MAX,
  SIGNAL_SERVERS_MAX,
  VISION_NODES_MAX,
} from '../limits.js';
import type { LogFormat, LogLevel } from './log.js';
import type { ProgressForm } from './progress-display.js';

/** A setting that cannot be used; the message is one line for the person who gave it. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** What the command line and the environment ask for. */
export interface Settings {
  readonly gateway: GatewayOptions;
  readonly logFormat: LogFormat;
  readonly logLevel: LogLevel;
  /** Undefined: whichever suits where it goes. */
  readonly progressForm: ProgressForm | undefined;
}

interface Option {
  readonly env?: string;
  /** What stands for the value in the help; a flag has none. */
  readonly value?: string;
  readonly help: string;
}

const options = {
  network: { env: 'NETWORK', value: 'NAME', help: `one of the networks below (${networks[0]})` },
  'network-file': { env: 'NETWORK_FILE', value: 'FILE', help: 'a network of your own, as JSON' },
  signal: {
    env: 'SIGNAL_URL',
    value: 'URL',
    help: 'signaling server, or wss://…#tracker of a WebTorrent tracker; may be repeated (http://localhost:8081)',
  },
  'vision-node': {
    env: 'VISION_NODES',
    value: 'URL',
    help: 'Vision node or gateway to follow over HTTP; may be repeated (none; Vision networks)',
  },
  'bitcoin-peer': {
    env: 'BITCOIN_PEERS',
    value: 'HOST[:PORT]',
    help: 'full node of Bitcoin to follow; may be repeated (none; Bitcoin networks)',
  },
  live: {
    help: 'look for full nodes of a public Bitcoin network; the default there, unless headers come from a file',
  },
  'no-live': { help: 'do not look for full nodes' },
  filters: {
    env: 'FILTERS',
    value: 'N',
    help: `compact filters to keep where full nodes of Bitcoin are connected, 0 for none (${FILTERS_KEPT})`,
  },
  'data-dir': { env: 'DATA_DIR', value: 'DIR', help: 'where the chain is kept (.data)' },
  headers: { env: 'HEADERS', value: 'FILE', help: 'raw headers to begin with (bitcoin networks)' },
  'min-chainwork': {
    env: 'MIN_CHAINWORK',
    value: 'WORK',
    help: 'work that a chain must have to be followed (what the network has for that)',
  },
  port: {
    env: 'GATEWAY_PORT',
    value: 'PORT',
    help: 'HTTP: /healthz, /metrics, /checkpoint and /p2p, 0 for any free port (8082)',
  },
  host: { env: 'GATEWAY_HOST', value: 'ADDRESS', help: 'address to listen on (all interfaces)' },
  'trust-proxy': {
    env: 'GATEWAY_TRUST_PROXY',
    help: 'count HTTP clients by the last X-Forwarded-For entry (off; true or false in the environment)',
  },
  'direct-port': {
    env: 'GATEWAY_DIRECT_PORT',
    value: 'PORT',
    help: 'UDP port for pages that come without a signaling server (the number of --port)',
  },
  'no-direct': { help: 'have no such port' },
  'direct-host': {
    env: 'GATEWAY_DIRECT_HOST',
    value: 'ADDRESS',
    help: "IP address under which pages find it; may be repeated (this machine's)",
  },
  'peers-per-group': {
    env: 'PEERS_PER_GROUP',
    value: 'N',
    help: `peers that come from one network, an IPv4 /24 or IPv6 /48 (${PEERS_PER_GROUP_MAX})`,
  },
  'tx-index': {
    env: 'TX_INDEX',
    help: 'keep an index that tells peers in which block a transaction is (off; on or off in the environment)',
  },
  mine: { help: 'mine; the default on the devnet and networks of your own' },
  'no-mine': { help: 'do not mine' },
  threads: { value: 'N', help: 'threads that mine (1)' },
  'miner-name': { env: 'MINER_NAME', value: 'NAME', help: 'miner field of mined headers (vision-light)' },
  history: {
    env: 'HISTORY',
    value: 'N',
    help: `blocks laid down on a miner's first start (${HISTORY_BLOCKS})`,
  },
  transactions: {
    env: 'TRANSACTIONS',
    value: 'N',
    help: `invented payments for each mined block at most (${BLOCK_TRANSACTIONS})`,
  },
  log: { env: 'LOG_FORMAT', value: 'FORMAT', help: 'json or text (text)' },
  'log-level': { env: 'LOG_LEVEL', value: 'LEVEL', help: 'debug, info, warn, error or silent (info)' },
  progress: { env: 'PROGRESS', value: 'FORM', help: 'bar or lines (a bar on a terminal)' },
  help: { help: 'this text' },
} as const satisfies Readonly<Record<string, Option>>;

type OptionName = keyof typeof options;
type Given = Partial<Record<OptionName, string | boolean | string[]>>;

/** What `--help` prints. */
export const helpText = `Usage: vision-light-gateway [options]

An always-on Vision Light peer: serves verified headers over WebRTC, and mines where there is something to mine.
Every setting can come from an option or from the environment; the option wins. Paths are relative to where the
command is typed.

${Object.entries(options).map(helpLine).join('\n')}

Networks: ${networks.join(', ')}
`;

/**
 * The settings of a command line over an environment, or `help` if that is asked for.
 *
 * @throws {SettingError} naming the option or variable that is wrong
 */
export function readSettings(args: readonly string[], env: NodeJS.ProcessEnv): Settings | 'help' {
  const given = parse(args);
  if (given.help === true) return 'help';
  const read = (name: OptionName) => setting(name, given, env);
  const number = (name: OptionName, least: number, most: number) => wholeNumber(read(name), least, most);
  const resolve = (found: Setting | undefined) =>
    found && path.resolve(env.INIT_CWD ?? process.cwd(), found.text);
  const headers = read('headers');
  const progress = read('progress');
  return {
    gateway: {
      network: networkOf(read('network'), read('network-file'), resolve(read('network-file'))),
      signal: urls('signal', given, read('signal'), isIntroducerUrl, SIGNAL_SERVERS_MAX) ?? [
        'http://localhost:8081',
      ],
      bitcoinPeers: places(given, read('bitcoin-peer')),
      live: liveness(given),
      filters: number('filters', 0, FILTERS_KEPT_MAX),
      visionNodes: urls('vision-node', given, read('vision-node'), isHttpUrl, VISION_NODES_MAX),
      dataDir: resolve(read('data-dir') ?? { source: '', text: '.data' }),
      headersFile: resolve(headers),
      minChainwork: chainwork(read('min-chainwork')),
      port: number('port', 0, 65_535),
      host: read('host')?.text,
      trustProxy: given['trust-proxy'] === true || oneOf(read('trust-proxy'), ['false', 'true']) === 'true',
      directPort: directPort(given, number('direct-port', 0, 65_535)),
      directHosts: hosts(given, read('direct-host')),
      peersPerGroup: number('peers-per-group', 1, PEERS_MAX),
      txIndex: given['tx-index'] === true || oneOf(read('tx-index'), ['off', 'on']) === 'on',
      mine: mining(given, number('threads', 1, MINER_THREADS_MAX)),
      minerName: read('miner-name')?.text,
      history: number('history', 0, HISTORY_BLOCKS_MAX),
      transactions: number('transactions', 0, BLOCK_TRANSACTIONS_MAX),
    },
    logFormat: oneOf(read('log'), ['text', 'json']),
    logLevel: oneOf(read('log-level'), ['info', 'debug', 'warn', 'error', 'silent']),
    progressForm: progress && oneOf<ProgressForm>(progress, ['bar', 'lines']),
  };
}

interface Setting {
  /** `--option` or variable, as the person wrote it. */
  readonly source: string;
  readonly text: string;
}

function parse(args: readonly string[]): Given {
  const known = Object.fromEntries(
    Object.entries<Option>(options).map(([name, { value }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: ['signal', 'vision-node', 'bitcoin-peer', 'direct-host'].includes(name),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options: known }).values as Given;
  } catch (error) {
    // Node's own text goes on about how to escape a dash; its first sentence is enough.
    throw new SettingError(`${(error as Error).message.split('. ')[0]?.replace(/\.$/, '')}. See --help.`);
  }
}

function setting(name: OptionName, given: Given, env: NodeJS.ProcessEnv): Setting | undefined {
  const fromOption = given[name];
  if (typeof fromOption === 'string') return { source: `--${name}`, text: fromOption };
  const variable = (options[name] as Option).env;
  const fromEnv = variable === undefined ? undefined : env[variable];
  return variable === undefined || !fromEnv ? undefined : { source: variable, text: fromEnv };
}

function networkOf(
  name: Setting | undefined,
  file: Setting | undefined,
  filePath: string | undefined,
): NetworkName | CustomNetwork | undefined {
  if (file !== undefined && filePath !== undefined) {
    if (name?.source === '--network')
      throw new SettingError(`--network and ${file.source} exclude each other.`);
    return networkFromFile(file.source, filePath);
  }
  if (name === undefined) return undefined;
  if (isNetworkName(name.text)) return name.text;
  throw new SettingError(`${name.source}: "${name.text}" is none of ${networks.join(', ')}.`);
}

/**
 * The description of a network in a file. What is in the object is judged where networks are made.
 *
 * @param source  the option or variable that named the file
 * @throws {SettingError} if it cannot be read, or holds no object
 */
export function networkFromFile(source: string, filePath: string): CustomNetwork {
  let text: string;
  try {
    text = readFileSync(filePath, 'utf8');
  } catch (error) {
    throw new SettingError(`${source}: cannot read ${filePath} (${(error as NodeJS.ErrnoException).code}).`);
  }
  try {
    const network: unknown = JSON.parse(text);
    if (typeof network === 'object' && network !== null) return network as CustomNetwork;
  } catch {
    // Said below, as for JSON of another shape.
  }
  throw new SettingError(`${source}: ${filePath} holds no JSON object.`);
}

function directPort(given: Given, port: number | undefined): number | false | undefined {
  if (given['no-direct'] !== true) return port;
  if (given['direct-port'] !== undefined)
    throw new SettingError('--direct-port and --no-direct exclude each other.');
  return false;
}

/** Addresses of the direct port: of an option that may be repeated, or of a variable with commas. */
function hosts(given: Given, fromEnv: Setting | undefined): readonly string[] | undefined {
  const list = given['direct-host'];
  const source = Array.isArray(list) ? '--direct-host' : fromEnv?.source;
  const found = Array.isArray(list) ? list : fromEnv?.text.split(',');
  for (const text of found ?? []) {
    if (isIP(text)) continue;
    throw new SettingError(`${source}: "${text}" is no IP address. Firefox takes no name here.`);
  }
  if (found !== undefined && found.length > DIRECT_HOSTS_MAX)
    throw new SettingError(`${source}: at most ${DIRECT_HOSTS_MAX} addresses.`);
  return found;
}

/** Full nodes: of an option that may be repeated, or of a variable with commas. */
function places(given: Given, fromEnv: Setting | undefined): readonly string[] | undefined {
  const list = given['bitcoin-peer'];
  const source = Array.isArray(list) ? '--bitcoin-peer' : fromEnv?.source;
  const found = Array.isArray(list) ? list : fromEnv?.text.split(',');
  for (const text of found ?? [])
    if (readPlace(text, 1) === undefined)
      throw new SettingError(`${source}: "${text}" is no HOST or HOST:PORT.`);
  if (found !== undefined && found.length > CHOSEN_NODES_MAX)
    throw new SettingError(`${source}: at most ${CHOSEN_NODES_MAX} full nodes.`);
  return found;
}

/** Of an option that may be repeated, or of a variable with commas. */
function urls(
  name: 'signal' | 'vision-node',
  given: Given,
  fromEnv: Setting | undefined,
  isUrl: (text: string) => boolean,
  most: number,
): readonly string[] | undefined {
  const list = given[name];
  const source = Array.isArray(list) ? `--${name}` : fromEnv?.source;
  const found = Array.isArray(list) ? list : fromEnv?.text.split(',');
  for (const url of found ?? []) {
    if (!isUrl(url)) throw new SettingError(`${source}: "${url}" is no http or https URL.`);
  }
  if (found !== undefined && found.length > most)
    throw new SettingError(`${source}: at most ${most} servers.`);
  return found;
}

function liveness(given: Given): boolean | undefined {
  if (given.live === true && given['no-live'] === true)
    throw new SettingError('--live and --no-live exclude each other.');
  if (given['no-live'] === true) return false;
  return given.live === true ? true : undefined;
}

function mining(given: Given, threads: number | undefined): boolean | number | undefined {
  if (given.mine === true && given['no-mine'] === true)
    throw new SettingError('--mine and --no-mine exclude each other.');
  if (given['no-mine'] === true) return false;
  return threads ?? (given.mine === true ? true : undefined);
}

function wholeNumber(found: Setting | undefined, least: number, most: number): number | undefined {
  if (found === undefined) return undefined;
  const number = /^\d+$/.test(found.text) ? Number(found.text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new SettingError(
    `${found.source} must be a whole number from ${least} to ${most}, not "${found.text}".`,
  );
}

function chainwork(found: Setting | undefined): bigint | undefined {
  if (found === undefined) return undefined;
  try {
    return checkChainwork(found.source, found.text);
  } catch {
    throw new SettingError(
      `${found.source} must be a number, decimal or hexadecimal after 0x, not "${found.text}".`,
    );
  }
}

function oneOf<T extends string>(found: Setting | undefined, words: readonly [T, ...T[]]): T {
  if (found === undefined) return words[0];
  const word = words.find((known) => known === found.text);
  if (word !== undefined) return word;
  throw new SettingError(`${found.source} must be one of ${words.join(', ')}, not "${found.text}".`);
}

function helpLine([name, { env, value, help }]: [string, Option]): string {
  const option = `--${name}${value === undefined ? '' : ` ${value}`}`;
  return `  ${option.padEnd(20)} ${(env ?? '').padEnd(14)} ${help}`;
}
