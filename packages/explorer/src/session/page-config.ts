/**
 * Which network the page joins, through which signaling servers, and which gateways it knows: from the address bar, else from
 * `config.json` beside the page, else the devnet, port 8081 of the page's own host, and no gateways.
 */
import type { LightNodeOptions } from '@vision-light/browser-node';

/** `config.json` or the address bar holds a wrong setting. The message is a sentence for the visitor. */
export class PageConfigError extends Error {
  override readonly name = 'PageConfigError';
}

/** The parts of the page's own address that matter here; `location` in a browser. */
export interface PagePlace {
  readonly protocol: string;
  readonly hostname: string;
  readonly search: string;
}

const DEFAULT_NETWORK = 'vision-devnet';
/** The port on which `npm start` runs the signaling server. */
const DEFAULT_SIGNAL = ':8081';

/**
 * Reads the configuration. Settings that the address bar does not give are those of the file.
 *
 * @param fetchText  the text of `config.json`, or undefined if there is none
 * @throws {PageConfigError} if the file or the address holds a wrong setting
 */
export async function readPageConfig(
  place: PagePlace,
  fetchText: () => Promise<string | undefined>,
): Promise<LightNodeOptions> {
  const query = new URLSearchParams(place.search);
  const network = query.get('network');
  const signal = listParameter(query, 'signal');
  const named = listParameter(query, 'gateway');
  const file = parseConfigFile(await fetchText());
  // What a chain must have, and begins with, goes with the network that it is said of.
  const { minChainwork, checkpoint, ...others } = network === null || network === file.network ? file : {};
  const gateways = named.length > 0 ? named : others.gateways;
  const privacy = query.get('privacy') ?? file.privacy;
  // The settings may be anything so far: createLightNode checks them, and says what is wrong with them.
  return {
    ...(minChainwork === undefined ? {} : { minChainwork }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(privacy === undefined ? {} : { privacy }),
    ...(gateways === undefined ? {} : { gateways }),
    network: network === null ? (file.network ?? DEFAULT_NETWORK) : parseNetworkParameter(network),
    signal: (signal.length > 0 ? signal : (file.signal ?? [DEFAULT_SIGNAL])).map((text) =>
      resolveSignal(text, place),
    ),
  } as LightNodeOptions;
}

/**
 * The full address of a signaling server. `:8081` means this port of the host that the page came from.
 *
 * @returns an http(s) or ws(s) address
 * @throws {PageConfigError} if the text is none
 */
export function resolveSignal(text: string, place: PagePlace): string {
  const trimmed = text.trim();
  const isPort = /^:\d{1,5}$/.test(trimmed);
  // A page opened from a file has no host of its own.
  const host = place.hostname === '' ? 'localhost' : place.hostname;
  const scheme = place.protocol === 'https:' ? 'https:' : 'http:';
  const full = isPort ? `${scheme}//${host}${trimmed}` : trimmed;
  if (!URL.canParse(full) || !/^(https?|wss?):$/.test(new URL(full).protocol)) {
    throw new PageConfigError(`“${trimmed}” is not the address of a signaling server.`);
  }
  return full;
}

interface ConfigFile {
  readonly network?: unknown;
  readonly signal?: readonly string[];
  readonly gateways?: readonly string[];
  readonly minChainwork?: string;
  readonly privacy?: string;
  readonly checkpoint?: NonNullable<LightNodeOptions['checkpoint']>;
}

function parseConfigFile(text: string | undefined): ConfigFile {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PageConfigError('config.json is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PageConfigError(
      'config.json must be an object such as { "network": "vision-devnet", "signal": [":8081"] }.',
    );
  }
  const { network, signal, gateways, minChainwork, checkpoint, privacy } = value as Record<string, unknown>;
  const isNetwork =
    network === undefined || typeof network === 'string' || (typeof network === 'object' && network !== null);
  if (!isNetwork) throw new PageConfigError('In config.json, network must be a name or an object.');
  const list = typeof signal === 'string' ? [signal] : signal;
  if (!isList(list)) throw new PageConfigError('In config.json, signal must be a list of addresses.');
  if (!isList(gateways))
    throw new PageConfigError('In config.json, gateways must be a list of keys and addresses.');
  if (minChainwork !== undefined && typeof minChainwork !== 'string') {
    throw new PageConfigError('In config.json, minChainwork must be a text of digits, such as "0".');
  }
  if (privacy !== undefined && typeof privacy !== 'string') {
    throw new PageConfigError('In config.json, privacy must be a text, such as "relay-only".');
  }
  return {
    ...(privacy === undefined ? {} : { privacy }),
    ...(network === undefined ? {} : { network }),
    ...(minChainwork === undefined ? {} : { minChainwork }),
    ...(checkpoint === undefined ? {} : { checkpoint: checkpoint as NonNullable<ConfigFile['checkpoint']> }),
    ...(list === undefined ? {} : { signal: list }),
    ...(gateways === undefined ? {} : { gateways }),
  };
}

function isList(value: unknown): value is readonly string[] | undefined {
  return (
    value === undefined || (Array.isArray(value) && value.every((item: unknown) => typeof item === 'string'))
  );
}

/** The values of a parameter that may be repeated, or hold several with commas. */
function listParameter(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap((text) => text.split(',').filter((part) => part.trim() !== ''));
}

function parseNetworkParameter(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new PageConfigError('The network in the address bar is not valid JSON.');
  }
}
