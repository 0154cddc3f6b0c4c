/** How the suite of stores asks a test runner, and where a store under test keeps its data. */
import type { Store } from '@vision-light/protocol';

/** What the suite needs of a test runner. */
export interface SuiteRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** Where a store keeps its data during one test. */
export interface StorePlace {
  /** A store on this place; called again after `close` it must find what was written. */
  open(): Promise<Store>;
  /** Removes the place. */
  dispose(): Promise<void>;
}

/** A kind of store under test. */
export interface StoreUnderTest {
  readonly name: string;
  /** False if closing a store forgets what was written, and the store never fails. */
  readonly isDurable: boolean;
  /** A new, empty place. */
  makePlace(): Promise<StorePlace>;
}

type StoreTest = (store: Store, place: StorePlace) => Promise<void>;

/** What defines a test with a store of its own, on a new place. */
export function storeTests(
  { it }: SuiteRunner,
  store: StoreUnderTest,
): (name: string, body: StoreTest) => void {
  return (name, body) =>
    it(name, async () => {
      const place = await store.makePlace();
      const opened = await place.open();
      try {
        await body(opened, place);
      } finally {
        await opened.close();
        await place.dispose();
      }
    });
}
