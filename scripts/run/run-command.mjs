/** Runs a program as a child process until it ends, and passes signals on to it. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = path.resolve(fileURLToPath(import.meta.url), '../../..');

/** A failure that its message explains in full, so it is printed without a stack trace. */
export class PlainError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlainError';
  }
}

/** How long a command may take to end after a signal before it is killed, in ms. */
const endMs = 5000;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const running = new Set();
let isEnding = false;

/** Whether a command runs. If so, a signal ends the command first, and this process after it. */
export function isRunningCommand() {
  return running.size > 0;
}

/** Signals a command and what it has started in turn. */
function signalGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Passes a signal on to the commands; the last to end takes this process with it. */
function endCommands(signal) {
  if (isEnding) return;
  isEnding = true;
  process.exitCode = 128 + constants.signals[signal];
  for (const child of running) signalGroup(child, signal);
  setTimeout(() => {
    for (const child of running) signalGroup(child, 'SIGKILL');
    process.exit();
  }, endMs);
}

function noteBegin(child) {
  if (running.size === 0) for (const signal of signals) process.on(signal, endCommands);
  running.add(child);
}

function noteEnd(child) {
  running.delete(child);
  if (running.size > 0) return;
  if (isEnding) process.exit();
  for (const signal of signals) process.off(signal, endCommands);
}

/**
 * Runs a program to its end. A signal meanwhile is passed on to it, and this process ends when it has ended.
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
      // A group of its own: what it starts in turn gets our signals too, and the terminal's come once, through us.
      detached: process.platform !== 'win32',
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    });
    noteBegin(child);
    const chunks = [];
    child.stdout?.on('data', (chunk) => chunks.push(chunk));
    child.stderr?.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => {
      noteEnd(child);
      reject(error);
    });
    child.on('close', (code) => {
      noteEnd(child);
      // After a signal this process ends too: nothing goes on, and no failure is reported.
      if (!isEnding) resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() });
    });
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

/** Prints a failure and ends the process: one line for a PlainError, a stack trace for a mistake in our code. */
export function exitWith(error) {
  console.error(error instanceof PlainError ? error.message : error);
  process.exit(1);
}
