/**
 * A proof that a page makes is verified in Node, by the command and without the page. The page keeps no bodies, so a gateway
 * with an index has to say where the transaction is.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { createLightNode, TxProof } from '@vision-light/browser-node';
import { encodeTxProof } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

type LightNodeHandle = Awaited<ReturnType<typeof createLightNode>>;

const HISTORY = 40;
const stage = new Stage();
const { servers } = stage;
const command = fileURLToPath(
  new URL('../../packages/protocol/bin/vision-light-verify.mjs', import.meta.url),
);

/** Exit code and output of the command. */
async function verify(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [command, ...args]);
    return { code: 0, text: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, text: stdout };
  }
}

it('a page proves a transaction with the help of an index, and the command verifies it in Node', async () => {
  const network = smallNetwork('vision-e2e-proofs');
  const signal = [(await servers.signal()).url];
  const gateway = await servers.gateway({ network, signal, history: HISTORY, txIndex: true });
  await reaches(gateway, HISTORY);
  const config = { network, signal, options: "storage: 'memory', followedBlocks: 0" };
  const pages = await serveLibrary(config, { now: await buildLibrary() });
  servers.defer(() => pages.close());
  const visitor = await Visitor.open(stage.browser, `${pages.url}/now/`);
  await visitor.reaches(HISTORY);

  const made = await visitor.page.evaluate(async (from) => {
    const { lightNode: node } = globalThis as unknown as { lightNode: LightNodeHandle };
    // The miner puts transactions into some of its blocks.
    for await (const tip of node.tips()) {
      const block = tip.height < from ? undefined : await node.block(tip.hash);
      const txid = block?.transactions.at(-1)?.id;
      if (txid === undefined) continue;
      const proof = await node.proveTx(txid);
      const anchor = await node.header(proof.anchor);
      const unknown = await node.proveTx('ab'.repeat(32)).catch(({ code }) => code);
      const early = await node.proveTx(txid, { confirmations: 1000 }).catch(({ code }) => code);
      return { txid, height: tip.height, proof, hash: anchor?.hash, unknown, early };
    }
    return undefined;
  }, HISTORY);
  if (made?.hash === undefined) throw new Error('no block had a transaction');
  const { txid, height, unknown, early } = made;
  const proof: TxProof = made.proof;
  expect({ unknown, early }).toEqual({ unknown: 'PROOF_TX_NOT_FOUND', early: 'PROOF_UNCONFIRMED' });
  expect(proof).toMatchObject({ txid, height, tie: 'links', network });
  await visitor.page.evaluate(() =>
    (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode.close(),
  );

  const folder = await servers.folder();
  const file = (name: string): string => path.join(folder, name);
  await writeFile(file('network.json'), JSON.stringify(network));
  await writeFile(file('proof.json'), JSON.stringify(proof));
  const bytes = encodeTxProof(proof);
  await writeFile(file('proof.bin'), bytes);
  await writeFile(file('false.bin'), bytes.with(60, (bytes[60] ?? 0) ^ 1));
  const anchor = ['--network', file('network.json'), '--height', `${proof.anchor}`, '--hash', made.hash];
  for (const name of ['proof.json', 'proof.bin']) {
    const { code, text } = await verify(file(name), ...anchor, '--json');
    expect(JSON.parse(text)).toMatchObject({
      ok: true,
      txid,
      height,
      confirmations: proof.anchor - height + 1,
    });
    expect(code).toBe(0);
  }
  expect((await verify(file('proof.bin'), ...anchor)).text).toContain('The proof holds.');
  expect((await verify(file('false.bin'), ...anchor)).code).toBe(1);
  expect((await verify(file('proof.bin'))).code).toBe(2);
});
