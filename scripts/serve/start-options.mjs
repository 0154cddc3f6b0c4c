/** The settings of `npm start`, from its options, else from the environment, else by default; and their checks. */
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PlainError, root } from '../run/run-command.mjs';

export const startUsage = `npm start -- [options]

Serves the page, a signaling server and a mining gateway.

  --port N          the page (PORT, 8080)
  --signal-port N   the signaling server (SIGNAL_PORT, 8081)
  --gateway-port N  the gateway's /healthz (GATEWAY_PORT, 8082)
  --host ADDRESS    where all three listen (127.0.0.1; 0.0.0.0 lets other devices in)
  --network NAME    the chain to follow (NETWORK, vision-devnet)
  --data-dir DIR    where the gateway keeps its chain (DATA_DIR, .data in the repository)
  --headers FILE    raw headers for the gateway to begin with (Bitcoin networks); then it looks
                    for no full nodes, unless --live says so
  --bitcoin-peer HOST[:PORT]
                    a full node of Bitcoin for the gateway to follow, and no others; may be
                    repeated (BITCOIN_PEERS; Bitcoin networks)
  --live, --no-live look for full nodes of a public Bitcoin network, or do not (looks for them,
                    unless there is --headers or --bitcoin-peer)
  --filters N       compact filters for the gateway to keep, 0 for none (FILTERS, 4032)
  --vision-node URL an existing Vision node for the gateway to follow; may be repeated
                    (VISION_NODES; Vision networks)
  --direct-port N   the gateway's UDP port for pages that are given its address; it takes them on every
                    address of this machine (GATEWAY_DIRECT_PORT, the number of --gateway-port)
  --no-direct       no such port
  --direct-host ADDRESS
                    where pages find it; may be repeated (GATEWAY_DIRECT_HOST, this machine's)
  --help            this text

Paths are relative to where the command is typed.`;

/** Options of the gateway that mean the same here. */
const passedOn = {
  'bitcoin-peer': { type: 'string', multiple: true },
  live: { type: 'boolean' },
  'no-live': { type: 'boolean' },
  filters: { type: 'string' },
  'vision-node': { type: 'string', multiple: true },
  'direct-port': { type: 'string' },
  'no-direct': { type: 'boolean' },
  'direct-host': { type: 'string', multiple: true },
};

/** An option as it was typed. @param {boolean | string | readonly string[] | undefined} value  as it was read */
function argsOf(name, value) {
  if (value === true) return [`--${name}`];
  // With the equals sign, so that a value may begin with a dash.
  return [value ?? []].flat().map((each) => `--${name}=${each}`);
}

/** Makes a path absolute from the folder where the command was typed. npm runs scripts in the root folder. */
function fromTyped(given) {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), given);
}

function parsePort(name, text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new PlainError(`${name}: "${text}" is not a port (1 to 65535).`);
  }
  return port;
}

/**
 * @typedef {object} StartOptions
 * @property {number} port
 * @property {number} signalPort
 * @property {number} gatewayPort
 * @property {string} host
 * @property {string} network
 * @property {string} dataDir            absolute
 * @property {string | undefined} headers  absolute
 * @property {readonly string[]} gatewayArgs  options that the gateway is given as they are: it checks them itself, and reads
 *   the environment for those that are not there
 */

/**
 * @param {readonly string[]} args
 * @param {Record<string, string | undefined>} env
 * @returns {StartOptions | 'help'}
 * @throws {PlainError} names the option and what is wrong with it
 */
export function parseStartOptions(args, env) {
  const string = { type: 'string' };
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: string,
        'signal-port': string,
        'gateway-port': string,
        host: string,
        network: string,
        'data-dir': string,
        headers: string,
        ...passedOn,
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    // The first sentence of Node's text is enough; the rest explains how to escape a dash.
    throw new PlainError(`${error.message.split('. ')[0].replace(/\.$/, '')}. See npm start -- --help.`);
  }
  if (values.help) return 'help';

  const port = (option, variable, fallback) => {
    if (values[option] !== undefined) return parsePort(`--${option}`, values[option]);
    return env[variable] ? parsePort(variable, env[variable]) : fallback;
  };
  const dataDir = values['data-dir'] ?? env.DATA_DIR;
  const options = {
    port: port('port', 'PORT', 8080),
    signalPort: port('signal-port', 'SIGNAL_PORT', 8081),
    gatewayPort: port('gateway-port', 'GATEWAY_PORT', 8082),
    // This machine only: a person who wants to serve others says so.
    host: values.host ?? '127.0.0.1',
    network: values.network ?? (env.NETWORK || 'vision-devnet'),
    dataDir: dataDir ? fromTyped(dataDir) : path.join(root, '.data'),
    headers: values.headers === undefined ? undefined : fromTyped(values.headers),
    gatewayArgs: Object.keys(passedOn).flatMap((name) => argsOf(name, values[name])),
  };
  const ports = [options.port, options.signalPort, options.gatewayPort];
  if (new Set(ports).size < 3)
    throw new PlainError(`The three ports must differ; they are ${ports.join(', ')}.`);
  return options;
}

/**
 * Checks what can be known before anything is started: files, folders, ports.
 *
 * @param {StartOptions} options
 * @throws {PlainError}
 */
export async function checkStartOptions({ host, port, signalPort, gatewayPort, dataDir, headers }) {
  if (headers !== undefined) assertReadable(headers);
  try {
    makeFolder(dataDir);
    // It is tried, because by its mode every folder is writable for root, /proc too.
    rmdirSync(mkdtempSync(path.join(dataDir, '.probe-')));
  } catch (error) {
    throw new PlainError(`--data-dir: ${dataDir} cannot be written (${error.code}).`);
  }
  await assertUsable(host);
  await assertFree(host, port, 'page', '--port');
  await assertFree(host, signalPort, 'signaling server', '--signal-port');
  await assertFree(host, gatewayPort, 'gateway', '--gateway-port');
}

/** Makes a folder with its parents. Node's own way never returns where a parent takes no folders, as /proc. */
function makeFolder(folder) {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = path.dirname(folder);
  if (!existsSync(parent)) makeFolder(parent);
  mkdirSync(folder);
}

/** A Bitcoin header, raw. */
const rawHeaderBytes = 80;

function assertReadable(file) {
  let code = 'not a file';
  try {
    accessSync(file, constants.R_OK);
    const stat = statSync(file);
    if (stat.isFile() && stat.size > 0 && stat.size % rawHeaderBytes === 0) return;
    if (stat.isFile()) code = `${stat.size} bytes are no whole number of headers of ${rawHeaderBytes} bytes`;
  } catch (error) {
    code = error.code;
  }
  throw new PlainError(`--headers: ${file} cannot be read (${code}).`);
}

const hostFaults = {
  EADDRNOTAVAIL: 'is no address of this machine',
  ENOTFOUND: 'cannot be resolved',
  EAI_AGAIN: 'cannot be resolved',
};

async function assertUsable(host) {
  const code = await listenBriefly(0, host);
  if (code)
    throw new PlainError(`--host: "${host}" ${hostFaults[code] ?? `cannot be listened on (${code})`}.`);
}

async function assertFree(host, port, purpose, option) {
  // Both: some systems let a server take every address of a port whose loopback address is taken.
  for (const each of new Set([undefined, '127.0.0.1', host])) {
    const code = await listenBriefly(port, each);
    if (code === 'EADDRINUSE') {
      throw new PlainError(`Port ${port} for the ${purpose} is in use; choose another with ${option}.`);
    }
    if (code) throw new PlainError(`Port ${port} for the ${purpose} cannot be opened (${code}).`);
  }
}

/** @returns {Promise<string | undefined>} the error's code, if the port cannot be listened on */
function listenBriefly(port, host) {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
