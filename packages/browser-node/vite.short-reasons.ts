import path from 'node:path';
import { Visitor } from 'rolldown/utils';
import type { Plugin } from 'vite';
import { applied, type Change } from './vite.script-changes.js';

/** The functions of the protocol's `assert.ts`, whose second argument says why an invariant holds. */
const checks = new Set(['assert', 'defined']);

/**
 * Invariants say why they hold, for whoever reads the source. A page says the name of the module instead: a broken invariant
 * is a mistake of this program, the console has the stack, and the application only hears that the node is broken.
 *
 * @param unread  functions whose second and last argument nobody reads: it is cut
 */
export function shortReasons(unread: readonly string[] = []): Plugin {
  let count = 0;
  return {
    name: 'vision-light-short-reasons',
    enforce: 'post',
    transform(code, id) {
      if (id.includes('/node_modules/') || !id.endsWith('.ts')) return undefined;
      const by = JSON.stringify(path.basename(id, '.ts'));
      const changes: Change[] = [];
      new Visitor({
        CallExpression({ callee, arguments: [first, second] }) {
          if (callee.type !== 'Identifier' || first === undefined || second === undefined) return;
          if (checks.has(callee.name)) changes.push({ start: second.start, end: second.end, by });
          else if (unread.includes(callee.name)) changes.push({ start: first.end, end: second.end, by: '' });
        },
      }).visit(this.parse(code));
      count += changes.length;
      return applied(code, changes);
    },
    buildEnd(error) {
      if (error === undefined && count === 0) throw new Error('no invariant of the sources has a reason');
    },
  };
}
