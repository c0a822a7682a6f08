import type { Command, Connection } from './connection.js';
import { ByssusError, LOST } from './errors.js';
import { Backoff } from './backoff.js';
import type { Durability, Position, Published, Sent } from './protocol.js';

/** The server's word that a publication is stored. */
export interface PublishResult {
  /** The level that was reached, at least what was asked. */
  readonly level: Durability;
  /** Its place; left out on channels that keep nothing. */
  readonly position?: Position;
  /** It was stored by an earlier try already, once. */
  readonly duplicate: boolean;
}

/** The server remembers a dedupe id for 5 minutes; the last repetition must arrive well within. */
const TRY_MS = 4 * 60_000;
/** As many commands as the server takes under way at once. */
const WINDOW = 64;
const PAUSE = { first: 500, max: 10_000 };

const unknown = () => new ByssusError('unknown', 'it may have been done or not: there was no answer', true);

interface Item {
  readonly command: Command;
  /** Whether the server knows a repetition by its `dedupe`. */
  readonly repeatable: boolean;
  readonly resolve: (reply: never) => void;
  readonly reject: (error: ByssusError) => void;
  /** On the way, and not answered yet. */
  asked: boolean;
  /** The session in which a try was made whose outcome we do not know: `dedupe` holds within it only. */
  doubt: string | null;
  deadline: ReturnType<typeof setTimeout> | undefined;
}

/**
 * What the program has said and the server has not answered: publications and directed messages.
 * They wait for the connection in the order in which they were said, and are settled by the
 * server's answer. A publication is repeated, with its `dedupe`, for as long as the server surely
 * remembers that; nothing else is. Without an answer in the end it is `unknown`, never a success.
 *
 * So many are under way at once; when the server asks for patience, all wait a little, and fewer
 * are under way for a while.
 */
export class Outbox {
  readonly #items = new Set<Item>();
  readonly #max: number;
  readonly #backoff = new Backoff(PAUSE);
  #connection: Connection | null = null;
  #session = '';
  #window = WINDOW;
  #underWay = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(max: number) {
    this.#max = max;
  }

  publish(command: Command): Promise<Published> {
    return this.#add(command, true);
  }

  send(command: Command): Promise<Sent> {
    return this.#add(command, false);
  }

  /** The connection is there: says what waits. */
  connected(connection: Connection, session: string): void {
    this.#connection = connection;
    this.#session = session;
    this.#resume();
  }

  /** The connection is gone; what was under way on it fails by itself. */
  cut(): void {
    this.#connection = null;
  }

  /** Nothing will be said any more. */
  close(): void {
    this.cut();
    clearTimeout(this.#pause);
    for (const item of [...this.#items]) {
      this.#refuse(item, item.asked || item.doubt ? unknown() : new ByssusError('not_sent', 'the client was closed before'));
    }
  }

  #add<R>(command: Command, repeatable: boolean): Promise<R> {
    if (this.#items.size >= this.#max) {
      const full = new ByssusError('outbox_full', `${this.#max} messages wait for the server already`, true);
      return Promise.reject(full);
    }
    return new Promise<R>((resolve, reject) => {
      this.#items.add({ command, repeatable, resolve, reject, asked: false, doubt: null, deadline: undefined });
      this.#say();
    });
  }

  #say(): void {
    if (!this.#connection || this.#pause !== undefined) return;
    for (const item of this.#items) {
      if (this.#underWay >= this.#window) return;
      if (!item.asked) this.#try(item, this.#connection, this.#session);
    }
  }

  #try(item: Item, connection: Connection, session: string): void {
    if (item.doubt && item.doubt !== session) {
      this.#refuse(item, unknown());
      return;
    }
    item.asked = true;
    this.#underWay++;
    item.deadline ??= setTimeout(() => this.#late(item), TRY_MS);
    connection.ask(item.command).then(
      (reply) => {
        this.#underWay--;
        this.#window = Math.min(WINDOW, this.#window + 1);
        this.#backoff.failures = 0;
        this.#settle(item, () => item.resolve(reply as never));
        this.#say();
      },
      (error: ByssusError) => {
        this.#underWay--;
        item.asked = false;
        this.#failed(item, error, session);
        this.#say();
      },
    );
  }

  #failed(item: Item, error: ByssusError, session: string): void {
    const inDoubt = error === LOST || error.code === 'unknown';
    if (inDoubt && !item.repeatable) this.#refuse(item, unknown());
    else if (!error.retryable || !item.repeatable) this.#refuse(item, item.doubt ? unknown() : error);
    else {
      if (inDoubt) item.doubt = session;
      if (error !== LOST) this.#rest();
    }
  }

  /** The server wants patience: everything waits, so that what was said first goes first. */
  #rest(): void {
    this.#window = Math.max(1, this.#window >> 1);
    this.#pause ??= setTimeout(() => this.#resume(), PAUSE.first + this.#backoff.next());
  }

  #resume(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#say();
  }

  #late(item: Item): void {
    this.#refuse(item, item.asked || item.doubt ? unknown() : new ByssusError('timeout', 'the server did not take it in time', true));
  }

  #refuse(item: Item, error: ByssusError): void {
    this.#settle(item, () => item.reject(error));
  }

  #settle(item: Item, how: () => void): void {
    if (!this.#items.delete(item)) return;
    clearTimeout(item.deadline);
    how();
  }
}
