/** Child processes, run to their end. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

/** A failure that its message explains in full: told to people without a stack. */
export class PlainError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlainError';
  }
}

/**
 * Runs a program to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, show?: boolean, shell?: boolean }} [options]
 *   `show` lets its output through; otherwise it is collected
 * @returns {Promise<{ code: number, output: string }>} exit code (1 if a signal ended it) and stdout with stderr
 */
export function runCommand(command, args, { cwd = root, env = {}, show = false, shell = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      shell,
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}

/** As {@link runCommand} with this Node as the program. */
export function runNode(args, options) {
  return runCommand(process.execPath, args, options);
}

/**
 * The script behind a dependency's command, to be run with {@link runNode}: no shell, no `npx`, the same on every
 * platform.
 *
 * @param {string} file  path below node_modules
 */
export function toolPath(file) {
  const found = path.join(root, 'node_modules', file);
  if (!existsSync(found)) throw new PlainError(`node_modules/${file} is missing; run npm ci.`);
  return found;
}

/** Ends the process for a failure: one line where that says it all, a stack where it is our own mistake. */
export function exitWith(error) {
  console.error(error instanceof PlainError ? error.message : error);
  process.exit(1);
}
