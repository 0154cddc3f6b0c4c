import { describeError, type LightNodeErrorCode } from '../boundary/error-codes.js';

/** What `error` listeners are given, and what awaited operations reject with. */
export class LightNodeError extends Error {
  override readonly name = 'LightNodeError';

  /**
   * @param code     says what happened; stable
   * @param message  for people; by default the code's sentence
   * @param cause    what the platform said, if it said anything
   */
  constructor(
    readonly code: LightNodeErrorCode,
    message: string = describeError(code),
    override readonly cause?: unknown,
  ) {
    super(message);
  }
}
