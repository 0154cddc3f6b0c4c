import type { Clock } from '@vision-light/signaling';

/** The page's own time and timers. */
export const pageClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
