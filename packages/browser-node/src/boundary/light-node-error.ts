import { describeError, type LightNodeErrorCode } from './error-codes.js';

/** What `error` listeners are given, and what awaited operations reject with. */
export class LightNodeError extends Error {
  /** Tells it from other errors where the class is not at hand. */
  override readonly name = 'LightNodeError';

  /**
   * @param code    says what happened; stable. The message is its sentence, with what is known beyond it
   * @param detail  what is known beyond it
   * @param cause   what the platform said, if it said anything
   */
  constructor(
    readonly code: LightNodeErrorCode,
    detail = '',
    override readonly cause?: unknown,
  ) {
    super(describeError(code, detail));
  }
}
