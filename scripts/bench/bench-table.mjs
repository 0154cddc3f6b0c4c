/** Formats the results of `npm run bench` as a table, and describes the machine that they are from. */
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

/** Rows as aligned columns, the numbers to the right. */
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

/**
 * Microseconds that the first touch of a page of memory takes. Where the memory of a virtual machine is given to it page
 * by page, what starts cold (workers, databases, large heaps) waits for that more than for anything else.
 */
function freshPageUs() {
  const bytes = 64 * 2 ** 20;
  const pageBytes = 4096;
  const memory = new Uint8Array(bytes);
  const startedAt = performance.now();
  for (let at = 0; at < bytes; at += pageBytes) memory[at] = 1;
  return ((performance.now() - startedAt) * 1000 * pageBytes) / bytes;
}

/** The machine in one line, for figures of different machines cannot be compared. */
export function describeMachine() {
  const cpus = os.cpus();
  const memoryGib = (os.totalmem() / 2 ** 30).toFixed(0);
  const cores = `${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown processor'}`;
  const fresh = `${freshPageUs().toFixed(1)} µs for a fresh page of memory`;
  return `${cores}, ${memoryGib} GiB, ${fresh}, ${os.type()} ${os.release()}, Node ${process.versions.node}`;
}
