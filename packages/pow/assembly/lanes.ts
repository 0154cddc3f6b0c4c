/**
 * Headers hashed at once. Each read of a VisionX depends on the one before, so one header leaves the CPU idle.
 * Measured, ms a header: 1 lane 3.27, 2 lanes 1.95, 3 lanes 1.71, 4 lanes 1.77 (registers run out).
 */
export const LANES: u32 = 3;
