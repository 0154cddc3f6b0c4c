/** The tasks of one thread of a page, as Chromium's own trace tells them: of its node worker, or of its main thread. */

/** Marks the thread, and times in it. */
const beginMark = 'vision-light-bench:begin';
const endMark = 'vision-light-bench:end';

const mark = (name) => void performance.mark(name);

/**
 * Begins a trace.
 *
 * @param {import('puppeteer-core').Page} tab
 * @param {import('puppeteer-core').WebWorker} worker  the one whose tasks are wanted
 */
export async function traceTasks(tab, worker) {
  await startTrace(tab);
  await worker.evaluate(mark, beginMark);
  return { stop: () => tasksOf(tab, worker) };
}

/**
 * Begins a trace of the main thread of the page that a tab opens next, from the start of its document on.
 *
 * @param {import('puppeteer-core').Page} tab
 */
export async function traceMainTasks(tab) {
  await startTrace(tab);
  await tab.evaluateOnNewDocument(mark, beginMark);
  return { stop: () => tasksOf(tab, tab) };
}

const startTrace = (tab) => tab.tracing.start({ categories: ['toplevel', 'blink.user_timing'] });

/**
 * Ends a trace: what the thread has done since its begin, oldest first. A task takes longer by the clock where other programs
 * use the processor meanwhile, so its processor time is told too.
 *
 * @returns {Promise<{ wallMs: number, cpuMs: number }[]>}
 */
async function tasksOf(tab, thread) {
  await thread.evaluate(mark, endMark);
  const { traceEvents } = JSON.parse(Buffer.from(await tab.tracing.stop()).toString());
  const [begin, end] = [beginMark, endMark].map((name) => {
    const found = traceEvents.find((event) => event.name === name);
    if (found === undefined) throw new Error(`the trace lacks ${name}`);
    return found;
  });
  const isTask = ({ name, ph, pid, tid, ts, dur, tdur }) =>
    name.endsWith('RunTask') &&
    ph === 'X' &&
    pid === begin.pid &&
    tid === begin.tid &&
    // The task that has the mark counts: on a main thread it runs the first scripts of the page.
    ts + dur > begin.ts &&
    ts < end.ts &&
    // One that was under way when the trace began has no processor time.
    tdur !== undefined;
  const tasks = traceEvents.filter(isTask).sort((a, b) => a.ts - b.ts);
  if (tasks.length === 0) throw new Error('the trace has no task of the thread');
  return tasks.map(({ dur, tdur }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }));
}

/** The longest of some tasks, by its processor time. */
export function longestTask(tasks) {
  return tasks.reduce((longest, task) => (task.cpuMs > longest.cpuMs ? task : longest));
}
