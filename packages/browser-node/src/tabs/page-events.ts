/** What a node wants to know of its page. */
export interface PageListener {
  /** The page is visible again, or back on the network. */
  resumed(): void;
  /** The page is being left, or the browser freezes it: it may be destroyed, or kept without running. */
  suspended(): void;
  /** The page runs again after it was kept: it comes from the back/forward cache, or was thawed. */
  restored(): void;
}

/**
 * Listens to what happens to the page.
 *
 * @returns a function that ends the listening
 */
export function watchPage({ resumed, suspended, restored }: PageListener): () => void {
  const watching = new AbortController();
  const options = { signal: watching.signal };
  document.addEventListener('freeze', suspended, options);
  document.addEventListener('resume', restored, options);
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') resumed();
    },
    options,
  );
  window.addEventListener('online', resumed, options);
  window.addEventListener(
    'pageshow',
    ({ persisted }) => {
      // The first one belongs to the loading of the page.
      if (persisted) restored();
    },
    options,
  );
  window.addEventListener('pagehide', suspended, options);
  return () => watching.abort();
}
