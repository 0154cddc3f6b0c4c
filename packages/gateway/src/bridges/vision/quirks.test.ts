/** A gateway's node that follows a stand-in for an existing Vision node, with one quirk at a time. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  bytesToHex,
  decodeVisionTransaction,
  devnetMerkleRoot,
  encodeVisionBody,
  transactionHash,
  type VisionFamily,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { makeBody } from '../../../../../tests/sim/vision-bodies.js';
import { genesisTime, VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { makeTransaction } from '../../../../../tests/sim/vision-transactions.js';
import { smallMainnet } from '../../../../../tests/small-mainnet.js';
import { startVisionHost } from '../../../../../tests/vision-host.js';
import { VisionNodeStandIn } from '../../../../../tests/vision-node-stand-in.js';
import { defined } from '../../../../protocol/src/assert.js';
import { servedChain } from '../../http/p2p/served-chain.js';
import type { NodeHost } from '../../node-host.js';
import type { NodeClientLimits } from './node-client.js';
import { VisionBridge } from './vision-bridge.js';

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Lines of the log, each as an object; waits for those to come. */
class LogLines {
  readonly lines: { readonly msg: string; readonly code?: string; readonly detail?: string }[] = [];
  readonly log = pino({ level: 'info' }, { write: (line: string) => this.#take(line) });
  readonly #waiting: (() => void)[] = [];

  #take(line: string): void {
    this.lines.push(JSON.parse(line));
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Codes of the nodes that were lost, and `followed` for those that came back. */
  get changes(): string[] {
    return this.lines.map(({ code, msg }) => code ?? (/is followed/.test(msg) ? 'followed' : msg));
  }

  async until(count: number): Promise<string[]> {
    while (this.lines.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.changes;
  }
}

/** A node, and a bridge from it to a stand-in. */
async function follow(
  standIn: { readonly url: string },
  family: VisionFamily = visionSim,
  limits: Partial<NodeClientLimits> = {},
) {
  const host = await startVisionHost(family);
  const log = new LogLines();
  const chain = servedChain(host);
  const bridge = new VisionBridge({ urls: [standIn.url], host, family, chain, log: log.log, limits });
  endings.push(
    () => host.close(),
    () => bridge.close(),
  );
  return { host, log, bridge };
}

async function standInOf(family: VisionFamily = visionSim): Promise<VisionNodeStandIn> {
  const node = await VisionNodeStandIn.start(family);
  endings.push(() => node.close());
  return node;
}

/** Blocks with two transactions each. @returns their hashes, lowest first */
function extend(node: VisionNodeStandIn, chain: VisionChain, count: number, miner = 'sim'): string[] {
  const made: string[] = [];
  for (let i = 0; i < count; i++) {
    const { body, txRoot } = makeBody(chain.tree.tipHeight + 1, 2);
    const batch = chain.mine({ count: 1, miner, txRootOf: () => txRoot });
    node.add(batch, [body]);
    made.push(bytesToHex(batch.hashes));
  }
  return made;
}

async function reaches(host: NodeHost, hash: string): Promise<void> {
  if (host.node.tip.hash === hash) return;
  await host.once((notice) => notice.type === 'tip' && notice.tip.hash === hash);
}

async function bodyAt(host: NodeHost, hash: string): Promise<Uint8Array | undefined> {
  return host.readBody(Buffer.from(hash, 'hex'));
}

const transaction = defined(decodeVisionTransaction(makeTransaction()), 'it was made so');
const malformedBlock = Buffer.from('{"header":{}}').toString('base64');

describe('a Vision node with the quirks of existing ones', () => {
  it('is given back the names that it wrote, so that it finds where to go on', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    const [, , third = ''] = extend(node, chain, 70);
    const { host } = await follow(node);
    await reaches(host, node.tip);
    expect(await bodyAt(host, third)).toBeDefined();
    const before = node.count('get_headers');
    extend(node, chain, 1);
    await reaches(host, node.tip);
    const [request] = node.asked.filter(({ route }) => route === 'get_headers').slice(before);
    const locator = request?.members.locator as string[];
    // The block below its tip, in its own form alone.
    expect(locator[0]).toMatch(/^0x[0-9a-f]{64}$/);
    // Genesis it has never named, so that is named in both forms.
    const genesis = bytesToHex(visionSim.genesis.hash);
    expect(locator.slice(-2)).toEqual([genesis, `0x${genesis}`]);
  });

  it('finds the place of a gateway that has forgotten how it writes its names', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    extend(node, chain, 10);
    const { host } = await follow(node);
    // As after a start with a chain on disk.
    const again = await standInOf();
    again.add(chain.batch, []);
    await reaches(host, node.tip);
    const log = new LogLines();
    const bridge = new VisionBridge({
      urls: [again.url],
      host,
      family: visionSim,
      chain: servedChain(host),
      log: log.log,
    });
    endings.push(() => bridge.close());
    await log.until(1);
    expect(bridge.facts).toMatchObject([{ height: 10 }]);
    expect(again.count('get_headers')).toBe(1);
    expect(again.count('get_blocks')).toBe(0);
  });

  it('answers from genesis on where it finds no hash of the locator', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    const [first = ''] = extend(node, chain, 20);
    node.quirks.ignoresLocator = true;
    const { host } = await follow(node);
    await reaches(host, node.tip);
    expect(await bodyAt(host, first)).toBeDefined();
  });

  it('leaves out blocks without a word, which are asked for again', async () => {
    const node = await standInOf();
    extend(node, new VisionChain(), 20);
    node.quirks.blocksGiven = 3;
    const { host, log } = await follow(node);
    await reaches(host, node.tip);
    expect(await log.until(1)).toEqual(['followed']);
  });

  it('leaves out headers that it would not send, and has their blocks', async () => {
    const node = await standInOf();
    const made = extend(node, new VisionChain(), 20);
    for (const hash of [made[0], made[7], made[8], made[15]]) node.quirks.omitHeaders.add(hash ?? '');
    const { host, log } = await follow(node);
    await reaches(host, node.tip);
    expect(await bodyAt(host, made[8] ?? '')).toBeDefined();
    expect(await log.until(1)).toEqual(['followed']);
  });

  it('is asked for less where it fails with more, and for more again', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    extend(node, chain, 40);
    node.quirks.blocksMax = 2;
    const { host, log } = await follow(node);
    await reaches(host, node.tip);
    expect(await log.until(1)).toEqual(['followed']);
    node.quirks.blocksMax = Number.POSITIVE_INFINITY;
    extend(node, chain, 90);
    await reaches(host, node.tip);
    const sizes = node.asked
      .filter(({ route }) => route === 'get_blocks')
      .map(({ members }) => (members.hashes as string[]).length);
    expect(sizes[0]).toBe(8);
    expect(sizes.slice(1, 3)).toEqual([4, 2]);
    expect(Math.max(...sizes)).toBe(32);
    expect(log.changes).toEqual(['followed']);
  });

  it('gets new blocks whole, and transactions one by one, as it knows no other way', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    extend(node, chain, 2);
    const { host, log } = await follow(node);
    await reaches(host, node.tip);
    await log.until(1);
    expect(await host.sendTransaction(makeTransaction({ sender: 1 }), false)).toHaveProperty('id');
    expect(await host.sendTransaction(makeTransaction({ sender: 2 }), false)).toHaveProperty('id');
    await node.until(() => node.transactions.length === 2);
    const { body, txRoot } = makeBody(3, 4);
    const batch = chain.mine({ count: 1, txRootOf: () => txRoot });
    await host.submit(batch, [body], 'miner');
    await node.until(() => node.tip === bytesToHex(batch.hashes));
    expect(node.count('compact_block')).toBe(0);
    expect(node.count('txs')).toBe(0);
    expect(node.count('inv')).toBe(1);
  });

  it('gets the blocks that it lacks below a new one', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    extend(node, chain, 2);
    const { host, log } = await follow(node);
    await reaches(host, node.tip);
    await log.until(1);
    const bodies = [1, 2, 3].map((seed) => makeBody(100 + seed, 2));
    const batch = chain.mine({
      count: 3,
      txRootOf: (height) => bodies[height - 3]?.txRoot ?? new Uint8Array(32),
    });
    await host.submit(
      batch,
      bodies.map(({ body }) => body),
      'miner',
    );
    await node.until(() => node.tip === bytesToHex(batch.hashes.subarray(64)));
  });

  it('is not sent a block that is larger than such nodes take', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    const { host, log } = await follow(node);
    await log.until(1);
    // 1.3 MB, and 5 MB as JSON.
    const args = new Array<number>(63_000).fill(200);
    const large = Array.from({ length: 20 }, (_, i) => ({ ...transaction, nonce: BigInt(i), args }));
    const root = devnetMerkleRoot(large.map(transactionHash));
    const batch = chain.mine({ count: 1, txRootOf: () => root });
    expect(await host.submit(batch, [encodeVisionBody(large)], 'miner')).toEqual({ accepted: 1 });
    await node.until(() => node.count('inv') === 1);
    // What is told after it comes: a block is told of first.
    await host.sendTransaction(makeTransaction({ sender: 5 }), false);
    await node.until(() => node.transactions.length === 1);
    expect(node.count('block')).toBe(0);
    expect(node.tooLarge).toBe(0);
    expect(log.changes).toEqual(['followed']);
  });

  it('is followed on the rules of the mainnet, whatever its miners are called', async () => {
    const node = await standInOf(smallMainnet);
    const chain = new VisionChain(smallMainnet);
    const timeOf = (height: number): number => genesisTime + 5 * height;
    for (const miner of ['m', 'ä'.repeat(128), 'network_miner']) {
      for (let i = 0; i < 10; i++) node.add(chain.mine({ count: 1, miner, timeOf }), [Uint8Array.of(0)]);
    }
    const { host } = await follow(node, smallMainnet);
    await reaches(host, node.tip);
    expect(host.node.header(20)?.fields).toMatchObject({ miner: 'ä'.repeat(128) });
  });
});

describe('a Vision node that cannot be followed', () => {
  const answers = (route: string, status: number, text = '') => ({
    answer: (asked: string) => (asked === route ? { status, text } : undefined),
  });
  const headersOf = (hash: string) =>
    JSON.stringify({ headers: [{ hash, prev: '00'.repeat(32), height: 9 }] });

  it.each([
    ['refuses a request as incomplete', answers('get_headers', 422), 'VISION_NODE_STATUS'],
    ['refuses the type of a request', answers('get_headers', 415), 'VISION_NODE_STATUS'],
    ['refuses a request as malformed', answers('get_blocks', 400), 'VISION_NODE_STATUS'],
    ['fails with every request', answers('get_blocks', 500), 'VISION_NODE_STATUS'],
    ['sends the gateway elsewhere', answers('get_headers', 308), 'VISION_NODE_REDIRECTED'],
    ['answers no JSON', answers('get_headers', 200, '<html>'), 'VISION_NODE_ANSWER_MALFORMED'],
    ['answers a list', answers('get_headers', 200, '[]'), 'VISION_NODE_ANSWER_MALFORMED'],
    ['answers half of it', answers('get_headers', 200, '{"headers":['), 'VISION_NODE_ANSWER_MALFORMED'],
    ['answers without headers', answers('get_headers', 200, '{}'), 'VISION_NODE_ANSWER_MALFORMED'],
    [
      'answers headers without a name',
      answers('get_headers', 200, '{"headers":[{}]}'),
      'VISION_NODE_ANSWER_MALFORMED',
    ],
    ['answers without blocks', answers('get_blocks', 200, '{}'), 'VISION_NODE_ANSWER_MALFORMED'],
    ['gives no block', answers('get_blocks', 200, '{"blocks":[]}'), 'VISION_NODE_BLOCK_MISSING'],
    [
      'gives a block that is none',
      answers('get_blocks', 200, '{"blocks":[{}]}'),
      'VISION_NODE_BLOCK_MALFORMED',
    ],
    [
      'gives a block that lacks everything',
      answers('get_blocks', 200, `{"blocks":[{"raw":"${malformedBlock}"}]}`),
      'VISION_NODE_BLOCK_MALFORMED',
    ],
    [
      'names what it does not have',
      answers('get_headers', 200, headersOf('ab'.repeat(32))),
      'VISION_NODE_HEADERS_GAP',
    ],
    ['asks for a rest', answers('get_headers', 429), 'VISION_NODE_BUSY'],
  ])('%s', async (_, quirk, code) => {
    const node = await standInOf();
    extend(node, new VisionChain(), 3);
    Object.assign(node.quirks, quirk);
    const { bridge, log } = await follow(node);
    await expect.poll(() => bridge.facts[0]?.lastFault?.code, { interval: 10 }).toBe(code);
    expect(log.changes).toEqual(code === 'VISION_NODE_BUSY' ? [] : [code]);
    expect(bridge.facts[0]?.reachableSince).toBeUndefined();
  });

  it('is followed as soon as it can be', async () => {
    const node = await standInOf();
    extend(node, new VisionChain(), 3);
    Object.assign(node.quirks, answers('get_headers', 500));
    const { bridge, host, log } = await follow(node);
    await log.until(1);
    node.quirks.answer = undefined;
    bridge.announced();
    await reaches(host, node.tip);
    expect(await log.until(2)).toEqual(['VISION_NODE_STATUS', 'followed']);
    expect(bridge.facts).toMatchObject([{ height: 3, faults: 1, lastFault: { code: 'VISION_NODE_STATUS' } }]);
  });

  it('sends the gateway to another address, which is never asked', async () => {
    const [node, other] = [await standInOf(), await standInOf()];
    extend(other, new VisionChain(), 3);
    const headers = { location: `${other.url}/p2p/get_headers` };
    node.quirks.answer = () => ({ status: 307, headers });
    const { log } = await follow(node);
    expect(await log.until(1)).toEqual(['VISION_NODE_REDIRECTED']);
    expect(other.asked).toEqual([]);
  });

  it('answers what takes too much memory to read', async () => {
    const node = await standInOf();
    extend(node, new VisionChain(), 3);
    const text = `{"blocks":[${'[],'.repeat(7_000_000)}[]]}`;
    node.quirks.answer = (route) => (route === 'get_blocks' ? { status: 200, text } : undefined);
    const { host, log, bridge } = await follow(node);
    expect(await log.until(1)).toEqual(['VISION_NODE_ANSWER_MALFORMED']);
    node.quirks.answer = undefined;
    bridge.announced();
    await reaches(host, node.tip);
  });

  it('is on another network', async () => {
    const node = await standInOf(smallMainnet);
    const { log } = await follow(node);
    expect(await log.until(1)).toEqual(['VISION_NODE_OTHER_NETWORK']);
  });

  it('sends the same headers for ever', async () => {
    const node = await standInOf();
    extend(node, new VisionChain(), 5);
    const { host, log } = await follow(node);
    await reaches(host, node.tip);
    await log.until(1);
    // From now on nothing but the first ones, and there is more here.
    const { headers } = await ask(node, 'get_headers', { locator: [], max: 3 });
    node.quirks.answer = (route) =>
      route === 'get_headers' ? { status: 200, text: JSON.stringify({ headers }) } : undefined;
    expect((await log.until(2)).at(-1)).toBe('VISION_NODE_HEADERS_REPEATED');
  });

  it('answers without an end', async () => {
    const node = await standInOf();
    let sent = 0;
    node.quirks.take = (_, response) => {
      const chunk = Buffer.alloc(16_384, ' ');
      const more = (): void => {
        sent += chunk.length;
        if (!response.destroyed) response.write(chunk, () => more());
      };
      more();
      return true;
    };
    const { log } = await follow(node, visionSim, { answerBytesMax: 100_000 });
    expect(await log.until(1)).toEqual(['VISION_NODE_ANSWER_TOO_LARGE']);
    expect(sent).toBeLessThan(100 * 1024 * 1024);
    // It was asked for less and less before that.
    const sizes = node.asked.map(({ members }) => members.max);
    expect(sizes).toEqual([2000, 1000, 500, 250, 125]);
  });

  it('answers more slowly than anybody waits', async () => {
    const node = await standInOf();
    node.quirks.take = (_, response) => {
      response.writeHead(200).write('{"headers":');
      const drip = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(drip));
      return true;
    };
    const { log } = await follow(node, visionSim, { timeoutMs: 60 });
    expect(await log.until(1)).toEqual(['VISION_NODE_TIMEOUT']);
  });

  it('is not there', async () => {
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    await once(nobody, 'close');
    const { log, bridge } = await follow({ url: `http://127.0.0.1:${port}/` });
    expect(await log.until(1)).toEqual(['VISION_NODE_UNREACHABLE']);
    expect(bridge.facts[0]?.lastFault?.detail).toContain('ECONNREFUSED');
  });

  it('has a header that breaks a rule', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    const batch = chain.mine({ count: 3 });
    const bad = batch.records.slice();
    // Of the last one, the height.
    bad[2 * visionSim.recordBytes + 32] = 77;
    const last = bad.slice(2 * visionSim.recordBytes);
    const hashes = Buffer.concat([batch.hashes.subarray(0, 64), visionSim.headerHash(last)]);
    node.add({ ...batch, records: bad, hashes }, []);
    const { log, host } = await follow(node);
    expect(await log.until(1)).toEqual(['VISION_NODE_HEADER_REFUSED']);
    expect(host.node.tip.height).toBe(2);
  });

  it('has transactions that are not those of the header', async () => {
    const node = await standInOf();
    const batch = new VisionChain().mine({ count: 1, txRootOf: () => makeBody(1, 2).txRoot });
    node.add(batch, [makeBody(2, 2).body]);
    const { bridge, host } = await follow(node);
    await reaches(host, node.tip);
    await expect
      .poll(() => bridge.facts[0]?.lastFault?.code, { interval: 10 })
      .toBe('VISION_NODE_BODY_REFUSED');
    expect(await bodyAt(host, node.tip)).toBeUndefined();
  });
});

describe('a branch of a Vision node', () => {
  /** A node with blocks of its own, and a stand-in whose blocks leave them at genesis. */
  async function fork(ours: number, theirs: number) {
    const node = await standInOf();
    extend(node, new VisionChain(), theirs, 'theirs');
    const host = await startVisionHost();
    const mine = new VisionChain();
    const batch = mine.mine({ count: ours, miner: 'ours' });
    await host.submit(batch, [], 'miner');
    const log = new LogLines();
    const chain = servedChain(host);
    const bridge = new VisionBridge({ urls: [node.url], host, family: visionSim, chain, log: log.log });
    endings.push(
      () => host.close(),
      () => bridge.close(),
    );
    return { node, host, bridge, log, mine };
  }

  it('is refused if it has far too little work, and none of it is kept', async () => {
    const { node, host, bridge, log } = await fork(400, 40);
    await expect.poll(() => bridge.facts[0]?.lastFault?.code, { interval: 10 }).toBe('VISION_NODE_LOW_WORK');
    expect(host.node.header(node.tip)).toBeUndefined();
    // It is no lost node: it gets what is new here.
    expect(log.changes).toEqual(['followed']);
  });

  it('is followed if it shows more work in the end, however little its first blocks have', async () => {
    const { node, host, log } = await fork(300, 420);
    await reaches(host, node.tip);
    expect(await log.until(1)).toEqual(['followed']);
  });
});

/** Asks a stand-in as a tool would. */
async function ask(node: VisionNodeStandIn, route: string, members: unknown) {
  const response = await fetch(`${node.url}/p2p/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(members),
  });
  return (await response.json()) as { readonly headers: readonly unknown[] };
}
