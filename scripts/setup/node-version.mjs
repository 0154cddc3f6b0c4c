/**
 * Ends the process with one sentence if Node is too old. Each command imports this first: otherwise the first thing that
 * an old Node lacks would end it with a stack trace.
 */

/** Oldest Node that every dependency runs on: vite asks for it. The same number stands in package.json, `engines`. */
const oldest = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  console.error(
    `Vision Light needs Node ${oldest.join('.')} or newer; this is Node ${process.versions.node}.`,
  );
  process.exit(1);
}
