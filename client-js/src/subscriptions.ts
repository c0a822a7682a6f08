import type { Connection } from './connection.js';
import { ByssusError, LOST } from './errors.js';
import type { Gap, Position, Publication, Subscribed, Unsubscribed } from './protocol.js';
import { Subscription } from './subscription.js';

const RETRY_MS = 1000;
const EARLIER_MAX = 100;

/** What the program wishes to hear, what the server has of it, and where to read on. */
export class Subscriptions {
  readonly #wishes = new Map<string, Subscription>();
  /** What the session was seen to be subscribed to: a resume brings it back. */
  readonly #restorable = new Set<string>();
  /** Channels whose `unsubscribe` has no answer yet: what is said of them is of a wish that is over. */
  readonly #leaving = new Set<string>();
  /** Channels to which the server has subscribed the session: only the server can end that. */
  readonly #byServer = new Set<string>();
  /** Where earlier runs of the program were in channels: there a wish for one begins. */
  readonly #earlier: Record<string, Position>;
  readonly #queueMax: number;
  readonly #changed: () => void;
  readonly #made: (subscription: Subscription) => void;
  /** While the session is on it. */
  #connection: Connection | null = null;

  /**
   * @param changed called when `positions` may give something else
   * @param made called with a subscription that the server has made, before anything of it is told
   */
  constructor(
    earlier: Readonly<Record<string, Position>>,
    queueMax: number,
    changed: () => void,
    made: (subscription: Subscription) => void,
  ) {
    this.#earlier = Object.fromEntries(Object.entries(earlier).slice(-EARLIER_MAX));
    this.#queueMax = queueMax;
    this.#changed = changed;
    this.#made = made;
  }

  /** One and the same for each name. */
  wish(channel: string, position: Position | undefined): Subscription {
    const wish = this.#wishes.get(channel) ?? this.#make(channel, position);
    wish.wished = true;
    // In the next turn, so that listeners which are added now hear all of it.
    queueMicrotask(() => this.#ask(wish));
    return wish;
  }

  #make(channel: string, position?: Position): Subscription {
    const wish: Subscription = new Subscription(
      channel,
      position ?? this.#earlier[channel],
      this.#queueMax,
      () => this.#leave(wish),
      this.#changed,
    );
    this.#wishes.set(channel, wish);
    return wish;
  }

  /** Up to where each channel was received, for a resume. */
  get received(): Record<string, Position> {
    return this.#positions(({ received }) => received);
  }

  /** Up to where each channel was handled, for the next run of the program, and where earlier ones were in others. */
  get handled(): Record<string, Position> {
    const handled = this.#positions(({ handled }) => handled);
    const others = Object.entries(this.#earlier).filter(([channel]) => !(channel in handled));
    return { ...Object.fromEntries(others), ...handled };
  }

  #positions(of: (wish: Subscription) => Position | undefined): Record<string, Position> {
    const positions: Record<string, Position> = {};
    for (const [channel, wish] of this.#wishes) {
      const position = of(wish);
      if (position) positions[channel] = position;
    }
    return positions;
  }

  connected(connection: Connection, resumed: boolean): void {
    this.#connection = connection;
    for (const wish of [...this.#wishes.values()]) {
      const { channel } = wish;
      if (!resumed && this.#byServer.has(channel) && !wish.wished) this.#over(channel, { byServer: true });
      else if (!resumed || !this.#restorable.has(channel)) this.#ask(wish);
    }
    if (!resumed) this.#byServer.clear();
  }

  cut(): void {
    this.#connection = null;
    this.#leaving.clear();
    for (const wish of this.#wishes.values()) wish.cut();
  }

  /** The session is gone, and with it what it was subscribed to. The wishes and their places stay. */
  forget(): void {
    this.#restorable.clear();
  }

  finish(): void {
    for (const wish of this.#wishes.values()) wish.finish();
  }

  // What the server says.

  /** One that nobody here wants is given back; one that the server has made is the program's to use or to leave. */
  subscribed(message: Subscribed): void {
    const { channel, by } = message;
    // While one of ours is being given back: the server will refuse that, and go on.
    if (by) this.#leaving.delete(channel);
    if (this.#leaving.has(channel)) return;
    let wish = this.#wishes.get(channel);
    if (by && !this.#byServer.has(channel)) {
      this.#byServer.add(channel);
      if (!wish) {
        wish = this.#make(channel);
        this.#made(wish);
        if (!this.#connection) return; // a listener has closed it, or gone elsewhere
      }
    }
    if (!wish) {
      if (!by) void this.#giveBack(channel);
      return;
    }
    this.#restorable.add(channel);
    wish.asking = false;
    wish.subscribed(message);
  }

  /** Without an id it is not the answer to ours: the session has lost its right. */
  unsubscribed({ id, channel }: Unsubscribed): void {
    if (id !== undefined) return;
    this.#byServer.delete(channel);
    this.#over(channel, { byServer: true });
  }

  /** What comes before `subscribed` was for another subscription, which is over. */
  heard(message: Publication): void {
    const wish = this.#wishes.get(message.pattern ?? message.channel);
    if (wish?.confirmed) wish.heard(message);
  }

  gap(message: Gap): void {
    this.#wishes.get(message.channel ?? '')?.gap(message);
  }

  // What the server is told.

  #ask(wish: Subscription): void {
    const connection = this.#connection;
    const { channel } = wish;
    const wanted = () => this.#wishes.get(channel) === wish;
    if (!connection || wish.asking || wish.confirmed || this.#leaving.has(channel) || !wanted()) return;
    wish.asking = true;
    connection.ask({ type: 'subscribe', channel, position: wish.received }).catch((error: ByssusError) => {
      if (error === LOST) return; // the next connection asks again
      wish.asking = false;
      if (!wanted()) return;
      if (error.code === 'already_subscribed') {
        // The reply before was lost. If the server has not told of it on a resume, it has to begin anew.
        // One that the server has made cannot begin anew: it goes on from wherever it is.
        if (this.#byServer.has(channel)) wish.confirmed = true;
        else if (!wish.confirmed) void this.#giveBack(channel);
      } else if (error.retryable) setTimeout(() => this.#ask(wish), RETRY_MS);
      else this.#over(channel, error);
    });
  }

  async #leave(wish: Subscription): Promise<void> {
    const { channel } = wish;
    if (this.#wishes.get(channel) !== wish) return;
    const had = wish.confirmed || wish.asking;
    this.#over(channel, { byServer: false });
    if (had && !this.#byServer.has(channel)) await this.#giveBack(channel);
  }

  /** What is lost on the way is said again: a resume brings the subscription back, and nobody wants it then. */
  async #giveBack(channel: string): Promise<void> {
    const connection = this.#connection;
    if (!connection || this.#leaving.has(channel)) return;
    this.#leaving.add(channel);
    const error = await connection.ask({ type: 'unsubscribe', channel }).then(
      () => null,
      (refusal: ByssusError) => refusal,
    );
    if (connection !== this.#connection) return;
    if (error?.code === 'forbidden') this.#byServer.add(channel);
    const goOn = () => {
      if (connection !== this.#connection) return;
      this.#leaving.delete(channel);
      const next = this.#wishes.get(channel);
      if (error?.retryable) void this.#giveBack(channel);
      else if (next) this.#ask(next);
    };
    if (error?.retryable) setTimeout(goOn, RETRY_MS);
    else goOn();
  }

  #over(channel: string, event: { byServer: boolean } | ByssusError): void {
    const wish = this.#wishes.get(channel);
    this.#wishes.delete(channel);
    delete this.#earlier[channel];
    this.#restorable.delete(channel);
    this.#changed();
    wish?.over(event);
  }
}
