/** A server as a child process: its output with its name in front, its end as a promise, its stop with a deadline. */
import { spawn } from 'node:child_process';
import { root } from '../run/run-command.mjs';
import { readLines, SharedTerminal } from './shared-terminal.mjs';

/** How long a server may take to end tidily before it is killed, in ms. Writing a chain to disk takes far less. */
const stopMs = 8000;

/** The line with which a server of ours says why it ends. It is told once, by whoever awaits the end. */
const complaintPattern = /^vision-light-\w+: (.+)$/;

/** Where all servers speak, and whoever started them. */
export const terminal = new SharedTerminal(process.stdout);

/**
 * @typedef {object} ChildServer
 * @property {string} name
 * @property {Promise<string>} ended        resolves with how it ended, to follow its name: its complaint if it made one
 * @property {(options?: { quiet?: boolean }) => Promise<string>} stop
 *   asks it to end, kills it if it does not; `quiet` drops what it says meanwhile
 */

/**
 * @param {string} name  stands in front of every line
 * @param {readonly string[]} args  script and arguments, for Node
 * @returns {ChildServer}
 */
export function startChildServer(name, args) {
  // In a process group of its own, so that Ctrl-C reaches only us and each server gets one signal, in order.
  const child = spawn(process.execPath, args, {
    cwd: root,
    // The channel carries nothing: its closing tells the server that we are gone, even when we were killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
  });
  let complaint = '';
  let isQuiet = false;
  const read = (stream, target) =>
    readLines(stream, (line, kind) => {
      const reason = stream === child.stderr ? complaintPattern.exec(line)?.[1] : undefined;
      if (reason !== undefined) complaint = reason;
      else if (!isQuiet) terminal[kind](`[${name}] ${line}`, target);
    });
  read(child.stdout, process.stdout);
  read(child.stderr, process.stderr);
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(` before it began: ${error.message}`));
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs);
      const how = signal ? `by signal ${signal}` : `with exit code ${code}`;
      resolve(complaint === '' ? ` ${how}.` : `: ${complaint}`);
    });
  });
  const stop = async ({ quiet = false } = {}) => {
    isQuiet = quiet;
    child.kill('SIGTERM');
    const timer = setTimeout(killWithUs, stopMs);
    const how = await ended;
    clearTimeout(timer);
    return how;
  };
  return { name, ended, stop };
}
