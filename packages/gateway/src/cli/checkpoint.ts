/** `npm run checkpoint`: makes a checkpoint of a chain, which it verifies from genesis first. The same chain gives the same bytes. */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Checkpoint,
  type CustomNetwork,
  faultSentence,
  isNetworkName,
  MemoryStore,
  makeCheckpoint,
  type NetworkName,
  networks,
  resolveNetwork,
  type Store,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { GatewayError } from '../gateway-error.js';
import { HeadersFile } from '../headers/headers-file.js';
import { importHeaders } from '../headers/headers-import.js';
import { HASH_THREADS_MAX } from '../limits.js';
import { NodeHost } from '../node-host.js';
import { LevelStore } from '../store/level-store.js';
import { networkFromFile, SettingError } from './settings.js';

const help = `Usage: npm run checkpoint -- (--headers FILE | --data-dir DIR) [options]

Makes a checkpoint, as createLightNode({ checkpoint }) takes it. The same chain gives the same bytes.

  --headers FILE       raw headers, 80 bytes each, genesis first: each is verified (bitcoin networks)
  --data-dir DIR       folder of one network in a gateway's data folder; the gateway must not be running
  --network NAME       ${networks.join(', ')}
                       (${networks[0]})
  --network-file FILE  a network of your own, as JSON
  --height N           of its header. Default: deep enough below the tip. On Bitcoin's networks a multiple of 2016
                       makes the smallest one
  --out FILE           where to write it (to standard output)
  --help               this text

Paths are relative to where the command is typed.
`;

interface Wanted {
  readonly network: NetworkName | CustomNetwork;
  readonly headersFile: string | undefined;
  readonly dataDir: string | undefined;
  readonly height: number | undefined;
  readonly out: string | undefined;
}

/** @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const wanted = read(args);
    if (wanted === 'help') {
      process.stdout.write(help);
      return 0;
    }
    const text = checkpointText(await make(wanted));
    if (wanted.out === undefined) process.stdout.write(text);
    else write(wanted.out, text);
    return 0;
  } catch (error) {
    const isOfPerson = error instanceof SettingError || error instanceof GatewayError;
    if (!isOfPerson && !(error instanceof RangeError || error instanceof TypeError)) throw error;
    process.stderr.write(`checkpoint: ${error.message}\n`);
    return 1;
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new SettingError(`--out: cannot write ${file} (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** The file of a checkpoint: JSON, a member a line. */
export function checkpointText(checkpoint: Checkpoint): string {
  return `${JSON.stringify(checkpoint, undefined, 2)}\n`;
}

function read(args: readonly string[]): Wanted | 'help' {
  const { values } = parse(args);
  if (values.help === true) return 'help';
  const resolve = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : path.resolve(process.env.INIT_CWD ?? process.cwd(), file);
  const { height } = values;
  if (height !== undefined && !/^\d{1,15}$/.test(height))
    throw new SettingError(`--height: must be a whole number, got ${height}`);
  const headersFile = resolve(values.headers);
  const dataDir = resolve(values['data-dir']);
  if ((headersFile === undefined) === (dataDir === undefined))
    throw new SettingError('either --headers or --data-dir must be given; --help tells more');
  return {
    network: networkOf(values.network, resolve(values['network-file'])),
    headersFile,
    dataDir,
    height: height === undefined ? undefined : Number(height),
    out: resolve(values.out),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    headers: text,
    'data-dir': text,
    network: text,
    'network-file': text,
    height: text,
    out: text,
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args: [...args], options });
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new SettingError(sentence);
  }
}

function networkOf(name: string | undefined, file: string | undefined): NetworkName | CustomNetwork {
  if (file !== undefined && name !== undefined)
    throw new SettingError('--network and --network-file exclude each other.');
  if (file !== undefined) return networkFromFile('--network-file', file);
  if (name === undefined) return networks[0];
  if (isNetworkName(name)) return name;
  throw new SettingError(`--network: must be one of ${networks.join(', ')}, got ${name}`);
}

async function make({ network, headersFile, dataDir, height }: Wanted): Promise<Checkpoint> {
  const family = resolveNetwork(network);
  const log = pino({ level: 'silent' });
  const store: Store = dataDir === undefined ? new MemoryStore() : await LevelStore.open(dataDir);
  const host = new NodeHost({
    family,
    store,
    hashThreads: Math.min(availableParallelism(), HASH_THREADS_MAX),
    userAgent: '',
    log,
    followedBlocks: 0,
    // The file may be the beginning of a chain, of any work.
    minChainwork: 0n,
    linkKinds: [],
    onFailure: (error) => {
      throw error;
    },
  });
  try {
    await host.start();
    if (headersFile !== undefined) {
      const file = await HeadersFile.open(headersFile, family);
      try {
        await importHeaders({ host, family, file, onProgress: () => {} });
      } finally {
        await file.close();
      }
    }
    const result = await host.checkpoint(height);
    if (!result.ok) {
      const { tip } = host.node;
      throw new GatewayError(`${faultSentence(result.code)} The chain ends at height ${tip.height}.`);
    }
    return makeCheckpoint(family, network, result.base, result.root);
  } finally {
    await host.close();
  }
}
