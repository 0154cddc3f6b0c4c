/**
 * Ends the process with one sentence where Node is too old. Imported first, so that it speaks before anything else
 * trips over what an old Node lacks.
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
