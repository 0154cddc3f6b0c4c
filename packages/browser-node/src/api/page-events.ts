/** What a node wants to know of its page. */
export interface PageListener {
  /** The page is visible again, or thawed, or back on the network. */
  resumed(): void;
  /** The page is being left: it may be destroyed, or kept frozen. */
  hidden(): void;
}

/**
 * Listens to what happens to the page.
 *
 * @returns a function that ends the listening
 */
export function watchPage(listener: PageListener): () => void {
  const watching = new AbortController();
  const options = { signal: watching.signal };
  const resumed = (): void => listener.resumed();
  document.addEventListener('resume', resumed, options);
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') listener.resumed();
    },
    options,
  );
  window.addEventListener('online', resumed, options);
  window.addEventListener(
    'pageshow',
    ({ persisted }) => {
      // The first one belongs to the loading of the page.
      if (persisted) listener.resumed();
    },
    options,
  );
  window.addEventListener('pagehide', () => listener.hidden(), options);
  return () => watching.abort();
}
