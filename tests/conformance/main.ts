/** `npm run conformance`: the command line of the conformance checks. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  isNetworkName,
  type JsonValue,
  networks,
  parseLosslessJson,
  resolveNetwork,
} from '@vision-light/protocol';
import type { Outcome } from './check.js';
import { checkHeaders } from './headers.js';
import { checkVectors } from './vectors.js';

const rawNetworks = networks.filter((name) => name.startsWith('bitcoin-'));

const help = `Checks vectors and headers against the rules of Vision Light.

  npm run conformance -- vectors FILE.json
      Replays a vector file: one check for each case of each group.

  npm run conformance -- headers --network NAME --start-height H FILE.bin
      Verifies raw headers of 80 bytes, concatenated, in order: one check for each. Stops at the first refusal.
      With H > 0 the first header is taken as the checkpoint; H is 0 unless given.
      NAME is one of ${rawNetworks.join(', ')}.

Paths are relative to where the command is typed. The last line is "N passed, N failed"; the exit code is 1 if anything
failed, or if the command could not be run at all.`;

/** Headers are a header chain's; none is known above this height, and heights are u32 on the wire. */
const startHeightMax = 0xffff_ffff;

/** A mistake in how the command was called; its message is one line. */
class UsageError extends Error {}

/**
 * Runs the command.
 *
 * @param args  what follows `npm run conformance --`
 * @param folder  what paths are relative to; npm starts scripts in the root and says where it was called itself
 * @param print  takes a line of the result
 * @param complain  takes the line that says why there is none
 * @returns the exit code
 */
export function main(
  args: readonly string[],
  folder = process.env.INIT_CWD ?? process.cwd(),
  print: (line: string) => void = console.log,
  complain: (line: string) => void = console.error,
): number {
  try {
    const outcome = run(args, folder);
    if (outcome === undefined) {
      print(help);
      return 0;
    }
    for (const line of outcome.lines) print(line);
    print(`${outcome.passed} passed, ${outcome.failed} failed`);
    return outcome.failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(`conformance: ${error.message}`);
    return 1;
  }
}

function run(args: readonly string[], folder: string): Outcome | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const [command, ...files] = positionals;
  if (command === undefined) throw new UsageError('say what to check: vectors or headers (--help explains)');
  if (command !== 'vectors' && command !== 'headers') {
    throw new UsageError(`unknown command ${JSON.stringify(command)}: vectors or headers (--help explains)`);
  }
  const [file, ...more] = files;
  if (file === undefined || more.length > 0)
    throw new UsageError(`${command}: name one file, got ${files.length}`);
  const absolute = path.resolve(folder, file);
  if (command === 'headers') return runHeaders(values, absolute);
  const misplaced = (['network', 'start-height'] as const).find((name) => values[name] !== undefined);
  if (misplaced) throw new UsageError(`vectors: takes no --${misplaced}`);
  return runVectors(absolute);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        network: { type: 'string' },
        'start-height': { type: 'string' },
      },
    });
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split(/\.\s/);
    throw new UsageError(`${sentence} (--help explains)`);
  }
}

function runHeaders(values: { network?: string; 'start-height'?: string }, file: string): Outcome {
  const { network, 'start-height': startHeight = '0' } = values;
  if (network === undefined) throw new UsageError('headers: --network is missing');
  if (!isNetworkName(network) || !rawNetworks.includes(network)) {
    throw new UsageError(
      `headers: --network must be one of ${rawNetworks.join(', ')}, got ${JSON.stringify(network)}`,
    );
  }
  if (!/^[0-9]{1,10}$/.test(startHeight) || Number(startHeight) > startHeightMax) {
    throw new UsageError(
      `headers: --start-height must be a whole number up to ${startHeightMax}, got ${JSON.stringify(startHeight)}`,
    );
  }
  const family = resolveNetwork(network);
  const wallTime = Math.floor(Date.now() / 1000);
  return checkHeaders({ family, startHeight: Number(startHeight), bytes: readBytes(file), wallTime });
}

function runVectors(file: string): Outcome {
  const text = new TextDecoder().decode(readBytes(file));
  try {
    return checkVectors(text, { producerChain });
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`vectors: ${file}: ${error.message}`);
    throw error;
  }
}

/** The chain of the vectors that ship with the repository. */
export function producerChain(): JsonValue {
  const file = fileURLToPath(new URL('../vectors/vision-vectors.json', import.meta.url));
  const json = parseLosslessJson(readFileSync(file, 'utf8')) as Record<string, JsonValue>;
  return json.chain_a_producer_rule ?? null;
}

function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a folder' : (code ?? 'unreadable');
    throw new UsageError(`cannot read ${file}: ${why}`);
  }
}
