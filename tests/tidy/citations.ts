/**
 * Finds citations that lead nowhere: paths, links and section numbers, in comments and in documents.
 *
 * What counts as a citation: a file name that ends in `.md`, `.ts` or `.mjs`, with or without folders; a path that
 * begins with a top-level folder; a relative Markdown link, with its anchor; and `§` with a number, which belongs to
 * the document named last before it. In a document that numbers its own sections a bare `§` is one of its own.
 */
import path from 'node:path';
import ts from 'typescript';

/** The files that may be cited, and how to read those that have sections. */
export interface CitedFiles {
  /** Every file, as a path from the root. */
  readonly files: readonly string[];
  readonly textOf: (file: string) => string;
}

/** What a text cites: how many places were looked at, and those that lead nowhere. */
export interface Citations {
  readonly seen: number;
  /** As `file:line what`. */
  readonly broken: string[];
}

const topFolders = ['packages', 'tests', 'scripts', 'ops', 'docs', 'examples'];
/** Written by tools, or of another project: not in the repository, and rightly named. */
const elsewhere = /^(dist|node_modules|https?:)/;
/** Standards whose sections are cited as theirs. */
const standardBefore = /(FIPS|RFC|BIP) ?[\d-]+,? (.*and )?$/;

const citation = new RegExp(
  [
    // A path that begins with a top-level folder; then any name of a document or source.
    `(?<![\\w/.@~*$}-])(?<path>(?:${topFolders.join('|')})/[\\w./@-]*[\\w]|(?:[\\w.@-]+/)*[\\w-][\\w.-]*\\.(?:md|mjs|ts))(?:#(?<anchor>[\\w-]+))?(?![\\w*{/-])`,
    '§(?<section>\\d+(?:\\.\\d+)*)',
  ].join('|'),
  'g',
);
const link = /\]\((?<target>[^)\s]+)\)/g;

/** The numbers that stand before a document's headings: `2.3` of `### 2.3 Epoch and seed`. */
export function sectionsOf(markdown: string): Set<string> {
  return new Set([...markdown.matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map((match) => match[1] as string));
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  const headings = [...markdown.matchAll(/^#+ (.+)$/gm)].map((match) => match[1] as string);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

/** The file or folder that a name means, seen from the file that names it; undefined if there is none. */
function resolve(name: string, from: string, files: readonly string[]): string | undefined {
  const near = path.posix.join(path.posix.dirname(from), name);
  for (const candidate of [near, name]) {
    if (files.some((file) => file === candidate || file.startsWith(`${candidate}/`))) return candidate;
  }
  // `wire/codec.ts` is enough where one knows the package.
  return files.find((file) => file.endsWith(`/${name}`));
}

/** The citations of one piece of text. `line` is the number of its first line. */
function findIn(file: string, text: string, line: number, cited: CitedFiles): Citations {
  const broken: string[] = [];
  let seen = 0;
  const report = (at: number, what: string): void => {
    broken.push(`${file}:${line + text.slice(0, at).split('\n').length - 1} ${what}`);
  };
  const check = (at: number, name: string, anchor: string | undefined): string | undefined => {
    seen++;
    const found = resolve(name, file, cited.files);
    if (found === undefined) report(at, name);
    else if (anchor !== undefined && !anchorsOf(cited.textOf(found)).has(anchor))
      report(at, `${name}#${anchor}`);
    return found;
  };

  const isNumbered = file.endsWith('.md') && sectionsOf(text).size > 0;
  let document = isNumbered ? file : undefined;
  const prose = text.replace(/https?:\/\/\S+/g, (url) => ' '.repeat(url.length));
  for (const match of prose.matchAll(citation)) {
    const { path: name, anchor, section } = match.groups ?? {};
    if (name !== undefined) {
      if (elsewhere.test(name)) continue;
      const found = check(match.index, name, anchor);
      document = found?.endsWith('.md') ? found : document;
    } else if (section !== undefined) {
      if (
        standardBefore.test(
          prose
            .slice(0, match.index)
            .replace(/§[\d.]+/g, '')
            .slice(-40),
        )
      )
        continue;
      seen++;
      // A bare number in a numbered document is its own, unless another document's name stands right before it.
      const isBare = isNumbered && !/\.md\)? ?(§[\d.]+(, | and | to ))*$/.test(prose.slice(0, match.index));
      const of = isBare ? file : document;
      if (of === undefined || !sectionsOf(cited.textOf(of)).has(section))
        report(match.index, `${of ?? 'no document'} §${section}`);
    }
  }
  for (const match of file.endsWith('.md') ? prose.matchAll(link) : []) {
    const [target = '', anchor] = (match.groups?.target ?? '').split('#');
    check(match.index, target === '' ? path.posix.basename(file) : target, anchor);
  }
  return { seen, broken };
}

/** The comments of a source, their marks replaced by spaces so that a citation may go over a line's end. */
function commentsOf(source: ts.SourceFile): { pos: number; text: string }[] {
  const text = source.getFullText();
  const ranges = new Map<number, number>();
  const visit = (node: ts.Node): void => {
    const before = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
    const after = ts.getTrailingCommentRanges(text, node.getEnd()) ?? [];
    for (const range of [...before, ...after]) ranges.set(range.pos, range.end);
    node.getChildren(source).forEach(visit);
  };
  visit(source);
  const comments = [...ranges].map(([pos, end]) => ({ pos, end })).sort((a, b) => a.pos - b.pos);
  return comments.map(({ pos, end }) => ({
    pos,
    text: text.slice(pos, end).replace(/^\s*(\/\*+|\*\/?|\/\/)/gm, (mark) => ' '.repeat(mark.length)),
  }));
}

/** What a document cites, or a source's comments. @param text  of `file` */
export function findCitations(file: string, text: string, cited: CitedFiles): Citations {
  if (file.endsWith('.md')) return findIn(file, text, 1, cited);
  // To find the comments of a file takes a syntax tree, and most files cite nothing.
  if (text.search(citation) === -1) return { seen: 0, broken: [] };
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const parts = commentsOf(source).map(({ pos, text: comment }) =>
    findIn(file, comment, source.getLineAndCharacterOfPosition(pos).line + 1, cited),
  );
  return {
    seen: parts.reduce((sum, part) => sum + part.seen, 0),
    broken: parts.flatMap((part) => part.broken),
  };
}
