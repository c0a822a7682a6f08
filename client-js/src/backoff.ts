/** Milliseconds: the bound of the first wait, and of the longest. */
export interface BackoffBounds {
  readonly first?: number;
  readonly max?: number;
}

/**
 * Full jitter: each wait is drawn between nothing and a bound that doubles with each failure, so
 * that all who were cut off at the same moment come back at different ones.
 */
export class Backoff {
  failures = 0;
  readonly #first: number;
  readonly #max: number;

  constructor({ first = 500, max = 30_000 }: BackoffBounds = {}) {
    this.#first = first;
    this.#max = max;
  }

  next(): number {
    return Math.random() * Math.min(this.#max, this.#first * 2 ** this.failures++);
  }
}
