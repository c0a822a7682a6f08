import { guarded } from './events.js';
import type { Options } from './options.js';
import { networkOfThePlatform } from './platform.js';

/** How a client watches its connection, in seconds. */
export interface AdaptiveHeartbeat {
  /** The interval to begin with, and the least one. */
  readonly start?: number;
  readonly min?: number;
  /** The longest silence that is tried. */
  readonly max?: number;
}

const GROWTH = 1.5;
const WINS = 2;
const BELOW_FAILURE = 0.8;

/**
 * How long a connection may be silent on one network before its life must be asked for. It starts
 * short and grows while connections live through the silence; where one died of it, it falls back
 * and stays below. Pure: it is told what happened and says the interval, in seconds.
 */
export class Cadence {
  interval: number;
  #wins = 0;
  #good: number;
  #ceiling: number;
  readonly #min: number;

  constructor({ start = 30, min = 10, max = 240 }: AdaptiveHeartbeat = {}) {
    this.#min = min;
    this.#good = min;
    this.#ceiling = Math.max(min, max);
    this.interval = Math.min(this.#ceiling, Math.max(min, start));
  }

  /** The connection was silent for a whole interval, and answered then. */
  answered(): void {
    this.#good = this.interval;
    if (++this.#wins < WINS) return;
    this.#wins = 0;
    this.interval = Math.min(this.#ceiling, this.interval * GROWTH);
  }

  /** The connection was found dead, or broke, after a silence of so many seconds. */
  broke(silence: number): void {
    // It was in use: the silence cannot have been the cause.
    if (silence < this.interval / 2) return;
    this.#wins = 0;
    this.#ceiling = Math.max(this.#min, Math.min(this.#ceiling, this.interval * BELOW_FAILURE));
    this.interval = Math.max(this.#min, Math.min(this.#good, this.#ceiling));
  }
}

/** One cadence for each network that the program has been in. */
export class Cadences {
  readonly #options: Options;
  readonly #cadences = new Map<string, Cadence>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** The interval to ask the server for, in seconds. An adaptive client asks for the longest that it may try. */
  wish(): number | undefined {
    const { heartbeat } = this.#options;
    return this.current() ? (this.#adaptive().max ?? 240) : (heartbeat as number | undefined);
  }

  /** That of the present network, if the heartbeat is adaptive. */
  current(): Cadence | undefined {
    const { heartbeat, network = networkOfThePlatform } = this.#options;
    if (heartbeat === undefined || typeof heartbeat === 'number') return undefined;
    const name = String(guarded(network) ?? '');
    const cadence = this.#cadences.get(name) ?? new Cadence(this.#adaptive());
    this.#cadences.set(name, cadence);
    return cadence;
  }

  #adaptive(): AdaptiveHeartbeat {
    const { heartbeat } = this.#options;
    return typeof heartbeat === 'object' ? heartbeat : {};
  }
}
