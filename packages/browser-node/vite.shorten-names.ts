/**
 * Gives the properties of the worker's script short names, and makes private members plain ones: a minifier may do neither,
 * since it cannot know who else reads a name. Here it is known (`vite.outside-names.ts`).
 *
 * A name becomes a short one if it is read somewhere, and if it is neither read outside the script, nor exported by a
 * WebAssembly module, nor a whole string: such a string may be a key. So the keys of a table that is only looked up keep
 * their names.
 */
import { parseAst } from 'rolldown/parseAst';
import type { ESTree } from 'rolldown/utils';
import { applied, type Change, isNode, walk } from './vite.script-changes.js';

/** How a WebAssembly module begins that is contained as hex digits. */
const WASM_START = '0061736d';

// Only the names of what a module exports are needed; its declaration otherwise comes with all of the DOM's.
declare const WebAssembly: {
  Module: { new (bytes: Uint8Array): object; exports(module: object): { readonly name: string }[] };
};

/** A property's name where it stands. */
interface Place {
  readonly start: number;
  readonly end: number;
  /** Whether the name is that of a variable too, as in `{ name }`. */
  readonly isShorthand: boolean;
}

/** What a script says of its names. */
class Names {
  /** Places of each name of a property. */
  readonly properties = new Map<string, Place[]>();
  /** Names that are read. */
  readonly read = new Set<string>();
  /** Whole strings, and what WebAssembly modules export. */
  readonly strings = new Set<string>();

  constructor(program: ESTree.Program) {
    walk(program, (node) => this.#take(node));
  }

  #take(node: ESTree.Node): void {
    if (node.type === 'MemberExpression' && !node.computed) this.#name(node.property, true);
    else if (node.type === 'ObjectPattern') {
      for (const property of node.properties)
        if (property.type === 'Property' && property.key.type === 'Identifier')
          this.read.add(property.key.name);
    } else if (node.type === 'Property' && !node.computed) this.#name(node.key, false, node.shorthand);
    else if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') {
      if (!node.computed) this.#name(node.key, false);
    } else if (node.type === 'Literal' && typeof node.value === 'string') this.#string(node.value);
    else if (node.type === 'TemplateElement') this.#string(node.value.cooked ?? '');
  }

  #name(key: ESTree.Node, isRead: boolean, isShorthand = false): void {
    if (key.type !== 'Identifier') return;
    const place = { start: key.start, end: key.end, isShorthand };
    const places = this.properties.get(key.name);
    if (places === undefined) this.properties.set(key.name, [place]);
    else places.push(place);
    if (isRead) this.read.add(key.name);
  }

  #string(text: string): void {
    this.strings.add(text);
    if (!text.startsWith(WASM_START)) return;
    const module = new WebAssembly.Module(Buffer.from(text, 'hex'));
    for (const { name } of WebAssembly.Module.exports(module)) this.strings.add(name);
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
 * @param outside  names that are read outside of the script
 * @returns the script with short names
 */
export function shortenNames(code: string, outside: ReadonlySet<string>): string {
  const program = parseAst(code);
  const { properties, read, strings } = new Names(program);
  const taken = new Set([...properties.keys(), ...strings]);
  const published = publish(program, taken);
  const fresh = freshNames(new Set([...taken, ...published.map(({ by }) => by.trim())]));
  const shortened = [...properties]
    .filter(([name]) => name.length > 2 && read.has(name) && !strings.has(name) && !outside.has(name))
    .toSorted(([, a], [, b]) => b.length - a.length)
    .flatMap(([name, places]) => {
      const by = fresh.next().value;
      return places.map(({ start, end, isShorthand }) => ({
        start,
        end,
        by: isShorthand ? `${by}:${name}` : by,
      }));
    });
  if (shortened.length === 0 || published.length === 0) throw new Error('the worker has no names to shorten');
  return applied(code, [...published, ...shortened]);
}
