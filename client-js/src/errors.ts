/**
 * Why something was not done, or is not known to be. `code` is one of the protocol's (spec section
 * 16), or one of the client's own:
 *
 * - `unknown`: it may have been done or not: the connection broke before the answer, and it could
 *   not be repeated safely
 * - `timeout`: not done in time
 * - `not_sent`: surely not done: the client was closed before it was said
 * - `outbox_full`: surely not done: too much is waiting for the connection already
 * - `closed`: the client is closed
 */
export class ByssusError extends Error {
  override readonly name = 'ByssusError';

  constructor(
    readonly code: string,
    message: string,
    /** Whether the same may succeed later, unchanged. */
    readonly retryable = false,
  ) {
    super(message);
  }
}

/** @internal The connection ended before the answer. It never reaches the user. */
export const LOST = new ByssusError('lost', 'the connection ended before the answer', true);
