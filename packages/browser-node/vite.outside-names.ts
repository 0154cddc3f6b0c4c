/**
 * Names of the worker's script that are read outside of it, or that are data: these must stay as they are. Everything that
 * the sources name like that, for whatever reason, keeps its name too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import type { ESTree } from 'rolldown/utils';
import { walk, wordsOf } from './vite.script-changes.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const withoutComments = (code: string): string => code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

const readCode = (file: string): string => withoutComments(readFileSync(file, 'utf8'));

/** The page's side of the boundary, what tabs say to one another, and the two sides of the boundary to the hash workers. */
const boundarySources = [
  ...['api', 'boundary', 'channel', 'peers'].flatMap((folder) => sourcesIn(here(`src/${folder}`))),
  here('src/tabs/tab-messages.ts'),
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

/** What the worker takes of `ed25519.js`, which is a script of its own (src/worker/ed25519-fallback.ts). */
const fallbackNames = ['getPublicKey', 'sign', 'verify'];

/** What reads many files, and is asked of each script. */
function once<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}

/** Members of the interfaces that a worker or a page has, and its global names. */
const platformNames = once((scope: 'dom' | 'webworker'): ReadonlySet<string> => {
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
});

/**
 * Names in a part of a source: those of properties and of types, and strings, which may be keys. A variable's or a parameter's name
 * is none, for nobody else reads it. `typeof` and a name stands for a constant whose type is mentioned.
 */
function namesIn(part: unknown): Set<string> {
  const names = new Set<string>();
  const take = (node: ESTree.Node | null | undefined): void => {
    if (node?.type === 'Identifier') names.add(node.name);
  };
  walk(part, (node) => {
    if (node.type === 'MemberExpression') take(node.property);
    else if ('key' in node) take(node.key);
    else if (node.type === 'TSParameterProperty') take(node.parameter);
    else if (node.type === 'TSTypeReference') take(node.typeName);
    else if (node.type === 'TSInterfaceHeritage') take(node.expression);
    else if (node.type === 'TSTypeQuery' && node.exprName.type === 'Identifier')
      names.add(`typeof ${node.exprName.name}`);
    else if (node.type === 'Literal') names.add(String(node.value));
  });
  return names;
}

const namesOf = (files: readonly string[]): string[] =>
  files.flatMap((file) => [...namesIn(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }))]);

/** Types and constants that a package declares: the names in each one's declaration, by its own, as {@link namesIn} has it. */
type Declarations = Map<string, Set<string>>;

function declarationsIn(folder: string): Declarations {
  const found: Declarations = new Map();
  const declare = (name: string, node: ESTree.Node): void => {
    found.set(name, new Set([...(found.get(name) ?? []), ...namesIn(node)]));
  };
  for (const file of sourcesIn(here(folder)))
    walk(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }), (node) => {
      if (node.type === 'TSInterfaceDeclaration' || node.type === 'TSTypeAliasDeclaration')
        declare(node.id.name, node);
      else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier')
        declare(`typeof ${node.id.name}`, node);
    });
  return found;
}

/** The names that some names of a package lead to: those in the types that they name, and in the types that those name. */
function closure(names: Iterable<string>, own: Declarations, others: readonly Declarations[]): Set<string> {
  const reached = new Set(names);
  // A set is walked through with what is added meanwhile.
  for (const name of reached) for (const further of own.get(name) ?? []) reached.add(further);
  for (const other of others) {
    const imported = [...reached].filter((name) => other.has(name) && !own.has(name));
    for (const name of closure(imported, other, [])) reached.add(name);
  }
  return reached;
}

/** Names of what crosses the boundary between page and worker, either way, or is data. */
const boundaryNames = once((_: undefined): ReadonlySet<string> => {
  const core = ['../protocol/src', '../pow/src'].map(declarationsIn);
  return closure([...namesOf(boundarySources), ...namedAsData], declarationsIn('src'), core);
});

/** Names of a header's, a body's and a transaction's own fields: an application reads them, and no type has them. */
const fieldNames = once((_: undefined): ReadonlySet<string> => {
  const names = new Set<string>();
  for (const file of sourcesIn(here('../protocol/src/families')))
    walk(parseAst(readFileSync(file, 'utf8'), { lang: 'ts' }), (node) => {
      if (node.type !== 'Property' || node.key.type !== 'Identifier' || node.key.name !== 'fields') return;
      for (const name of namesIn(node.value)) names.add(name);
    });
  return names;
});

/**
 * Names that are read outside of the worker's script.
 *
 * @param libraries  files of the script's libraries, none of whose names is changed
 */
export function namesOutsideWorker(libraries: readonly string[]): Set<string> {
  const known = libraries.flatMap((file) => wordsOf(readCode(file)));
  return new Set([
    ...platformNames('webworker'),
    ...known,
    ...fallbackNames,
    ...fieldNames(undefined),
    ...boundaryNames(undefined),
  ]);
}

/**
 * Names that are read outside of the page's script: those of its own interface among them, of signaling, and of what joins
 * pages by hand, which is a script of its own (src/peers/by-hand.ts) and uses the page's links.
 *
 * @param libraries  files of the libraries that talk to their like elsewhere, none of whose names is changed
 */
export function namesOutsidePage(libraries: readonly string[]): Set<string> {
  const known = libraries.flatMap((file) => wordsOf(readCode(file)));
  const signaling = namesOf(sourcesIn(here('../signaling/src')));
  const byHand = namesOf(sourcesIn(here('../peering/src/by-hand')));
  return new Set([
    ...platformNames('dom'),
    ...known,
    ...signaling,
    ...byHand,
    ...socketNames,
    ...boundaryNames(undefined),
  ]);
}

/** Types that the verifier of proofs takes, gives, or reads as JSON. */
const verifierTypes = [
  'TxProof',
  'Checkpoint',
  'KnownHeader',
  'VerifyOptions',
  'VerifyResult',
  'VisionXKernel',
];

/** Names that are read outside of the script that verifies proofs (`@vision-light/protocol/verify`). */
export function namesOutsideVerifier(): Set<string> {
  const core = declarationsIn('../protocol/src');
  return new Set([...platformNames('webworker'), ...closure([...verifierTypes, ...namedAsData], core, [])]);
}
