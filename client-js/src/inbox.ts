import { MessageStream, type StreamEvents } from './message-stream.js';
import type { Direct, Gap, Sender } from './protocol.js';

/** A message to this session alone: to it, to its user, or to one of its tags. */
export interface DirectMessage<T = unknown> {
  readonly offset: number;
  readonly data: T;
  readonly from?: Sender;
}

/**
 * The messages directed to this session. Each is acknowledged after it has been handled, so what a
 * crash interrupts comes again. Without a consumer they wait, here and on the server.
 */
export class Inbox<T = unknown> extends MessageStream<DirectMessage<T>, StreamEvents<DirectMessage<T>>> {
  /** @internal The last one received: those up to it are repetitions. */
  received = 0;
  /** @internal The last one handled: what is acknowledged. */
  handled = 0;
  #count = 0; // of the inboxes that this one has been: offsets start anew with each
  readonly #changed: () => void;

  /** @internal */
  constructor(max: number, changed: () => void) {
    super(max);
    this.#changed = changed;
  }

  /** @internal */
  heard({ offset, data, from }: Direct): void {
    if (offset <= this.received) return;
    this.received = offset;
    const count = this.#count;
    this.offer({ offset, data: data as T, from }, () => {
      // An offset of an inbox that is no more would acknowledge what nobody has seen.
      if (count !== this.#count) return;
      this.handled = offset;
      this.#changed();
    });
  }

  /** @internal */
  gap({ reason }: Gap): void {
    if (reason === 'diverged') this.anew();
    this.tell('gap', { reason });
  }

  /** @internal Another inbox begins, at its first message or where the last run of the program was. */
  anew(offset = 0): void {
    this.#count++;
    this.received = this.handled = offset;
  }

  protected override waitsForConsumers(): boolean {
    return true;
  }
}
