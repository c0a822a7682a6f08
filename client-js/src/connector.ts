import { Backoff } from './backoff.js';
import { Connection, type Owner, type WebSocketConstructor } from './connection.js';
import { ByssusError, LOST } from './errors.js';
import { Cadences } from './heartbeat.js';
import type { ClientEvents, Options, State, StateEvent } from './options.js';
import { type Connected, endsSession, invitesReconnect, type ServerMessage } from './protocol.js';

/** What outlives a connection, as the connector sees it. */
export interface ConnectorOwner {
  /** The fields of `connect` that resume the session; `null` when there is none. */
  resume(): Record<string, unknown> | null;
  /** The server has accepted `connect`. */
  accepted(reply: Connected): void;
  /** The same, when the program has been told. */
  connected(connection: Connection, reply: Connected): void;
  heard(message: ServerMessage): void;
  /** There is no connection any more. */
  cut(): void;
  /** The session is gone. */
  forget(): void;
  /** There will be no connection any more. */
  closed(error: ByssusError): void;
  emit<K extends keyof ClientEvents>(type: K, event: ClientEvents[K]): void;
}

const ANSWER_MS = 10_000;
const STEADY_MS = 10_000;
const LEAVES_MS = 10_000;
const AWAY_MAX_MS = 600_000;
const FAULT_TRIES = 3;
const REFUSALS_MAX = 3;
const NO_CLOSE_FRAME = 1006;
const TAKEN_OVER = 4409;
const UNAUTHORIZED = 4401;

/** After these errors of `connect` the server closes, with the code that says what to do. */
const CLOSE_FOLLOWS = new Set(['unauthorized', 'resume_refused', 'too_many_sessions']);

/** Opens one connection after another, in the states of section 18 of the protocol, until it is closed. */
export class Connector {
  state: State;
  connection: Connection | null = null;
  /** The last `connected`. */
  known: Connected | null = null;
  /** Set when it is closed: why. */
  closing: ByssusError | null = null;
  closedWith = 0;
  readonly #urls: readonly string[];
  readonly #options: Options;
  readonly #owner: ConnectorOwner;
  readonly #backoff: Backoff;
  readonly #cadences: Cadences;
  #dials = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connectedAt = 0;
  #attempts = 0; // failed, since the last connection
  #refusals = 0; // of tokens, since the last connection
  #comeBackMs: number | null = null; // the server told when
  #lastWords = ''; // an error that comes before its close code

  constructor(urls: readonly string[], options: Options, owner: ConnectorOwner) {
    this.#urls = urls;
    this.#options = options;
    this.#owner = owner;
    this.#backoff = new Backoff(options.backoff);
    this.#cadences = new Cadences(options);
    this.state = owner.resume() ? 'resuming' : 'connecting';
  }

  // How a connection begins.

  open(): void {
    this.#drop();
    this.#comeBackMs = null;
    this.#become({ state: this.#owner.resume() ? 'resuming' : 'connecting' });
    if (this.closing) return; // by a listener
    const url = this.#urls[this.#dials++ % this.#urls.length]!;
    const dial = this.#dials;
    this.#lastWords = '';
    this.#after(ANSWER_MS, () => this.#lost(NO_CLOSE_FRAME, 'no answer to connect'));
    const { token } = this.#options;
    if (typeof token !== 'function') {
      this.#dial(url, token);
      return;
    }
    const current = () => dial === this.#dials && !this.closing && !this.connection;
    new Promise<string | undefined>((resolve) => resolve(token(this.#refusals > 0))).then(
      (got) => current() && this.#dial(url, got),
      (error) => current() && this.#lost(0, `the token function failed: ${error?.message ?? error}`),
    );
  }

  #dial(url: string, token: string | undefined): void {
    const WebSocket = this.#options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketConstructor);
    const owner: Owner = {
      opened: () => this.#greet(token),
      heard: (message) => this.#heard(message),
      malformed: ({ message }) => this.#owner.emit('notice', { code: 'malformed', message }),
      ended: (code, reason) => this.#lost(code, reason),
      answered: () => {
        this.#cadences.current()?.answered();
        if (this.known) this.#watch(this.known);
      },
    };
    try {
      this.connection = new Connection(url, WebSocket, owner, this.#options.parse);
    } catch (error) {
      // Not an address, or mixed content: no other try will do better.
      this.close(0, `${url} cannot be opened: ${(error as Error).message}`);
    }
  }

  #greet(token: string | undefined): void {
    const { attributes, tags } = this.#options;
    const rest = this.#owner.resume() ?? { attributes, tags };
    const interval = this.#cadences.wish();
    const heartbeat = interval === undefined ? undefined : { interval };
    // The program that names the network may have closed it.
    this.connection?.ask({ type: 'connect', token, batch: true, heartbeat, ...rest }).catch((error: ByssusError) => {
      if (error !== LOST) this.#turnedAway(error, token);
    });
  }

  #turnedAway({ code, message, retryable }: ByssusError, token: string | undefined): void {
    if (code === 'session_expired') {
      this.#owner.forget();
      this.#owner.emit('expired', {});
      if (!this.closing) this.#become({ state: 'connecting' });
      if (!this.closing) this.#greet(token);
    } else if (CLOSE_FOLLOWS.has(code)) {
      this.#lastWords = message;
    } else if (retryable) {
      this.#lost(0, message);
    } else {
      this.close(0, message);
    }
  }

  #heard(message: ServerMessage): void {
    if (message.type === 'connected') this.#welcomed(message);
    else if (message.type === 'reconnect') {
      // The server closes by itself, when the last replies are out. If it does not, we do.
      this.#comeBackMs = Math.min(message.afterMs, AWAY_MAX_MS);
      this.#after(LEAVES_MS, () => this.#lost(1012, 'sent away'));
    } else this.#owner.heard(message);
  }

  #welcomed(reply: Connected): void {
    const connection = this.connection!;
    const { session, node, resumed } = reply;
    this.#attempts = this.#refusals = 0;
    this.#connectedAt = Date.now();
    clearTimeout(this.#timer);
    connection.longest = reply.maxMessage || Infinity;
    this.#owner.accepted(reply);
    this.known = reply;
    this.#watch(reply);
    this.#become({ state: 'connected' });
    if (connection !== this.connection) return; // a listener has closed it, or gone elsewhere
    this.#owner.emit('connected', { session, node, resumed });
    if (connection !== this.connection) return; // or has now
    this.#owner.connected(connection, reply);
  }

  #watch({ heartbeat: { interval, timeout } }: Connected): void {
    this.connection?.watch(Math.min(interval, this.#cadences.current()?.interval ?? interval), timeout);
  }

  // How a connection ends.

  #lost(code: number, reason: string): void {
    const wasConnected = this.state === 'connected';
    const words = this.#lastWords || reason || (wasConnected ? 'the connection broke' : 'no connection could be opened');
    const again = code === UNAUTHORIZED && typeof this.#options.token === 'function' && ++this.#refusals < REFUSALS_MAX;
    if (code !== 0 && !again && !invitesReconnect(code)) {
      this.close(code, words);
      return;
    }
    const lasted = Date.now() - this.#connectedAt;
    // With any other code the server was heard to the end: the silence did no harm.
    if (wasConnected && code === NO_CLOSE_FRAME) this.#cadences.current()?.broke(this.connection?.silence ?? 0);
    this.#drop();
    if (wasConnected && lasted > STEADY_MS) this.#backoff.failures = 0;
    if (!wasConnected && ++this.#attempts === FAULT_TRIES) this.#owner.emit('fault', { attempts: FAULT_TRIES, reason: words });
    if (this.closing) return; // by a listener
    const waitMs = this.#comeBackMs ?? this.#backoff.next();
    this.#after(waitMs, () => this.open());
    this.#become({ state: 'waiting', code, reason: words, waitMs, attempts: this.#attempts });
  }

  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closedWith = code;
    this.closing = new ByssusError('closed', code === TAKEN_OVER ? 'another connection has the session' : reason);
    this.#drop();
    if (endsSession(code)) this.#owner.forget();
    this.#owner.closed(this.closing);
    this.#become({ state: 'closed', code, reason });
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const connection = this.connection;
    this.connection = null;
    this.#owner.cut();
    connection?.drop();
  }

  #become(event: StateEvent): void {
    this.state = event.state;
    this.#owner.emit('state', event);
  }

  /** One timer is enough: a client waits for one thing at a time. */
  #after(ms: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }
}
