/**
 * Writes dist/index.d.ts: the declarations of everything that src/index.ts exports, and of everything they mention, in
 * one file that imports nothing. So the packed package can be used where the workspace's other packages are not.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const target = path.join(packageFolder, 'dist/index.d.ts');

const config = ts.getParsedCommandLineOfConfigFile(
  path.join(packageFolder, 'tsconfig.json'),
  {},
  { ...ts.sys, onUnRecoverableConfigFileDiagnostic: fail },
);
const options = {
  ...config.options,
  composite: false,
  incremental: false,
  tsBuildInfoFile: undefined,
  rootDir: path.join(packageFolder, '..'),
  outDir: '/declarations',
  // Not through node_modules: what is found there counts as foreign and is not emitted.
  paths: {
    '@vision-light/signaling/client': [path.join(packageFolder, '../signaling/src/client/index.ts')],
    '@vision-light/*': [path.join(packageFolder, '../*/src/index.ts')],
  },
};

/** Declarations of the sources of all packages, by path; nothing is written to disk. */
function emitDeclarations() {
  const rootNames = [
    path.join(packageFolder, 'src/index.ts'),
    path.join(packageFolder, 'src/ambient-modules.d.ts'),
  ];
  const program = ts.createProgram({ rootNames, options });
  const files = new Map();
  const { diagnostics } = program.emit(undefined, (name, text) => files.set(name, text), undefined, true);
  report(diagnostics);
  return files;
}

/** A program of the declarations alone, in which imports of `@vision-light/*` lead to one another. */
function createDeclarationProgram(files) {
  const own = { ...options, noEmit: true, emitDeclarationOnly: false, declaration: false, types: [] };
  const host = ts.createCompilerHost(own);
  const { readFile, fileExists, getSourceFile, directoryExists } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.directoryExists = (name) => name.startsWith('/declarations') || directoryExists(name);
  host.getSourceFile = (name, language) =>
    files.has(name)
      ? ts.createSourceFile(name, files.get(name), language, true)
      : getSourceFile(name, language);
  host.resolveModuleNameLiterals = (literals, containingFile) =>
    literals.map(({ text }) => {
      const workspace = /^@vision-light\/([a-z-]+)$/.exec(text);
      const name = workspace
        ? `/declarations/${workspace[1]}/src/index.d.ts`
        : path.join(path.dirname(containingFile), text).replace(/\.js$/, '.d.ts');
      const resolvedModule = files.has(name) ? { resolvedFileName: name, extension: '.d.ts' } : undefined;
      return { resolvedModule };
    });
  return ts.createProgram({ rootNames: ['/declarations/browser-node/src/index.d.ts'], options: own, host });
}

const program = createDeclarationProgram(emitDeclarations());
const checker = program.getTypeChecker();
const entry = program.getSourceFile('/declarations/browser-node/src/index.d.ts');
const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(entry)).map(original);
/** Declarations to print, by symbol, in the order in which they are met. */
const found = new Map();

function original(symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** Notes a declaration and all that it mentions. */
function visit(symbol) {
  if (found.has(symbol)) return;
  const declarations = (symbol.declarations ?? [])
    .filter((each) => each.getSourceFile().fileName.startsWith('/declarations/'))
    .map((each) => (ts.isVariableDeclaration(each) ? each.parent.parent : each))
    .filter((each) => ts.isSourceFile(each.parent));
  if (declarations.length === 0) return;
  found.set(symbol, declarations);
  const walk = (node) => {
    if (ts.isImportTypeNode(node)) fail(`${symbol.name} mentions ${node.getText()}`);
    if (ts.isIdentifier(node)) {
      const mentioned = checker.getSymbolAtLocation(node);
      if (mentioned !== undefined) visit(original(mentioned));
    }
    ts.forEachChild(node, walk);
  };
  for (const declaration of declarations) if (!isKeyof(declaration)) walk(declaration);
}

/** `keyof typeof table` is printed as the keys: the table may be private, and mention the whole protocol. */
function isKeyof(declaration) {
  return ts.isTypeAliasDeclaration(declaration) && ts.isTypeOperatorNode(declaration.type);
}

function keysOf(declaration) {
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  return checker.typeToString(checker.getTypeFromTypeNode(declaration.type), declaration, flags);
}

for (const symbol of exported) visit(symbol);

const names = new Map();
for (const symbol of found.keys()) {
  if (names.has(symbol.name)) fail(`two declarations are called ${symbol.name}`);
  names.set(symbol.name, symbol);
}
const texts = [...found].map(([symbol, declarations]) =>
  declarations.map((declaration) => print(declaration, exported.includes(symbol))).join('\n'),
);
// An empty export, so that what is not exported stays private.
write(target, `${texts.join('\n')}\nexport {};\n`);

function print(declaration, isExported) {
  // The last one: the one before it, if any, is about the file.
  const comment = declaration.jsDoc?.at(-1)?.getText();
  const prefix = `${comment === undefined ? '' : `${comment}\n`}${isExported ? 'export ' : ''}`;
  if (isKeyof(declaration)) return `${prefix}type ${declaration.name.text} = ${keysOf(declaration)};`;
  const bare = declaration
    .getText()
    .replace(/^export (default )?/, '')
    .replace(/^declare /, '');
  const isType = ts.isInterfaceDeclaration(declaration) || ts.isTypeAliasDeclaration(declaration);
  return `${prefix}${isType ? '' : 'declare '}${bare}`;
}

function write(file, text) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  // What was written must stand by itself, under the strictest reading.
  const strict = {
    strict: true,
    noEmit: true,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: [],
    skipLibCheck: false,
  };
  report(ts.getPreEmitDiagnostics(ts.createProgram({ rootNames: [file], options: strict })));
}

function report(diagnostics) {
  if (diagnostics.length === 0) return;
  fail(
    ts.formatDiagnostics(diagnostics, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => packageFolder,
      getNewLine: () => '\n',
    }),
  );
}

function fail(message) {
  console.error(`bundle-types: ${typeof message === 'string' ? message : message.messageText}`);
  process.exit(1);
}
