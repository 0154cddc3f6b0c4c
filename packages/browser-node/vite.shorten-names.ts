/**
 * Gives the methods of the worker's classes short names, and makes their private members plain ones: a minifier may do
 * neither, since it cannot know who else reads a name. Here it is known. What crosses the boundary of the script is data
 * and the calls that the page makes: the names of data are those of object literals, and the page's are in its sources.
 *
 * A method gets a short name only if its name occurs nowhere as a key of data, in a string, in the page's sources, in a
 * library, or in the interfaces of the browser. Functions are never cloned, so no method reaches a page or a disk.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';
import type { ESTree } from 'rolldown/utils';

/** What the page's side of the boundary is written in. */
const pageFolders = ['api', 'boundary', 'channel', 'peers'];

/** Reads a word as a name. */
const WORD = /[\w$]+/g;

const withoutComments = (code: string): string => code.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');

const wordsOf = (text: string): string[] => text.match(WORD) ?? [];

function filesIn(folder: string, suffix: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => `${folder}/${name}`);
}

/** Names that others may read: of the browser's interfaces, of the page, and of the worker's libraries. */
function foreignNames(libraries: readonly string[]): Set<string> {
  const interfaces = filesIn(
    fileURLToPath(new URL('../../node_modules/typescript/lib', import.meta.url)),
    '.d.ts',
  );
  const page = pageFolders.flatMap((name) =>
    filesIn(fileURLToPath(new URL(`src/${name}`, import.meta.url)), '.ts'),
  );
  const files = [...interfaces.filter((file) => /\/lib\.[^/]*$/.test(file)), ...page, ...libraries];
  return new Set(files.flatMap((file) => wordsOf(withoutComments(readFileSync(file, 'utf8')))));
}

type Visit = (node: ESTree.Node) => void;

function walk(value: unknown, visit: Visit): void {
  if (Array.isArray(value)) for (const each of value) walk(each, visit);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && 'start' in value) visit(value as ESTree.Node);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

const isFunction = ({ type }: ESTree.Node): boolean =>
  type === 'FunctionExpression' || type === 'ArrowFunctionExpression';

/** A place in a script, and what comes there instead. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

const applied = (code: string, changes: readonly Change[]): string =>
  changes
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end, by }) => text.slice(0, start) + by + text.slice(end), code);

/** What a script says of its names. */
class Names {
  /** Places of each name of a property. */
  readonly properties = new Map<string, ESTree.Node[]>();
  /** Names of methods and accessors of classes. */
  readonly methods = new Set<string>();
  /** Names that are read or written as data, and words in strings. */
  readonly data = new Set<string>();

  constructor(program: ESTree.Program) {
    walk(program, (node) => this.#take(node));
  }

  #take(node: ESTree.Node): void {
    if (node.type === 'MemberExpression' && !node.computed) this.#name(node.property);
    else if (node.type === 'MethodDefinition' && !node.computed) this.#name(node.key, this.methods);
    else if (node.type === 'PropertyDefinition' && !node.computed) this.#name(node.key, this.data);
    else if (node.type === 'Property' && !node.computed)
      this.#name(node.key, isFunction(node.value) ? undefined : this.data);
    else if (node.type === 'Literal' && typeof node.value === 'string') this.#words(node.value);
    else if (node.type === 'TemplateElement') this.#words(node.value.raw);
  }

  #name(key: ESTree.Node, kind?: Set<string>): void {
    if (key.type !== 'Identifier') return;
    const places = this.properties.get(key.name);
    if (places === undefined) this.properties.set(key.name, [key]);
    else places.push(key);
    kind?.add(key.name);
  }

  #words(text: string): void {
    for (const word of wordsOf(text)) this.data.add(word);
  }
}

/** Short names that a script has not, the shortest first. */
function* freshNames(taken: ReadonlySet<string>): Generator<string, never> {
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  for (let count = 0; ; count++) {
    const tail = Math.floor(count / letters.length);
    const name = `${letters[count % letters.length]}${tail === 0 ? '' : (tail - 1).toString(36)}`;
    if (!taken.has(name)) yield name;
  }
}

/**
 * Private members as plain ones. A class that extends another, or is extended, keeps its own private, for the two could
 * have the same name.
 *
 * @param taken  names that are those of other properties
 * @throws if the script asks whether an object has a private member, or extends what is no name
 */
function publish(program: ESTree.Program, taken: ReadonlySet<string>): Change[] {
  const extended = new Set<string>();
  walk(program, (node) => {
    if (node.type === 'BinaryExpression' && node.left.type === 'PrivateIdentifier')
      throw new Error('the worker asks for a private member');
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return;
    if (node.superClass?.type === 'Identifier') extended.add(node.superClass.name);
    else if (node.superClass) throw new Error('the worker extends what has no name');
  });
  const changes: Change[] = [];
  const enter = (value: unknown, scopes: readonly ClassScope[], boundName?: string): void => {
    if (Array.isArray(value)) for (const each of value) enter(each, scopes);
    else if (isNode(value)) {
      if (value.type === 'PrivateIdentifier') {
        const scope = scopes.findLast(({ names }) => names.has(value.name));
        if (!scope?.isAlone) return;
        const by = taken.has(value.name) ? `${value.name}_` : value.name;
        if (taken.has(by)) throw new Error(`the worker has a property ${by}`);
        // A space after `async` or `get`: a private name needs none.
        changes.push({ start: value.start, end: value.end, by: ` ${by}` });
        return;
      }
      if (value.type === 'VariableDeclarator' && value.id.type === 'Identifier') {
        enter(value.init, scopes, value.id.name);
        return;
      }
      let inner = scopes;
      if (value.type === 'ClassDeclaration' || value.type === 'ClassExpression') {
        const ownNames = [value.id?.name, boundName].filter((name) => name !== undefined);
        const isAlone =
          !value.superClass && ownNames.length > 0 && !ownNames.some((name) => extended.has(name));
        inner = [...scopes, { names: privateNames(value), isAlone }];
      }
      const scope = inner.at(-1);
      if (isEmptyPrivateField(value) && scope?.isAlone) {
        changes.push({ start: value.start, end: value.end, by: ';' });
        return;
      }
      for (const child of Object.values(value)) enter(child, inner);
    }
  };
  enter(program, []);
  return changes;
}

/** A class around a place: names of its private members, and whether it neither extends a class nor is extended. */
interface ClassScope {
  readonly names: ReadonlySet<string>;
  readonly isAlone: boolean;
}

const isNode = (value: unknown): value is ESTree.Node =>
  typeof value === 'object' && value !== null && 'type' in value;

const isEmptyPrivateField = (node: ESTree.Node): boolean =>
  node.type === 'PropertyDefinition' &&
  node.key.type === 'PrivateIdentifier' &&
  node.value === null &&
  !node.static;

const privateNames = (of: ESTree.Class): Set<string> =>
  new Set(
    of.body.body.flatMap((member) =>
      'key' in member && member.key.type === 'PrivateIdentifier' ? [member.key.name] : [],
    ),
  );

/**
 * @param libraries  files of the script's libraries, none of whose names is changed
 * @returns the script with short names
 */
export function shortenNames(code: string, libraries: readonly string[]): string {
  const program = parseAst(code);
  const { properties, methods, data } = new Names(program);
  const foreign = foreignNames(libraries);
  const taken = new Set([...properties.keys(), ...data]);
  const published = publish(program, taken);
  const fresh = freshNames(new Set([...taken, ...published.map(({ by }) => by.trim())]));
  const shortened = [...methods]
    .filter((name) => name.length > 2 && !data.has(name) && !foreign.has(name))
    .map((name) => properties.get(name) ?? [])
    .toSorted((a, b) => b.length - a.length)
    .flatMap((places) => {
      const by = fresh.next().value;
      return places.map(({ start, end }) => ({ start, end, by }));
    });
  if (shortened.length === 0 || published.length === 0) throw new Error('the worker has no names to shorten');
  return applied(code, [...published, ...shortened]);
}
