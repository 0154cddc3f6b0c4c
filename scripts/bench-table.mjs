/** What `npm run bench` shows to people. */
import os from 'node:os';

/**
 * Whether a value meets its target.
 *
 * @param {number} value
 * @param {string} target  a comparison and a number: `≤ 2.5`, `≥ 100,000`
 * @returns {boolean | undefined} undefined if the target cannot be read
 */
export function isTargetMet(value, target) {
  const [, comparison, digits] = /^([<≤≥>])=? ?([\d.,_ ]+)/.exec(target) ?? [];
  const bound = Number(digits?.replace(/[,_ ]/g, ''));
  if (digits === undefined || Number.isNaN(bound)) return undefined;
  return { '<': value < bound, '≤': value <= bound, '≥': value >= bound, '>': value > bound }[comparison];
}

function formatNumber(value) {
  return value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : 2 });
}

function cellsOf({ what, value, unit, target, note = '' }) {
  const met = target === undefined ? undefined : isTargetMet(value, target);
  const verdict = met === undefined ? '' : met ? 'yes' : 'NO';
  const shownTarget = (target ?? '').replace(/\d{4,}/g, (digits) => formatNumber(Number(digits)));
  return [what, `${formatNumber(value)} ${unit}`.trim(), shownTarget, verdict, note];
}

/** Rows as aligned columns; the numbers end in one line. */
export function benchTable(rows) {
  const table = [['what', 'measured', 'target', 'met', ''], ...rows.map(cellsOf)];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  const [head, ...body] = table;
  return [
    line(head),
    widths
      .map((width) => '-'.repeat(width))
      .join('  ')
      .trimEnd(),
    ...body.map(line),
  ].join('\n');
}

/** The machine in one line: a figure without it says nothing. */
export function describeMachine() {
  const cpus = os.cpus();
  const memoryGib = (os.totalmem() / 2 ** 30).toFixed(0);
  const cores = `${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown processor'}`;
  return `${cores}, ${memoryGib} GiB, ${os.type()} ${os.release()}, Node ${process.versions.node}`;
}
