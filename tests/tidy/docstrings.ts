/** Finds exports that do not say what they are for. */
import ts from 'typescript';
import { isExported, placeOf } from './repository-files.js';

function hasDoc(node: ts.Node): boolean {
  return ts
    .getJSDocCommentsAndTags(node)
    .some((comment) => ts.isJSDoc(comment) && comment.getText().length > '/** */'.length);
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  return 'name' in statement && statement.name !== undefined ? [(statement.name as ts.Identifier).text] : [];
}

/** Names that `export { a, b as c }` lists, of those declared in the file itself. */
function listedNames(file: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier !== undefined) continue;
    if (statement.exportClause === undefined || !ts.isNamedExports(statement.exportClause)) continue;
    for (const element of statement.exportClause.elements)
      names.add((element.propertyName ?? element.name).text);
  }
  return names;
}

/** What a file exports, and which of it has no docstring. One of several overloads suffices. */
export function findExports(file: ts.SourceFile): { all: string[]; undocumented: string[] } {
  const listed = listedNames(file);
  const documented = new Map<string, boolean>();
  const places = new Map<string, string>();
  for (const statement of file.statements) {
    for (const name of namesOf(statement)) {
      if (!isExported(statement) && !listed.has(name)) continue;
      documented.set(name, hasDoc(statement) || documented.get(name) === true);
      if (!places.has(name)) places.set(name, `${placeOf(statement)} ${name}`);
    }
  }
  const all = [...documented.keys()];
  return {
    all,
    undocumented: all.filter((name) => !documented.get(name)).map((name) => places.get(name) as string),
  };
}
