/** What the suites of stores share: how a runner is asked, and where a store under test keeps its data. */
import type { HeaderStore } from '@vision-light/protocol';

/** What a suite needs of a test runner. */
export interface SuiteRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/** Where a store keeps its data during one test. */
export interface StorePlace<Store> {
  /** A store on this place; called again after `close` it must find what was written. */
  open(): Promise<Store>;
  /** Removes the place. */
  dispose(): Promise<void>;
}

/** A kind of store under test. */
export interface StoreUnderTest<Store> {
  readonly name: string;
  /** False if closing a store forgets what was written. */
  readonly isDurable: boolean;
  /** A new, empty place. */
  makePlace(): Promise<StorePlace<Store>>;
}

type StoreTest<Store> = (store: Store, place: StorePlace<Store>) => Promise<void>;

/** What defines a test with a store of its own, on a new place. */
export function storeTests<Store extends Pick<HeaderStore, 'close'>>(
  { it }: SuiteRunner,
  store: StoreUnderTest<Store>,
): (name: string, body: StoreTest<Store>) => void {
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

/** Bytes that differ from seed to seed. */
export function bytesOf(seed: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (seed * 31 + i * 7) & 0xff);
}
