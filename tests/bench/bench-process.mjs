/** Programs that a bench runs beside itself: they say in one line of JSON when they are ready, and are killed at the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** @param {URL} script */
export function startScript(script, ...args) {
  return spawn(process.execPath, [fileURLToPath(script), ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

export async function stopScript(child) {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** What a program says first, or next. */
export async function firstLine(child) {
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(line);
}
