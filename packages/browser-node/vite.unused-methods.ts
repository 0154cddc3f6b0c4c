/**
 * Cuts the methods out of the worker's classes that nothing in its script names. Other users of the core have them: the
 * gateway, the simulator, the tests. A bundler leaves them, since it cannot know who else names a method.
 */
import { parseAst } from 'rolldown/parseAst';
import type { ESTree } from 'rolldown/utils';
import { applied, walk } from './vite.script-changes.js';

/** @param outside  names that are read outside of the script */
export function cutUnusedMethods(code: string, outside: ReadonlySet<string>): string {
  const methods: (ESTree.MethodDefinition & { readonly key: ESTree.IdentifierName })[] = [];
  const counts = new Map<string, number>();
  walk(parseAst(code), (node) => {
    if (node.type === 'Identifier') counts.set(node.name, (counts.get(node.name) ?? 0) + 1);
    else if (node.type === 'Literal' && typeof node.value === 'string') counts.set(node.value, 2);
    else if (node.type === 'MethodDefinition' && !node.computed && node.key.type === 'Identifier')
      methods.push({ ...node, key: node.key });
  });
  const unused = methods.filter(({ key: { name } }) => counts.get(name) === 1 && !outside.has(name));
  if (unused.length === 0) return code;
  // What only these named is not named any more.
  return cutUnusedMethods(
    applied(
      code,
      unused.map(({ start, end }) => ({ start, end, by: '' })),
    ),
    outside,
  );
}
