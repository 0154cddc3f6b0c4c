/**
 * Lays out a reorganisation or a tie as a small tree: one column for each height, one row for each branch. The first row is the
 * branch that is followed since. A long branch is cut in its middle.
 */
import type { Tip } from '@vision-light/browser-node';
import type { ForkEvent } from './fork-history.js';

/** Blocks of a branch that are drawn: of a longer one the first and the last. Arbitrary: what fits on a phone. */
const DRAWN_MAX = 5;

/** A block in the tree. */
export interface TreeNode {
  readonly column: number;
  readonly row: number;
  readonly hash: string;
  readonly height: number;
  readonly state: 'shared' | 'followed' | 'left' | 'tied';
}

/** A line from one block to the next of its branch. `isCut`: blocks between the two are not drawn. */
export interface TreeLine {
  readonly from: TreeNode;
  readonly to: TreeNode;
  readonly isCut: boolean;
}

/** A drawing. */
export interface ForkTree {
  readonly nodes: readonly TreeNode[];
  readonly lines: readonly TreeLine[];
  readonly columns: number;
  readonly rows: number;
}

/** @returns undefined for an event that has no branches to draw */
export function layOutFork(event: ForkEvent): ForkTree | undefined {
  if (event.kind === 'withheld') return undefined;
  if (event.kind === 'competing') {
    const tips = event.tips.map((tip, row): TreeNode => node(tip, 1, row, row === 0 ? 'followed' : 'tied'));
    const [first] = event.tips;
    if (first === undefined) return undefined;
    // Where they part is not reported: what they have in common is drawn as one block below them.
    const root: TreeNode = { column: 0, row: 0, hash: '', height: first.height - 1, state: 'shared' };
    const lines = tips.map((to) => ({ from: root, to, isCut: true }));
    return { nodes: [root, ...tips], lines, columns: 2, rows: tips.length };
  }
  const root = node(event.ancestor, 0, 0, 'shared');
  const nodes: TreeNode[] = [root];
  const lines: TreeLine[] = [];
  let columns = 1;
  for (const [row, [branch, state]] of (
    [
      [event.joined, 'followed'],
      [event.left, 'left'],
    ] as const
  ).entries()) {
    let from = root;
    for (const [index, tip] of drawnOf(branch.tips).entries()) {
      const to = node(tip, index + 1, row, state);
      lines.push({ from, to, isCut: to.height > from.height + 1 });
      nodes.push(to);
      columns = Math.max(columns, index + 2);
      from = to;
    }
  }
  return { nodes, lines, columns, rows: 2 };
}

function drawnOf(branch: readonly Tip[]): readonly Tip[] {
  return branch.length <= DRAWN_MAX ? branch : [...branch.slice(0, 2), ...branch.slice(2 - DRAWN_MAX)];
}

function node({ hash, height }: Tip, column: number, row: number, state: TreeNode['state']): TreeNode {
  return { column, row, hash, height, state };
}
