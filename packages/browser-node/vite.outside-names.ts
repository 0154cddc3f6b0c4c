/**
 * Names of the worker's script that are read outside of it, or that are data: these must stay as they are. Everything that
 * the sources name like that, for whatever reason, keeps its name too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import { walk, wordsOf } from './vite.script-changes.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const withoutComments = (code: string): string => code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

const readCode = (file: string): string => withoutComments(readFileSync(file, 'utf8'));

/** The page's side of the boundary, and the two sides of that to the hash workers. */
const boundarySources = [
  ...['api', 'boundary', 'channel', 'peers'].flatMap((folder) => sourcesIn(here(`src/${folder}`))),
  here('src/worker/pow-worker.ts'),
  here('src/worker/pow-worker-ports.ts'),
];

/** Types whose members' names are data: a network's id is a hash of its parameters, with their names. */
const namedAsData = ['BitcoinParams', 'VisionParams'];

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => `${folder}/${name}`);
}

/**
 * What engine.io and socket.io write into an address or into JSON, or read from it: they read the same names as properties.
 */
const socketNames = [
  ...['EIO', 'transport', 'sid', 'upgrades', 'pingInterval', 'pingTimeout', 'maxPayload'],
  ...['nsp', 'auth', 'pid', 'offset'],
];

/** Members of the interfaces that a worker or a page has, and its global names. */
function platformNames(scope: 'dom' | 'webworker'): Set<string> {
  const folder = here('../../node_modules/typescript/lib');
  const isOfScope = (name: string): boolean => name.startsWith('lib.es') || name.startsWith(`lib.${scope}.`);
  const files = readdirSync(folder).filter((name) => isOfScope(name) && name.endsWith('.d.ts'));
  const names = new Set(['constructor']);
  for (const file of files)
    walk(parseAst(readFileSync(`${folder}/${file}`, 'utf8'), { lang: 'dts' }), (node) => {
      const isMember = node.type === 'TSPropertySignature' || node.type === 'TSMethodSignature';
      const key = isMember ? node.key : node.type === 'VariableDeclarator' ? node.id : undefined;
      if (key?.type === 'Identifier') names.add(key.name);
    });
  return names;
}

/**
 * Types that a package declares: the words of each one's declaration, by its name. `typeof` and a name stands for a constant
 * whose type is mentioned.
 */
type Declarations = Map<string, Set<string>>;

function declarationsIn(folder: string): Declarations {
  const found: Declarations = new Map();
  for (const file of sourcesIn(here(folder))) {
    const code = readFileSync(file, 'utf8');
    const declare = (
      name: string,
      { start, end }: { readonly start: number; readonly end: number },
    ): void => {
      const text = withoutComments(code.slice(start, end));
      const words = [...(found.get(name) ?? []), ...wordsOf(text), ...(text.match(/typeof \w+/g) ?? [])];
      found.set(name, new Set(words));
    };
    walk(parseAst(code, { lang: 'ts' }), (node) => {
      if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration')
        declare(node.id.name, node);
      else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier')
        declare(`typeof ${node.id.name}`, node);
    });
  }
  return found;
}

/** The words that some words of a package lead to: those of the types that they name, and of the types that those name. */
function closure(words: Iterable<string>, own: Declarations, others: readonly Declarations[]): Set<string> {
  const reached = new Set(words);
  // A set is walked through with what is added meanwhile.
  for (const word of reached) for (const further of own.get(word) ?? []) reached.add(further);
  for (const other of others) {
    const imported = [...reached].filter((word) => other.has(word) && !own.has(word));
    for (const word of closure(imported, other, [])) reached.add(word);
  }
  return reached;
}

/** Names of what crosses the boundary between page and worker, either way, or is data. */
function boundaryNames(): Set<string> {
  const words = boundarySources.flatMap((file) => wordsOf(readCode(file)));
  const core = ['../protocol/src', '../pow/src'].map(declarationsIn);
  return closure([...words, ...namedAsData], declarationsIn('src'), core);
}

/**
 * Names that are read outside of the worker's script.
 *
 * @param libraries  files of the script's libraries, none of whose names is changed
 */
export function namesOutsideWorker(libraries: readonly string[]): Set<string> {
  const known = libraries.flatMap((file) => wordsOf(readCode(file)));
  return new Set([...platformNames('webworker'), ...known, ...boundaryNames()]);
}

/**
 * Names that are read outside of the page's script: those of its own interface among them, and of signaling.
 *
 * @param libraries  files of the libraries that talk to their like elsewhere, none of whose names is changed
 */
export function namesOutsidePage(libraries: readonly string[]): Set<string> {
  const files = [...libraries, ...sourcesIn(here('../signaling/src'))];
  const known = files.flatMap((file) => wordsOf(readCode(file)));
  return new Set([...platformNames('dom'), ...known, ...socketNames, ...boundaryNames()]);
}
