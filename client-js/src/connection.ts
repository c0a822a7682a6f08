import { ByssusError, LOST } from './errors.js';
import { decode, type Parse, SUBPROTOCOL, type ServerMessage } from './protocol.js';

/** As much of the standard WebSocket as is used here; that of the package `ws` has it too. */
export interface WebSocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocol: string) => WebSocketLike;

export interface Command {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What its owner hears of a connection, until it is dropped. */
export interface Owner {
  opened(): void;
  heard(message: ServerMessage): void;
  malformed(error: SyntaxError): void;
  ended(code: number, reason: string): void;
  /** The connection was silent for a whole interval, and then answered. */
  answered(): void;
}

/** A timer that rings so late shows that nothing was listened to either. */
const LATE_MS = 1000;

interface Asked {
  resolve(reply: ServerMessage): void;
  reject(error: ByssusError): void;
}

/**
 * One live WebSocket: what is asked on it, and the watch over its life. After `drop` it is mute,
 * whatever its socket may still do.
 */
export class Connection {
  readonly #socket: WebSocketLike;
  readonly #asked = new Map<number, Asked>();
  /** Bytes of the longest message that the server takes; it ends the connection for good over a longer one. */
  longest = Infinity;
  readonly #parse: Parse | undefined;
  #owner: Owner | null;
  #lastId = 0;
  #heardAt = Date.now();
  #watch: ReturnType<typeof setTimeout> | undefined;
  #pingedAt = 0;
  #intervalMs = 0;
  #timeoutMs = 0;

  constructor(url: string, WebSocket: WebSocketConstructor, owner: Owner, parse?: Parse) {
    this.#owner = owner;
    this.#parse = parse;
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.onopen = () => this.#owner?.opened();
    socket.onmessage = (event: { data: unknown }) => this.#frame(String(event.data));
    socket.onclose = ({ code, reason }: { code: number; reason: unknown }) => this.#end(code, String(reason ?? ''));
    // Each is followed by a close; without a listener, `ws` would throw.
    socket.onerror = () => {};
    this.#socket = socket;
  }

  /** Seconds since anything was heard. */
  get silence(): number {
    return (Date.now() - this.#heardAt) / 1000;
  }

  say(command: Command): void {
    this.#socket.send(JSON.stringify(command));
  }

  /** The reply, or a rejection with the server's error, or with `LOST`; `too_large`: it was not sent. */
  ask(command: Command): Promise<ServerMessage> {
    const id = ++this.#lastId;
    const text = JSON.stringify({ ...command, id });
    return new Promise((resolve, reject) => {
      const bytes = text.length * 3 <= this.longest ? 0 : new TextEncoder().encode(text).length;
      if (bytes > this.longest) {
        reject(new ByssusError('too_large', `${bytes} bytes; the server takes ${this.longest}`));
        return;
      }
      this.#asked.set(id, { resolve, reject });
      this.#socket.send(text);
    });
  }

  /** Ends it without a word to the owner. What was asked and not answered is rejected with `LOST`. */
  drop(): void {
    if (!this.#owner) return;
    this.#owner = null;
    clearTimeout(this.#watch);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    try {
      this.#socket.close();
    } catch {
      // It was never open, or is gone: that is all we want.
    }
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(LOST);
  }

  // The heartbeat. A page does not see WebSocket pings, so it asks for a sign of life itself.

  /** From now on a silence of `interval` seconds is questioned; without an answer in `timeout` the connection is dead. */
  watch(interval: number, timeout: number): void {
    this.#intervalMs = interval * 1000;
    this.#timeoutMs = timeout * 1000;
    this.#listen();
  }

  /** Asks for a sign of life now: the network may have changed, or the machine may have slept. */
  question(): void {
    if (this.#pingedAt || !this.#intervalMs) return;
    const silenceMs = Date.now() - this.#heardAt;
    this.#pingedAt = Date.now();
    this.say({ type: 'ping' });
    this.#after(this.#timeoutMs, () => {
      const pingedAt = this.#pingedAt;
      this.#pingedAt = 0;
      const unheard = this.#heardAt < pingedAt;
      // A page that was frozen, or busy, did not listen either: the answer may be there and not be read yet.
      if (unheard && Date.now() - pingedAt - this.#timeoutMs >= LATE_MS) this.question();
      else if (unheard) this.#end(1006, 'no answer to a ping');
      else {
        this.#listen();
        if (silenceMs >= this.#intervalMs) this.#owner?.answered();
      }
    });
  }

  /** One timer for all messages: it looks how long ago the last one was. */
  #listen(): void {
    const silenceMs = Date.now() - this.#heardAt;
    const leftMs = Math.min(this.#intervalMs - silenceMs, this.#intervalMs); // the clock may have been set back
    if (leftMs <= 0) this.question();
    else this.#after(leftMs, () => this.#listen());
  }

  #after(ms: number, action: () => void): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(action, ms);
  }

  // What comes in.

  #frame(frame: string): void {
    this.#heardAt = Date.now();
    for (const line of frame.split('\n')) {
      if (!line || !this.#owner) continue;
      try {
        const message = decode(line, this.#parse);
        if (message) this.#line(message);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        this.#owner?.malformed(error);
      }
    }
  }

  #line(message: ServerMessage): void {
    const asked = message.id === undefined ? undefined : this.#asked.get(message.id);
    if (message.id !== undefined) this.#asked.delete(message.id);
    if (message.type === 'error' && asked) {
      asked.reject(new ByssusError(message.code, message.message, message.retryable));
      return;
    }
    this.#owner?.heard(message);
    asked?.resolve(message);
  }

  #end(code: number, reason: string): void {
    const owner = this.#owner;
    this.drop();
    owner?.ended(code, reason);
  }
}
