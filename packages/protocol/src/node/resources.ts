/**
 * How much of a visitor's device a node takes. Whoever saves data gets headers, and blocks only where something waits for
 * them; whose battery is low gets them later as well. Nothing is ever given up that an answer rests on: headers are
 * verified alike, only later.
 */
import { BATTERY_LOW_LEVEL, SAVING_CPU_SHARE, SAVING_UPLOAD_SHARE } from '../limits.js';

/** What the application allows. */
export interface ResourceLimits {
  /** Bytes a second that all peers together are served for long. */
  readonly uploadBytesPerSecond: number;
  /** Share of the time in which each hash worker computes, above 0 to 1. */
  readonly cpu: number;
}

/** What the platform says of its device. */
export interface DeviceConditions {
  /** Whether the visitor has asked to use little data. */
  readonly savesData: boolean;
  /** Undefined where the platform does not say. */
  readonly battery: BatteryState | undefined;
}

/** A battery. */
export interface BatteryState {
  /** If true, no level counts as low. */
  readonly isCharging: boolean;
  /** 0 to 1. */
  readonly level: number;
}

/** What a node may take now. */
export interface Resources extends ResourceLimits {
  /** Whether the newest blocks are fetched without anybody having asked for them. */
  readonly followsBlocks: boolean;
}

/** What a node may take of its device. */
export function resourcesFor(
  { uploadBytesPerSecond, cpu }: ResourceLimits,
  { savesData, battery }: DeviceConditions,
): Resources {
  const isBatteryLow = battery !== undefined && !battery.isCharging && battery.level <= BATTERY_LOW_LEVEL;
  const isSaving = savesData || isBatteryLow;
  return {
    uploadBytesPerSecond: isSaving ? uploadBytesPerSecond * SAVING_UPLOAD_SHARE : uploadBytesPerSecond,
    cpu: isBatteryLow ? cpu * SAVING_CPU_SHARE : cpu,
    followsBlocks: !isSaving,
  };
}
