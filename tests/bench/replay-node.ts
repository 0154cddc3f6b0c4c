/**
 * A full node that has nothing but the headers of a file, in a process of its own. It says where it listens in one line of
 * JSON, and has no more than genesis until a line comes in.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { ModelNode, modelChain } from '../full-node/model-node.js';
import { serveNode } from '../full-node/model-node-server.js';
import { magic } from '../sim/regtest-chain.js';

/** Begins. @param args  path of the file: 80 bytes each, genesis first */
export async function main([file = '']: readonly string[]): Promise<void> {
  const headers = new Uint8Array(readFileSync(file));
  const chain = modelChain(headers);
  const node = new ModelNode({ magic, headers: headers.subarray(0, 80) });
  const { place } = await serveNode(node);
  console.log(JSON.stringify({ place }));
  createInterface({ input: process.stdin }).once('line', () => node.follow(chain));
}
