import path from 'node:path';
import { Visitor } from 'rolldown/utils';
import type { Plugin } from 'vite';

/** The functions of the protocol's `assert.ts`, whose second argument says why an invariant holds. */
const checks = new Set(['assert', 'defined']);

/**
 * Invariants say why they hold, for whoever reads the source. A page says the name of the module instead: a broken invariant
 * is a mistake of this program, the console has the stack, and the application only hears that the node is broken.
 */
export function shortReasons(): Plugin {
  let count = 0;
  return {
    name: 'vision-light-short-reasons',
    enforce: 'post',
    transform(code, id) {
      if (id.includes('/node_modules/') || !id.endsWith('.ts')) return undefined;
      const reasons: { readonly start: number; readonly end: number }[] = [];
      new Visitor({
        CallExpression({ callee, arguments: [, reason] }) {
          if (callee.type === 'Identifier' && checks.has(callee.name) && reason !== undefined)
            reasons.push(reason);
        },
      }).visit(this.parse(code));
      count += reasons.length;
      const by = JSON.stringify(path.basename(id, '.ts'));
      return reasons
        .toSorted((a, b) => b.start - a.start)
        .reduce((text, { start, end }) => text.slice(0, start) + by + text.slice(end), code);
    },
    buildEnd(error) {
      if (error === undefined && count === 0) throw new Error('no invariant of the sources has a reason');
    },
  };
}
