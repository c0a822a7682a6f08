import type { Connection } from './connection.js';
import type { ByssusError } from './errors.js';
import { guarded } from './events.js';
import type { Inbox } from './inbox.js';
import type { SavedSession, Store } from './store.js';

const TICK_MS = 100;

/**
 * Tells the server and the store what the program has handled, ten times a second at most: one acknowledgement covers
 * all directed messages before it.
 */
export class AckScheduler {
  readonly #inbox: Inbox;
  readonly #store: Store | undefined;
  readonly #saved: () => SavedSession;
  #connection: Connection | null = null;
  #acked = 0;
  #acking: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(inbox: Inbox, store: Store | undefined, saved: () => SavedSession) {
    this.#inbox = inbox;
    this.#store = store;
    this.#saved = saved;
  }

  connected(connection: Connection): void {
    this.#connection = connection;
    this.#acked = 0;
    this.ackSoon();
  }

  cut(): void {
    this.#connection = null;
  }

  ackSoon(): void {
    this.saveSoon();
    this.#acking ??= setTimeout(() => {
      this.#acking = undefined;
      const { handled } = this.#inbox;
      if (!this.#connection || handled === 0 || handled === this.#acked) return;
      this.#acked = handled;
      this.#connection.ask({ type: 'ack', offset: handled }).catch(({ retryable }: ByssusError) => {
        if (!retryable) return;
        this.#acked = 0;
        this.ackSoon();
      });
    }, TICK_MS);
  }

  saveSoon(): void {
    if (this.#store) this.#saving ??= setTimeout(() => this.save(), TICK_MS);
  }

  save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    // A store that cannot save is the program's to mend: the session goes on without.
    guarded(() => this.#store?.save(this.#saved()));
  }

  close(): void {
    clearTimeout(this.#acking);
    clearTimeout(this.#saving);
    this.#saving = undefined;
    this.release();
  }

  release(): void {
    guarded(() => this.#store?.release?.());
  }
}
