/** Processes of the benches, and what they say. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts a file of this folder in a process of its own. */
export function start(file, ...args) {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { execArgv: ['--expose-gc'] });
}

/** The next message of a child; rejects if it ends instead. */
export async function answer(child) {
  const over = new AbortController();
  const { signal } = over;
  const died = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`bench process ended with code ${code}`);
  });
  died.catch(() => {});
  try {
    const [message] = await Promise.race([once(child, 'message', { signal }), died]);
    return message;
  } finally {
    over.abort();
  }
}

/** Asks a child. @returns its answer */
export function ask(child, question) {
  const reply = answer(child);
  child.send(question);
  return reply;
}

/** The value in the middle. */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** To two digits after the point. */
export function round(value) {
  return Math.round(value * 100) / 100;
}
