/**
 * An existing Vision node, as docs/chains/vision.md §7 describes its HTTP side, with its quirks: a real server whose chain a
 * test gives it. It verifies nothing, compares hashes as text, and answers as the framework of such nodes does. Further
 * quirks, of broken and of hostile nodes, can be switched on.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  blockFromJson,
  bytesToHex,
  encodeBlockJson,
  encodeLiteHeader,
  type HeaderBatch,
  type JsonValue,
  parseLosslessJson,
  type VisionFamily,
} from '@vision-light/protocol';

/** Bytes of a request that such a node takes: the default of its framework. */
const REQUEST_BYTES_MAX = 2 * 1024 * 1024;
const HEADERS_MAX = 2_000;

/** What a request is answered with instead, if a quirk says so. */
export interface Answered {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Switches; all off at first. A test may change them at any time. */
export interface Quirks {
  /** Answers a request before the node looks at it. */
  answer?: ((route: string, members: Members) => Answered | undefined) | undefined;
  /** Takes the response, which it may leave without an end. @returns whether it did */
  take?: ((route: string, response: ServerResponse) => boolean) | undefined;
  /** Hashes, 64 digits: their headers are left out of answers, as existing nodes leave out what they would not send. */
  omitHeaders: Set<string>;
  /** Blocks that are left out of answers. */
  omitBlocks: Set<string>;
  /** A request for more blocks than this is answered 500. */
  blocksMax: number;
  /** Blocks of one answer: those after them are left out. */
  blocksGiven: number;
  /** A locator finds nothing, so every answer begins at genesis. */
  ignoresLocator: boolean;
}

type Members = { readonly [name: string]: JsonValue };

interface HeldBlock {
  /** 64 digits. */
  readonly hash: string;
  readonly parent: string;
  readonly record: Uint8Array;
  readonly body: Uint8Array;
}

/** What it was asked: the route, and the members of the request. */
export interface Asked {
  readonly route: string;
  readonly members: Members;
}

export class VisionNodeStandIn {
  readonly quirks: Quirks = {
    omitHeaders: new Set(),
    omitBlocks: new Set(),
    blocksMax: Number.POSITIVE_INFINITY,
    blocksGiven: Number.POSITIVE_INFINITY,
    ignoresLocator: false,
  };
  /** Requests that were too large for it. */
  tooLarge = 0;
  /** All that it was asked, in order. */
  readonly asked: Asked[] = [];
  /** Its main chain from genesis on. */
  #main: HeldBlock[];
  /** Transactions that were posted to it, as they came. */
  readonly transactions: Members[] = [];
  readonly #held = new Map<string, HeldBlock>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #waiting: { readonly isMet: () => boolean; resolve(): void }[] = [];

  private constructor(readonly family: VisionFamily) {
    const { record, hash } = family.genesis;
    const genesis = { hash: bytesToHex(hash), parent: '0'.repeat(64), record, body: new Uint8Array(1) };
    this.#main = [genesis];
    this.#held.set(genesis.hash, genesis);
  }

  static async start(family: VisionFamily): Promise<VisionNodeStandIn> {
    const node = new VisionNodeStandIn(family);
    node.#server.listen(0, '127.0.0.1');
    await once(node.#server, 'listening');
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Hash of its tip, 64 digits. */
  get tip(): string {
    return this.#main.at(-1)?.hash ?? '';
  }

  /** Requests to one route so far. */
  count(route: string): number {
    return this.asked.filter((each) => each.route === route).length;
  }

  /** Resolves once a condition holds; looked at after every request. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ isMet, resolve }));
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** Takes blocks of a test. The longest branch is the main chain; of two the first. */
  add({ count, records, hashes }: HeaderBatch, bodies: readonly Uint8Array[]): void {
    const { recordBytes } = this.family;
    for (let i = 0; i < count; i++) {
      const record = records.slice(i * recordBytes, (i + 1) * recordBytes);
      this.#hold(record, hashes.slice(i * 32, i * 32 + 32), bodies[i] ?? new Uint8Array(1));
    }
  }

  #hold(record: Uint8Array, hashBytes: Uint8Array, body: Uint8Array): boolean {
    const hash = bytesToHex(hashBytes);
    const parent = bytesToHex(this.family.parent(record));
    if (!this.#held.has(parent)) return false;
    this.#held.set(hash, { hash, parent, record, body });
    const branch = this.#branch(hash);
    if (branch.length > this.#main.length) this.#main = branch;
    return true;
  }

  #branch(tip: string): HeldBlock[] {
    const branch: HeldBlock[] = [];
    for (let at = this.#held.get(tip); at !== undefined; at = this.#held.get(at.parent)) branch.unshift(at);
    return branch;
  }

  /** As its own miner writes hashes: with 0x, all but that of genesis. */
  textOf(hash: string): string {
    return hash === this.#main[0]?.hash ? hash : `0x${hash}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const route = request.url?.replace('/p2p/', '') ?? '';
    const text = (status: number, content: string, headers = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(content);
      for (const waiting of this.#waiting.filter(({ isMet }) => isMet())) waiting.resolve();
    };
    if (request.headers['content-type'] !== 'application/json') return text(415, 'Expected application/json');
    if (body.length > REQUEST_BYTES_MAX) {
      this.tooLarge++;
      return text(413, 'length limit exceeded');
    }
    let members: Members;
    try {
      members = parseLosslessJson(body.toString()) as Members;
    } catch {
      return text(400, 'Failed to parse the request body as JSON');
    }
    this.asked.push({ route, members });
    if (this.quirks.take?.(route, response) === true) return;
    const instead = this.quirks.answer?.(route, members);
    if (instead !== undefined) return text(instead.status, instead.text ?? '', instead.headers);
    const { status, json } = this.#answerTo(route, members);
    text(status, json);
  }

  #answerTo(route: string, members: Members): { readonly status: number; readonly json: string } {
    switch (route) {
      case 'get_headers':
        return this.#getHeaders(members);
      case 'get_blocks':
        return this.#getBlocks(members);
      case 'inv':
        return { status: 200, json: '{"status":"processing"}' };
      case 'tx':
        this.transactions.push(members);
        return { status: 200, json: '{"status":"accepted","tx_hash":""}' };
      case 'block':
        return this.#takeBlock(members);
      default:
        return { status: 404, json: '' };
    }
  }

  /** After the first hash of the locator that is, as text, one of the main chain; from index 0 if none is. */
  #getHeaders({ locator, max }: Members): { status: number; json: string } {
    if (!Array.isArray(locator) || typeof max !== 'number')
      return { status: 422, json: 'missing field `locator` or `max`' };
    const texts = this.#main.map(({ hash }) => this.textOf(hash));
    const found = this.quirks.ignoresLocator ? [] : locator.map((text) => texts.indexOf(String(text)));
    const from = (found.find((index) => index >= 0) ?? -1) + 1;
    const headers = this.#main.slice(from, from + Math.min(max, HEADERS_MAX)).flatMap((block) => {
      return this.quirks.omitHeaders.has(block.hash) ? [] : this.#liteHeader(block);
    });
    return { status: 200, json: `{"headers":[${headers.join(',')}]}` };
  }

  #liteHeader({ hash, parent, record }: HeldBlock): string {
    const plain = encodeLiteHeader(record, Buffer.from(hash, 'hex'));
    return plain
      .replace(`"hash":"${hash}"`, `"hash":"${this.textOf(hash)}"`)
      .replace(`"prev":"${parent}"`, `"prev":"${this.textOf(parent)}"`)
      .replace('{', '{"a_field_of_a_later_version":[1,{}],');
  }

  /** Those that it has, by the text of their names; all others are left out without a word. */
  #getBlocks({ hashes }: Members): { status: number; json: string } {
    if (!Array.isArray(hashes)) return { status: 422, json: 'missing field `hashes`' };
    if (hashes.length > this.quirks.blocksMax) return { status: 500, json: '' };
    const byText = new Map(this.#main.map((block) => [this.textOf(block.hash), block]));
    const found = hashes.flatMap((text) => byText.get(String(text)) ?? []);
    const given = found.filter(({ hash }) => !this.quirks.omitBlocks.has(hash));
    const blocks = given.slice(0, this.quirks.blocksGiven).map((block) => {
      const raw = Buffer.from(this.#blockJson(block)).toString('base64');
      return `{"hash":"${this.textOf(block.hash)}","raw":"${raw}"}`;
    });
    return { status: 200, json: `{"blocks":[${blocks.join(',')}]}` };
  }

  #blockJson({ parent, record, body }: HeldBlock): string {
    const json = encodeBlockJson(record, body) ?? '';
    return json
      .replace(`"parent_hash":"${parent}"`, `"parent_hash":"${this.textOf(parent)}"`)
      .replace('"pow_hash":"', '"pow_hash":"0x')
      .replace('"base_fee_per_gas":0', '"base_fee_per_gas":340282366920938463463374607431768211455');
  }

  #takeBlock(members: Members): { status: number; json: string } {
    const block = blockFromJson(this.family.params, members);
    if (!block.ok) return { status: 422, json: block.code };
    const hash = this.family.headerHash(block.record);
    if (this.#held.has(bytesToHex(hash)))
      return { status: 400, json: '{"status":"rejected","error":"duplicate"}' };
    const isTaken = this.#hold(block.record, hash, block.body);
    return {
      status: 200,
      json: isTaken ? '{"status":"accepted"}' : '{"status":"deferred","reason":"orphan"}',
    };
  }
}
