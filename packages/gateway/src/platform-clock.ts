import type { Clock } from '@vision-light/signaling';

/** Node's own time and timers. */
export const platformClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
