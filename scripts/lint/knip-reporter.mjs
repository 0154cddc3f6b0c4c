/**
 * A reporter for knip that also says how many files it analysed. The reporters that come with knip do not. It prints one
 * line of JSON, for `lint-checks.mjs`.
 */
import path from 'node:path';

/** @param {{ issues: object, counters: { total: number } }} options  as knip hands them to a reporter */
export default function report({ issues, counters }) {
  const found = Object.values(issues).flatMap((byFile) =>
    Object.values(byFile).flatMap((bySymbol) => Object.values(bySymbol)),
  );
  const lines = found.map(({ type, filePath, symbol }) => {
    const file = path.relative(process.cwd(), filePath);
    return type === 'files' ? `unused file: ${file}` : `${type}: ${symbol} in ${file}`;
  });
  console.log(JSON.stringify({ total: counters.total, lines }));
}
