/**
 * Starts a server as a child process and stops it again. Its name stands in front of each line that it prints. A promise
 * says when and how it ended. A server that does not stop in time is killed.
 */
import { spawn } from 'node:child_process';
import { root } from '../run/run-command.mjs';
import { readLines, SharedTerminal } from './shared-terminal.mjs';

/** How long a server may take to end tidily before it is killed, in ms. Writing a chain to disk takes far less. */
const stopMs = 8000;

/** The line with which a server of ours says why it ends. It is not printed here: whoever awaits the end prints it. */
const complaintPattern = /^vision-light-\w+: (.+)$/;

/** The terminal of all servers, and of the script that started them. */
export const terminal = new SharedTerminal(process.stdout);

/**
 * @typedef {object} ChildServer
 * @property {string} name
 * @property {Promise<string>} ended        how it ended, to be put after its name: the reason that it gave, if any
 * @property {(options?: { quiet?: boolean }) => Promise<string>} stop
 *   asks it to end, kills it if it does not; with `quiet` its output meanwhile is dropped
 */

/**
 * @param {string} name  stands in front of every line
 * @param {readonly string[]} args  script and arguments, for Node
 * @returns {ChildServer}
 */
export function startChildServer(name, args) {
  // In a process group of its own: Ctrl-C reaches this process only, which then stops the servers in order.
  const child = spawn(process.execPath, args, {
    cwd: root,
    // Nothing is sent over the channel. When it closes, the server knows that this process has ended, even if killed.
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
