import type { Clock } from '@vision-light/signaling';

/** Time and timers of a page or a worker. */
export const browserClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
