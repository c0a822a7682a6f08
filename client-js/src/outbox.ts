import type { Command, Connection } from './connection.js';
import { ByssusError, LOST } from './errors.js';
import { Backoff } from './backoff.js';
import type { Durability, Position, ServerMessage } from './protocol.js';

/** The server's word that a publication is stored. */
export interface PublishResult {
  /** The level that was reached, at least what was asked. */
  readonly level: Durability;
  /** Its place; left out on channels that keep nothing. */
  readonly position?: Position;
  /** It was stored by an earlier try already, once. */
  readonly duplicate: boolean;
}

/** The server's word that a directed message is in inboxes. */
export interface SendResult {
  /** How many sessions have it, at least 1. */
  readonly sessions: number;
  /** How many could not take it, their inbox being full. */
  readonly full: number;
  /** All that have it had it already, from an earlier try. */
  readonly duplicate: boolean;
}

/** The server remembers a dedupe id for 5 minutes; the last repetition must arrive well within. */
const TRY_MS = 4 * 60_000;
/** As many commands as the server takes under way at once. */
const WINDOW = 64;
const PAUSE = { first: 500, max: 10_000 };
/** Retryable, but not because of the server: to wait would hold up messages to others. */
const FULL = 'inbox_full';

const unknown = () => new ByssusError('unknown', 'it may have been done or not: there was no answer', true);

interface Item {
  readonly command: Command;
  readonly resolve: (reply: never) => void;
  readonly reject: (error: ByssusError) => void;
  /** On the way, and not answered yet. */
  asked: boolean;
  /** The session in which a try was made whose outcome we do not know: `dedupe` holds within it only. */
  doubt: string | null;
  /** When it fails without an answer; 0: by the time since its first try. */
  dueAt: number;
  deadline: ReturnType<typeof setTimeout> | undefined;
}

/**
 * What the program has said and the server has not answered: publications and directed messages.
 * They wait for the connection in the order in which they were said, and are settled by the
 * server's answer. Each is repeated, with its `dedupe`, until the program's deadline, and for as long
 * as the server surely remembers that id. Without an answer in the end it is `unknown`, never a success.
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

  /**
   * @param command with a `dedupe`
   * @param timeoutMs from now on; `Infinity`: 4 minutes from the first try on
   */
  call<R extends ServerMessage>(command: Command, timeoutMs = Infinity): Promise<R> {
    if (this.#items.size >= this.#max) {
      const full = new ByssusError('outbox_full', `${this.#max} messages wait for the server already`, true);
      return Promise.reject(full);
    }
    return new Promise<R>((resolve, reject) => {
      const item: Item = { command, resolve, reject, asked: false, doubt: null, dueAt: Date.now() + timeoutMs, deadline: undefined };
      this.#items.add(item);
      if (timeoutMs < Infinity) this.#within(item, timeoutMs);
      this.#say();
    });
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
    if (item.dueAt - Date.now() > TRY_MS) {
      item.dueAt = 0;
      this.#within(item, TRY_MS);
    }
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
    if (!error.retryable || error.code === FULL) this.#refuse(item, item.doubt ? unknown() : error);
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

  #within(item: Item, ms: number): void {
    clearTimeout(item.deadline);
    item.deadline = setTimeout(() => this.#late(item), ms);
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
