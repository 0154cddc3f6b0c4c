/**
 * `/p2p/hello` of existing Vision nodes (docs/chains/vision.md §7): a client proves that it has a key. Nothing follows from
 * it here either, but what it says is checked, and a nonce is spent only by a good signature: in existing nodes anyone can
 * spend the nonce of another.
 *
 * Memory: HTTP_HELLO_NONCES_MAX nonces.
 */
import { createHash } from 'node:crypto';
import { type ChainFamily, hexToBytes } from '@vision-light/protocol';
import { HTTP_HELLO_NONCES_MAX, HTTP_HELLO_SKEW_S } from '../../limits.js';
import { verifySignatures } from '../../verify-signatures.js';
import { version } from '../../version.js';
import { type HttpAnswer, jsonAnswer } from '../answer.js';
import { RequestFault } from '../request/request-fault.js';
import type { RequestMembers } from '../request/request-members.js';
import type { ServedChain } from './served-chain.js';

/** The version that existing nodes give to the routes. */
const protocolVersion = 1;

/** Answers greetings, and remembers which nonces are spent. */
export class HelloRoute {
  /** Nonces of good signatures, oldest first, with the second from which on they are too old anyway. */
  readonly #spent = new Map<string, number>();

  constructor(
    readonly family: ChainFamily,
    /** Unix seconds. */
    readonly wallTime: () => number,
  ) {}

  /** @throws {RequestFault} for a member that is missing or malformed, a wrong clock, a spent nonce, or another's id */
  answer(members: RequestMembers, { tree, publicKey: ours }: ServedChain): HttpAnswer {
    const id = members.text('from_node_id');
    const publicKey = base64Of(members.text('pubkey_b64'));
    const timestamp = members.u64('ts_unix');
    const nonce = members.text('nonce_hex').toLowerCase();
    const signature = hexToBytes(members.text('signature_hex').toLowerCase(), 64);
    if (publicKey?.length !== 32) throw new RequestFault('pubkey_b64: must be 32 bytes in base64');
    if (signature === undefined) throw new RequestFault('signature_hex: must be 64 bytes as 128 hex digits');
    if (!/^([0-9a-f]{2}){8,64}$/.test(nonce))
      throw new RequestFault('nonce_hex: must be 8 to 64 bytes in hex');
    if (id !== nodeId(publicKey)) throw new RequestFault('from_node_id: is not that of the key');
    const now = this.wallTime();
    if (Math.abs(Number(timestamp) - now) > HTTP_HELLO_SKEW_S)
      throw new RequestFault(`ts_unix: must be within ${HTTP_HELLO_SKEW_S} s of the time here`);
    const key = `${id} ${nonce}`;
    if (this.#spent.has(key)) throw new RequestFault('nonce_hex: was used before');
    const message = Buffer.from(`${id}|${timestamp}|${members.text('nonce_hex')}`);
    if (verifySignatures([{ publicKey, message, signature }])[0] !== 1)
      return failure(401, 'invalid signature');
    this.#spend(key, now);
    const hello = {
      node_id: nodeId(ours),
      pubkey_b64: Buffer.from(ours).toString('base64'),
      chain_id: this.family.name,
      genesis_hash: this.family.hashToHex(this.family.genesis.hash),
      protocol_version: protocolVersion,
      node_version: `vision-light/${version}`,
      is_anchor: false,
      advertised_ip: null,
      advertised_port: null,
      height: tree.tipHeight,
    };
    return jsonAnswer(200, JSON.stringify(hello));
  }

  /** What is older than the clocks may differ would be refused for its time. */
  #spend(key: string, now: number): void {
    for (const [oldest, until] of this.#spent) {
      if (until >= now && this.#spent.size < HTTP_HELLO_NONCES_MAX) break;
      this.#spent.delete(oldest);
    }
    this.#spent.set(key, now + 2 * HTTP_HELLO_SKEW_S);
  }
}

/** The name of a node by its key, as existing nodes make it: 20 bytes of SHA-256 in hex. */
export function nodeId(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, 40);
}

function base64Of(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  // What is no base64 is skipped in reading, so only the one form is taken.
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined;
}

function failure(status: number, error: string): HttpAnswer {
  return jsonAnswer(status, JSON.stringify({ error }));
}
