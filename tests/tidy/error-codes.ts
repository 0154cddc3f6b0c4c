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

/** Functions that check, or that wait for nothing else: in what is given to them, a code is demanded. */
const demands = /^(expect|assert|errorOf$)/;

/** What a chain of calls and members begins with, unless it is negated on the way. */
function beginningOf(chain: ts.Expression): string {
  let link = chain;
  while (ts.isCallExpression(link) || ts.isPropertyAccessExpression(link)) {
    if (ts.isPropertyAccessExpression(link) && link.name.text === 'not') return '';
    link = link.expression;
  }
  return link.getText();
}

/** What a `for` loop or `.each` goes through, if the node is such a place. */
function rowsOf(node: ts.Node): ts.Node | undefined {
  if (ts.isForOfStatement(node)) return node.expression;
  const isEach =
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    node.expression.name.text === 'each';
  return isEach ? node.arguments[0] : undefined;
}

/** Every constant that a `for` loop or `.each` goes through. */
function tableNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const note = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, note);
  };
  const visit = (node: ts.Node): void => {
    const rows = rowsOf(node);
    if (rows !== undefined) note(rows);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

/**
 * The codes that a test demands: literals given to `expect…`, to what is chained to it without a `not`, to `assert…` or
 * `errorOf`, and those in a case table. A title, a comment or an input demands nothing.
 */
export function findTestedCodes(file: ts.SourceFile): string[] {
  const tables = tableNames(file);
  const isDemanded = (literal: ts.Node): boolean => {
    for (let node = literal; !ts.isBlock(node) && !ts.isSourceFile(node); node = node.parent) {
      const { parent } = node;
      if (rowsOf(parent) === node) return true;
      if (ts.isVariableDeclaration(parent))
        return parent.initializer === node && tables.has(parent.name.getText());
      const isArgument = ts.isCallExpression(parent) && parent.expression !== node;
      if (isArgument && demands.test(beginningOf(parent.expression))) return true;
    }
    return false;
  };
  const codes: string[] = [];
  const visit = (node: ts.Node): void => {
    const isLiteral =
      ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isRegularExpressionLiteral(node);
    if (isLiteral && isDemanded(node))
      codes.push(...(node.getText().match(/\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/g) ?? []));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return codes;
}
