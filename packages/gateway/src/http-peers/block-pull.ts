/** Fetches the blocks that another node has and this one lacks, and hands them to the core, which verifies them. */
import { buildLocator, hexToBytes, type JsonValue, type VisionFamily } from '@vision-light/protocol';
import type { BlockThread } from '../http/p2p/block-thread.js';
import { HTTP_PEER_BLOCKS } from '../limits.js';
import type { NodeHost } from '../node-host.js';
import type { HttpPeer } from './http-peer.js';

/** What it takes to fetch blocks. */
export interface BlockPullOptions {
  readonly host: NodeHost;
  readonly family: VisionFamily;
  readonly thread: BlockThread;
}

interface PulledBlock {
  readonly record: Uint8Array;
  readonly body: Uint8Array;
}

/**
 * Asks for headers after our own until there are none, and for their blocks. The names in the answer only say what to ask
 * for: headers and bodies are those of the blocks.
 *
 * @returns how many headers the core took
 * @throws {HttpPeerError} if the node does not answer
 */
export async function pullBlocks(peer: HttpPeer, options: BlockPullOptions): Promise<number> {
  const { host } = options;
  const { tree } = host.node;
  let taken = 0;
  for (;;) {
    const locator = buildLocator(tree).map(hexOf);
    const { members } = await peer.post('get_headers', JSON.stringify({ locator, max: HTTP_PEER_BLOCKS }));
    const { headers } = members;
    const names = namesOf(headers).filter(({ hash }) => tree.find(hash) === undefined);
    if (names.length === 0) return taken;
    const blocks = await blocksOf(
      peer,
      names.map(({ text }) => text),
      options,
    );
    const { accepted } = await submit(blocks, options);
    taken += accepted;
    // It must have sent something of what it named, or it could have this node ask for ever.
    if (!names.some(({ hash }) => tree.find(hash) !== undefined)) return taken;
  }
}

/** The blocks of these names that the node has, as far as they can be read. */
async function blocksOf(
  peer: HttpPeer,
  names: readonly string[],
  { family, thread }: BlockPullOptions,
): Promise<PulledBlock[]> {
  const { members } = await peer.post('get_blocks', JSON.stringify({ hashes: names }));
  const { blocks } = members;
  const pulled: PulledBlock[] = [];
  for (const item of Array.isArray(blocks) ? blocks.slice(0, names.length) : []) {
    const raw = memberOf(item, 'raw');
    if (typeof raw !== 'string') break;
    const block = await thread.read({ params: family.params, text: Buffer.from(raw, 'base64').toString() });
    if (block?.ok !== true) break;
    pulled.push(block);
  }
  return pulled;
}

function submit(blocks: readonly PulledBlock[], { host, family }: BlockPullOptions) {
  if (blocks.length === 0) return { accepted: 0 };
  const records = Buffer.concat(blocks.map(({ record }) => record));
  const hashes = Buffer.concat(blocks.map(({ record }) => family.headerHash(record)));
  const batch = { count: blocks.length, records: new Uint8Array(records), hashes: new Uint8Array(hashes) };
  return host.submit(
    batch,
    blocks.map(({ body }) => body),
    'http-peers',
  );
}

/** Existing nodes compare names as text, some with 0x before them, so they get back what they wrote. */
function namesOf(headers: JsonValue | undefined): { readonly text: string; readonly hash: Uint8Array }[] {
  if (!Array.isArray(headers)) return [];
  return headers.slice(0, HTTP_PEER_BLOCKS).flatMap((header) => {
    const text = memberOf(header, 'hash');
    if (typeof text !== 'string') return [];
    const hash = hexToBytes(text.replace(/^0x/i, '').toLowerCase(), 32);
    return hash === undefined ? [] : { text, hash };
  });
}

function memberOf(value: JsonValue, name: string): JsonValue | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
