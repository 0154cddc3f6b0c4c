/** Finds where code says a type that the compiler does not see: `x as T` and `x!`. */
import ts from 'typescript';
import { placeOf } from './repository-files.js';

/** Places of all casts in a file; `as const` is none, and `satisfies` neither. */
export function findCasts(file: ts.SourceFile): string[] {
  const places: string[] = [];
  const visit = (node: ts.Node): void => {
    const isCast =
      (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) ||
      (ts.isTypeAssertionExpression(node) && !ts.isConstTypeReference(node.type)) ||
      ts.isNonNullExpression(node);
    if (isCast) places.push(placeOf(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return places;
}
