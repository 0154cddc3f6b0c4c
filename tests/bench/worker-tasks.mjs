/** The tasks of a page's node worker, as Chromium's own trace tells them. */

/** Marks the thread of the node worker, and times in it. */
const markPrefix = 'vision-light-bench:';

/**
 * Begins a trace.
 *
 * @param {import('puppeteer-core').Page} tab
 * @param {import('puppeteer-core').WebWorker} worker  the one whose tasks are wanted
 */
export async function traceTasks(tab, worker) {
  await tab.tracing.start({ categories: ['toplevel', 'blink.user_timing'] });
  await worker.evaluate((name) => performance.mark(name), `${markPrefix}begin`);
  return {
    /**
     * What the worker has done since then, oldest first. A task takes longer by the clock where other programs use the
     * processor meanwhile, so its processor time is told too.
     *
     * @returns {Promise<{ wallMs: number, cpuMs: number }[]>}
     */
    async stop() {
      await worker.evaluate((name) => performance.mark(name), `${markPrefix}end`);
      const { traceEvents } = JSON.parse(Buffer.from(await tab.tracing.stop()).toString());
      const [begin, end] = ['begin', 'end'].map((name) => {
        const mark = traceEvents.find((event) => event.name === `${markPrefix}${name}`);
        if (mark === undefined) throw new Error('the trace lacks a mark of the worker');
        return mark;
      });
      const isTask = ({ name, ph, pid, tid, ts }) =>
        name.endsWith('RunTask') &&
        ph === 'X' &&
        pid === begin.pid &&
        tid === begin.tid &&
        ts > begin.ts &&
        ts < end.ts;
      const tasks = traceEvents.filter(isTask).sort((a, b) => a.ts - b.ts);
      if (tasks.length === 0) throw new Error('the trace has no task of the worker');
      return tasks.map(({ dur, tdur }) => ({ wallMs: dur / 1000, cpuMs: tdur / 1000 }));
    },
  };
}

/** The longest of some tasks, by its processor time. */
export function longestTask(tasks) {
  return tasks.reduce((longest, task) => (task.cpuMs > longest.cpuMs ? task : longest));
}
