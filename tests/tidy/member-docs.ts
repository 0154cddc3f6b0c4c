/** Finds properties and methods of what a package exports that do not say what they are. */
import path from 'node:path';
import ts from 'typescript';
import { placeOf, root } from './repository-files.js';

/** Members of the interfaces and classes that modules export, those that they inherit included. */
export function findMembers(
  program: ts.Program,
  files: readonly string[],
): { all: string[]; undocumented: string[] } {
  const checker = program.getTypeChecker();
  const all = new Set<string>();
  const undocumented = new Set<string>();
  for (const file of files) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${file} exports nothing`);
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if ((symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) === 0) continue;
      for (const member of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
        const [declaration] = member.declarations ?? [];
        if (declaration === undefined || !isOurs(declaration)) continue;
        if (isPrivate(declaration)) continue;
        const name = `${placeOf(declaration)} ${symbol.name}.${member.name}`;
        all.add(name);
        const isDocumented =
          member.getDocumentationComment(checker).length > 0 || member.getJsDocTags(checker).length > 0;
        if (!isDocumented) undocumented.add(name);
      }
    }
  }
  return { all: [...all], undocumented: [...undocumented] };
}

function isPrivate(declaration: ts.Declaration): boolean {
  const name = ts.getNameOfDeclaration(declaration);
  return name !== undefined && ts.isPrivateIdentifier(name);
}

function isOurs(declaration: ts.Declaration): boolean {
  const place = path.relative(root, declaration.getSourceFile().fileName);
  return place.startsWith('packages/');
}
