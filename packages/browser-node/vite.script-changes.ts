/** To read a script as a tree, and to change places of its text. */
import type { ESTree } from 'rolldown/utils';

/** A place in a script, and what comes there instead. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** The script with all changes, none of which overlaps another. */
export const applied = (code: string, changes: readonly Change[]): string =>
  changes
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, by }) => text.slice(0, start) + by + text.slice(end), code);

/** Whether a part of a tree is a node of it. */
export const isNode = (value: unknown): value is ESTree.Node =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value;

/** Visits each node of a tree, parents first. */
export function walk(value: unknown, visit: (node: ESTree.Node) => void): void {
  if (Array.isArray(value)) for (const each of value) walk(each, visit);
  else if (isNode(value)) {
    visit(value);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

/** Words of a text that can be names. */
export const wordsOf = (text: string): string[] => text.match(/[\w$]+/g) ?? [];
