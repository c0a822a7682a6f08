import { ByssusError } from './errors.js';
import { MessageStream, type StreamEvents } from './message-stream.js';
import type { Gap, GapReason, Position, Publication, Sender, Subscribed } from './protocol.js';

/** A publication, as a subscriber gets it. */
export interface Message<T = unknown> {
  /** Where it was published; for a pattern one of the channels that it takes. */
  readonly channel: string;
  readonly data: T;
  /** Left out when it came from the server's own API. */
  readonly from?: Sender;
  /** Its place. Left out on channels that keep nothing, and in what came through a pattern. */
  readonly position?: Position;
  /** It was published while this client was away. */
  readonly missed: boolean;
}

export interface SubscriptionEvents<T> extends StreamEvents<Message<T>> {
  /** From here on nothing of the channel passes unseen. `position` is left out for patterns and channels that keep nothing. */
  subscribed: { readonly position?: Position };
  /**
   * What became of the messages of an absence, told after the last of them. `recovered: true`:
   * nothing is missing. `false`: something is, and `reason` says why; what is there behind it follows.
   */
  recovery: { readonly recovered: boolean; readonly reason?: GapReason; readonly missed: number };
  /** It is over: the program asked, or (with `byServer`) the session has lost its right. */
  unsubscribed: { readonly byServer: boolean };
  /** The server refuses it; it is over. */
  error: ByssusError;
}

/**
 * The wish to hear a channel, or all channels of a pattern. It holds over reconnects and new
 * sessions until `unsubscribe`. It is iterable: `for await (const message of subscription)`.
 */
export class Subscription<T = unknown> extends MessageStream<Message<T>, SubscriptionEvents<T>> {
  readonly channel: string;
  /** @internal Up to where messages have been received: the place to resume at. */
  received: Position | undefined;
  /** @internal Up to where they have been handled: what the next run of the program must know. */
  handled: Position | undefined;
  /** @internal The server has confirmed it on the present connection. */
  confirmed = false;
  /** @internal The program has subscribed; else the server has. */
  wished = false;
  /** @internal A `subscribe` is under way. */
  asking = false;
  #recovery: { left: number; missed: number; epoch: string | undefined } | null = null;
  #told = false; // of a gap whose place is the next message
  readonly #leave: () => Promise<void>;
  readonly #changed: () => void;

  /** @internal */
  constructor(channel: string, position: Position | undefined, max: number, leave: () => Promise<void>, changed: () => void) {
    super(max);
    this.channel = channel;
    this.received = this.handled = position;
    this.#leave = leave;
    this.#changed = changed;
  }

  /** The place up to which messages have been received, if the channel has places. */
  get position(): Position | undefined {
    return this.received;
  }

  /**
   * Ends it. Resolves when no message of the channel can come any more. If the server has made the subscription, the
   * session keeps it, and its messages are dropped here until `subscribe` is called again.
   */
  unsubscribe(): Promise<void> {
    return this.#leave();
  }

  /** @internal The server's word on it: to `subscribe`, after a resume, or at the start of an epoch. */
  subscribed({ position, recovered, reason, missed = 0 }: Subscribed): void {
    this.confirmed = true;
    if (this.#recovery && recovered && missed === 0) {
      // Only a new epoch: what was missed goes on in it.
      this.#recovery.epoch = position?.epoch;
      if (position) this.#place(position);
      this.tell('subscribed', { position });
      return;
    }
    // Before anything is told: a listener may leave this connection, and what is to come on it will not then.
    this.#recovery = missed > 0 ? { left: missed, missed, epoch: position?.epoch } : null;
    // While missed messages are still to come, our place is where they begin: another cut may come first.
    if (position && missed === 0) this.#place(position);
    this.tell('subscribed', { position });
    if (missed === 0 && recovered !== undefined) this.tell('recovery', { recovered, reason, missed });
  }

  /** @internal */
  heard({ channel, pattern, offset, data, from }: Publication): void {
    const missed = this.#recovery !== null;
    // Without a place of our own (the first answer was lost) it begins with the first missed message.
    const epoch = this.received?.epoch ?? this.#recovery?.epoch;
    const last = this.received?.offset;
    if (pattern || !offset || epoch === undefined) {
      this.offer({ channel, data: data as T, from, missed }, () => {});
    } else if (last === undefined || offset > last) {
      if (last !== undefined && offset > last + 1 && !this.#told) this.tell('gap', { reason: 'hole' });
      this.#told = false;
      const position = { epoch, offset };
      this.received = position;
      this.offer({ channel, data: data as T, from, position, missed }, () => this.#done(position));
    }
    if (!this.#recovery || --this.#recovery.left > 0) return;
    this.tell('recovery', { recovered: true, missed: this.#recovery.missed });
    this.#recovery = null;
  }

  /** @internal */
  gap({ reason, position }: Gap): void {
    if (position) this.#place(position);
    else this.#told = true;
    this.tell('gap', { reason });
    if (!this.#recovery) return;
    // The channel dropped some of what was missed before it could be sent.
    const { left, missed } = this.#recovery;
    this.#recovery = null;
    this.tell('recovery', { recovered: false, reason, missed: missed - left });
  }

  /** @internal The connection is gone: what was still to come on it will not. */
  cut(): void {
    this.#recovery = null;
    this.#told = false;
    this.confirmed = this.asking = false;
  }

  /** @internal */
  over(event: { byServer: boolean } | ByssusError): void {
    if (event instanceof ByssusError) {
      this.tell('error', event);
      this.finish(event);
    } else {
      this.tell('unsubscribed', event);
      this.finish();
    }
  }

  #place(position: Position): void {
    this.received = position;
    this.then(() => this.#done(position));
  }

  #done(position: Position): void {
    this.handled = position;
    this.#changed();
  }
}
