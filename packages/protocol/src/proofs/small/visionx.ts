/**
 * In the place of `visionx-halves.ts` in the verifier's script (`vite.verifier.ts`): VisionX is a file of its own,
 * `@vision-light/protocol/visionx`, since only headers of Vision above a checkpoint need it.
 */
export const visionXOf = undefined;
