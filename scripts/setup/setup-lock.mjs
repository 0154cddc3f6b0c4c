/** Lets one process set up at a time: `npm start` and `npm test` side by side must not both write node_modules and dist. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from '../run/run-command.mjs';

const lockFile = path.join(root, '.cache/setup.lock');

/** How often a waiting run looks again, in ms; arbitrary, small beside any build. */
const pollMs = 200;

function tryAcquire() {
  mkdirSync(path.dirname(lockFile), { recursive: true });
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** A run that was killed leaves its lock behind. */
function isHolderAlive() {
  try {
    process.kill(Number(readFileSync(lockFile, 'utf8')), 0);
    return true;
  } catch (error) {
    // EPERM: it lives, as another user. ENOENT: it has just released the lock.
    return error.code === 'EPERM' || error.code === 'ENOENT';
  }
}

/**
 * Runs `work` while no other process of this repository does.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(work) {
  for (let hasSpoken = false; !tryAcquire(); hasSpoken = true) {
    if (!isHolderAlive()) {
      rmSync(lockFile, { force: true });
      continue;
    }
    if (!hasSpoken) console.log('Another run is setting up; waiting for it …');
    await sleep(pollMs);
  }
  const release = () => rmSync(lockFile, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}
