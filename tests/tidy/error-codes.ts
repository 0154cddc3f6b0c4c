/** Finds the tables of error codes. */
import ts from 'typescript';
import { isExported } from './repository-files.js';

const isCode = (name: string): boolean => /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(name);

function objectOf(expression: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  if (expression === undefined) return undefined;
  if (ts.isObjectLiteralExpression(expression)) return expression;
  if (ts.isAsExpression(expression) || ts.isSatisfiesExpression(expression))
    return objectOf(expression.expression);
  if (ts.isCallExpression(expression)) return objectOf(expression.arguments[0]);
  return undefined;
}

/** The codes of every exported constant whose keys are all codes: upper snake, prefixed by area. */
export function findErrorCodes(file: ts.SourceFile): string[] {
  return file.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement) || !isExported(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ initializer }) => {
      const keys = (objectOf(initializer)?.properties ?? []).flatMap(({ name }) =>
        name ? [name.getText()] : [],
      );
      return keys.every(isCode) ? keys : [];
    });
  });
}
