/** What browsers say of the device and of what their visitor wants of it. None of it is to be had in all of them. */
import type { BatteryState, DeviceConditions } from '@vision-light/protocol';

/** What TypeScript's library does not list, since not all browsers have it. */
interface DeviceNavigator {
  readonly connection?: EventTarget & { readonly saveData?: boolean };
  getBattery?(): Promise<EventTarget & { readonly charging: boolean; readonly level: number }>;
}

/**
 * Watches what the browser says of the device.
 *
 * @param changed  called at once, and with each change
 * @returns a function that ends it
 */
export function watchDevice(changed: (conditions: DeviceConditions) => void): () => void {
  const watching = new AbortController();
  const { signal } = watching;
  const device: Navigator & DeviceNavigator = navigator;
  const { connection } = device;
  const reducesData = matchMedia('(prefers-reduced-data: reduce)');
  let battery: BatteryState | undefined;
  const tell = (): void => {
    if (signal.aborted) return;
    changed({ savesData: connection?.saveData === true || reducesData.matches, battery });
  };
  reducesData.addEventListener('change', tell, { signal });
  connection?.addEventListener('change', tell, { signal });
  void device.getBattery?.().then(
    (manager) => {
      const look = (): void => {
        battery = { isCharging: manager.charging, level: manager.level };
        tell();
      };
      for (const event of ['chargingchange', 'levelchange'])
        manager.addEventListener(event, look, { signal });
      look();
    },
    // A policy of the page forbids it: then nothing is known of a battery.
    () => {},
  );
  tell();
  return () => watching.abort();
}
