/** A checkpoint of a chain that is in a tree from genesis on, as a node opens it. */
import {
  type HeaderTree,
  hashLeaf,
  makeCheckpoint,
  type OpenCheckpoint,
  openCheckpoint,
  RootBuilder,
} from '@vision-light/protocol';

/** The checkpoint at a height. */
export function checkpointOf(tree: HeaderTree, height: number): OpenCheckpoint {
  const { family } = tree;
  const builder = new RootBuilder();
  for (let at = 0; at <= height; at++)
    builder.append(hashLeaf(family.headerBytes(tree.record(tree.at(at) as number))));
  return openCheckpoint(family, makeCheckpoint(family, 'vision-devnet', tree.baseAt(height), builder.root()));
}
