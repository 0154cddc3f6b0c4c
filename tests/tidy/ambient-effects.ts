/** Finds what a pure core must not touch: clocks, chance, timers, output, promises, the platform. */
import ts from 'typescript';
import { placeOf } from './repository-files.js';

/** Globals that reach outside, or that answer differently when asked again. */
const ambientNames = new Set([
  ...[
    'Date',
    'performance',
    'crypto',
    'console',
    'process',
    'fetch',
    'navigator',
    'window',
    'document',
    'self',
  ],
  ...['globalThis', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame'],
  ...['localStorage', 'sessionStorage', 'indexedDB', 'WebSocket', 'XMLHttpRequest', 'Worker', 'Intl'],
]);

/** A name that stands for itself, rather than for a property, a parameter or a key. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent))
    return parent.getChildAt(0) === node;
  const isDeclaredName =
    'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent);
  return !isDeclaredName;
}

function faultOf(node: ts.Node, mayPromise: boolean): string | undefined {
  if (ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AwaitKeyword) return 'await';
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (ts.isStringLiteral(node) && node.text.startsWith('node:')) return `'${node.text}'`;
  if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent)) return 'import()';
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random';
  if (!ts.isIdentifier(node) || !isReference(node)) return undefined;
  if (ambientNames.has(node.text)) return node.text;
  return node.text === 'Promise' && !mayPromise ? 'Promise' : undefined;
}

/**
 * @param mayPromise  whether promises may be named: the interfaces that a platform implements are asynchronous
 * @returns `file:line what` for each finding
 */
export function findAmbientEffects(file: ts.SourceFile, mayPromise: boolean): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const fault = faultOf(node, mayPromise);
    if (fault !== undefined) found.push(`${placeOf(node)} ${fault}`);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
