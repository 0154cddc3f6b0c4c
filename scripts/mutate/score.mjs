/** What a report of Stryker says about a room: how many changes the tests noticed, and which not. */

const core = 'packages/protocol/src/';

/**
 * @typedef {object} Change
 * @property {string} file     below packages/protocol/src
 * @property {number} line
 * @property {string} code     the line, without the spaces around it; of several, their first and last
 * @property {string} becomes  the same with the change in it
 * @property {string} status   Stryker's: Killed, Timeout, Survived, NoCoverage, Ignored, …
 */

/**
 * @typedef {object} Score
 * @property {number} noticed     changes that failed a test, or made one endless
 * @property {number} all         changes that are not equivalent
 * @property {number} equivalent  changes that are on the list, and no test noticed
 * @property {Change[]} unnoticed
 * @property {string[]} stale     entries of the list that no longer say what is true
 */

/**
 * @param {{ files: Record<string, { source: string, mutants: any[] }> }} report  of Stryker's JSON reporter
 * @param {readonly { file: string, why: string, changes: readonly (readonly [string, string])[] }[]} equivalents
 * @returns {Score}
 */
export function scoreOf(report, equivalents) {
  const changes = changesOf(report).filter(({ status }) => status !== 'Ignored' && status !== 'CompileError');
  const listed = new Map(
    equivalents
      .filter(({ file }) => `${core}${file}` in report.files)
      .flatMap(({ file, changes }) =>
        changes.map(([code, becomes]) => [keyOf({ file, code, becomes }), `${file}: ${code} → ${becomes}`]),
      ),
  );
  const isNoticed = ({ status }) => status === 'Killed' || status === 'Timeout' || status === 'RuntimeError';
  const isListed = (change) => listed.has(keyOf(change));
  const noticed = changes.filter(isNoticed);
  const rest = changes.filter((change) => !isNoticed(change));
  const unnoticed = rest.filter((change) => !isListed(change));
  const used = new Set(rest.map(keyOf));
  return {
    noticed: noticed.length,
    all: noticed.length + unnoticed.length,
    equivalent: rest.length - unnoticed.length,
    unnoticed,
    stale: [...listed].filter(([key]) => !used.has(key)).map(([, text]) => text),
  };
}

const keyOf = ({ file, code, becomes }) => [file, code, becomes].join('\n');

/** @returns {Change[]} every change of a report */
function changesOf({ files }) {
  return Object.entries(files).flatMap(([path, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.map(({ location: { start, end }, replacement, status }) => {
      const first = lines[start.line - 1];
      const last = lines[end.line - 1];
      const before = first.slice(0, start.column - 1);
      const code = start.line === end.line ? first : `${first.trim()} … ${last.trim()}`;
      return {
        file: path.replace(core, ''),
        line: start.line,
        code: oneLine(code),
        becomes: oneLine(before + replacement + last.slice(end.column - 1)),
        status,
      };
    });
  });
}

const oneLine = (text) => text.replace(/\s+/g, ' ').trim();
