/** To read a script as a tree, and to change places of its text. A change whose place is not there ends the build. */
import type { ESTree } from 'rolldown/utils';

/** A place in a script, and what comes there instead. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** The script with all changes, none of which overlaps another. */
export function applied(code: string, changes: readonly Change[]): string {
  const parts: string[] = [];
  let position = 0;
  for (const { start, end, by } of changes.toSorted((a, b) => a.start - b.start)) {
    parts.push(code.slice(position, start), by);
    position = end;
  }
  return parts.join('') + code.slice(position);
}

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

/**
 * Cuts methods out of a class of a module, and empties others.
 *
 * @throws if one of them is not there
 */
export function withoutMethods(
  program: ESTree.Program,
  code: string,
  className: string,
  cut: readonly string[],
  emptied: readonly string[] = [],
): string {
  const [members = []] = program.body.flatMap((statement) => {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    return declared?.type === 'ClassDeclaration' && declared.id?.name === className
      ? [declared.body.body]
      : [];
  });
  const found = [...cut, ...emptied].map((name) => {
    const method = members.find(
      (each) => each.type === 'MethodDefinition' && each.key.type === 'Identifier' && each.key.name === name,
    );
    if (method === undefined) throw new Error(`${className} has no method ${name}`);
    return { start: method.start, end: method.end, rest: cut.includes(name) ? '' : `${name}() {}` };
  });
  return found
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, rest }) => text.slice(0, start) + rest + text.slice(end), code);
}

/** @throws if `part` is not in the code */
export function replaced(code: string, part: string, by: string): string {
  if (!code.includes(part)) throw new Error(`not in the library any more: ${part}`);
  return code.replace(part, () => by);
}

/** @throws if one of the two is not in the code, or `to` not after `from` */
export function cutFrom(code: string, from: string, to: string): string {
  const start = code.indexOf(from);
  const end = code.indexOf(to, start);
  if (start < 0 || end < 0) throw new Error(`not in the library any more: ${from} … ${to}`);
  return code.slice(0, start) + code.slice(end);
}
