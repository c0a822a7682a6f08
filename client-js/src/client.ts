import { Backoff, type BackoffBounds } from './backoff.js';
import { type Command, Connection, type Owner, type WebSocketConstructor } from './connection.js';
import { ByssusError, LOST } from './errors.js';
import { Events, guarded } from './events.js';
import { type AdaptiveHeartbeat, Cadence } from './heartbeat.js';
import { Inbox } from './inbox.js';
import { Outbox, type PublishResult } from './outbox.js';
import { listenToThePlatform, networkOfThePlatform, randomId } from './platform.js';
import {
  type Attributes,
  type Connected,
  type Durability,
  endsSession,
  type GapReason,
  type History,
  type HistoryItem,
  invitesReconnect,
  type Member,
  type Parse,
  type Position,
  type Presence,
  type ServerMessage,
} from './protocol.js';
import type { Session, SessionChange } from './session.js';
import { type Held, nothingHeld, type Store } from './store.js';
import type { Subscription } from './subscription.js';
import { Subscriptions } from './subscriptions.js';

/** spec/protocol.md section 18 draws them. */
export type State = 'connecting' | 'connected' | 'resuming' | 'waiting' | 'closed';

export interface StateEvent {
  readonly state: State;
  /** With `waiting` and `closed`: the close code, or 0 when an error was the reason. */
  readonly code?: number;
  /** With `waiting` and `closed`: why, as a word of the protocol or a sentence. */
  readonly reason?: string;
  /** With `waiting`: until the next try. */
  readonly waitMs?: number;
  /** With `waiting`: how many tries have failed since the last connection. */
  readonly attempts?: number;
}

export interface ClientEvents {
  state: StateEvent;
  /** The session is here. `resumed`: it is one that was there before. */
  connected: { readonly session: string; readonly node: string; readonly resumed: boolean };
  /** The session is gone, it was away for too long; a new one is being made. Positions are kept. */
  expired: Record<string, never>;
  /** Three tries in a row have failed: time to tell a person. It goes on trying. Once for each outage. */
  fault: { readonly attempts: number; readonly reason: string };
  /** The node cannot reach its engine (`true`), or can again. Connections stay, commands wait or fail. */
  degraded: { readonly active: boolean };
  /** An error that answers nothing in particular, or something that is not of the protocol. */
  notice: { readonly code: string; readonly message: string };
}

export interface Options {
  /** The credential, or what gives it: asked before each connect, told whether the last one was refused. */
  readonly token?: string | ((refused: boolean) => string | undefined | Promise<string | undefined>);
  /** What a new session starts with. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  /** Keeps the session for the next run of the program; see `tabStore`. */
  readonly store?: Store;
  /** Seconds of silence before life is asked for; `adaptive` learns how many a network allows. Default: the server's. */
  readonly heartbeat?: number | 'adaptive' | AdaptiveHeartbeat;
  /** Names the network for the adaptive heartbeat, which learns for each. */
  readonly network?: () => string;
  readonly backoff?: BackoffBounds;
  /** Messages that may wait for the program in one subscription, or in the inbox. Default 10,000. */
  readonly queueMax?: number;
  /** Publications and directed messages that may wait for the server. Default 1,000. */
  readonly outboxMax?: number;
  /**
   * Takes the place of `JSON.parse`, which rounds numbers of more than 53 bits: for a whole message of the server, whose
   * own numbers (offsets and the like) must stay numbers.
   */
  readonly parse?: Parse;
  /** Default: that of the platform. Node.js before 22 has none: give that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor;
}

/** Those who are in a channel, in the order of their sessions. */
export interface Members extends ReadonlyArray<Member> {
  /** How many there are; when this is more than `length`, the reply had no room for the others. */
  readonly total: number;
}

/** To whom a directed message goes: exactly one of them. */
export type Target = { readonly session: string } | { readonly user: string } | { readonly tag: string };

export interface PublishOptions {
  /** An id of this publication within session and channel: repeated within 5 minutes it is stored once. Default: drawn. */
  readonly dedupe?: string;
  /** What must hold before it counts as published. Default `accepted`. */
  readonly durability?: Durability;
}

export interface HistoryOptions {
  /** Read on from here, oldest first. Default: the newest. */
  readonly after?: Position;
  readonly limit?: number;
}

/** What a channel keeps. `recovered: false` (with `after`): something is missing before the first item, or before `top`. */
export interface HistoryPage<T = unknown> {
  readonly top: Position;
  readonly recovered?: boolean;
  readonly reason?: GapReason;
  readonly items: readonly HistoryItem<T>[];
}

const ANSWER_MS = 10_000;
const STEADY_MS = 10_000;
const ACK_MS = 100;
const SAVE_MS = 100;
const LEAVES_MS = 10_000;
const AWAY_MAX_MS = 600_000;
const FAULT_TRIES = 3;
const REFUSALS_MAX = 3;
const NO_CLOSE_FRAME = 1006;
const TAKEN_OVER = 4409;
const ENDED = 4412;
const UNAUTHORIZED = 4401;

/** After these errors of `connect` the server closes, with the code that says what to do. */
const CLOSE_FOLLOWS = new Set(['unauthorized', 'resume_refused', 'too_many_sessions']);

/**
 * A client of Byssus: one session, on one connection at a time. It opens the first at once and
 * goes on by itself, resuming the session on whatever node it finds, until it is closed.
 *
 * `group` is kept for the work groups of a later version.
 */
export class Client extends Events<ClientEvents> {
  /** The messages directed to this session. */
  readonly inbox: Inbox;
  readonly session: Session;
  readonly #urls: readonly string[];
  readonly #options: Options;
  readonly #held: Held;
  readonly #subscriptions: Subscriptions;
  readonly #outbox: Outbox;
  readonly #backoff: Backoff;
  readonly #cadences = new Map<string, Cadence>();
  readonly #unlisten: () => void;
  #state: State = 'connecting';
  #connection: Connection | null = null;
  #known: Connected | null = null;
  #attributes: Readonly<Record<string, unknown>>;
  #tags: readonly string[];
  #dials = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #connectedAt = 0;
  #attempts = 0; // failed, since the last connection
  #refusals = 0; // of tokens, since the last connection
  #comeBackMs: number | null = null; // the server told when
  #lastWords = ''; // an error that comes before its close code
  #acked = 0;
  #acking: ReturnType<typeof setTimeout> | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #closing: ByssusError | null = null;
  #closedWith = 0;
  readonly #waiters = new Set<{ resolve: () => void; reject: (error: ByssusError) => void }>();

  /** @internal */
  constructor(urls: readonly string[], options: Options) {
    super();
    this.#urls = urls;
    this.#options = options;
    this.#held = { ...nothingHeld(), ...options.store?.load() };
    this.#attributes = options.attributes ?? {};
    this.#tags = options.tags ?? [];
    const { queueMax = 10_000, outboxMax = 1000 } = options;
    this.#outbox = new Outbox(outboxMax);
    this.#backoff = new Backoff(options.backoff);
    this.#subscriptions = new Subscriptions(this.#held.positions, queueMax, () => this.#saveSoon());
    this.inbox = new Inbox(queueMax, () => this.#handledDirect());
    this.inbox.anew(this.#held.inbox);
    this.session = this.#face();
    this.#unlisten = listenToThePlatform({
      tryNow: () => (this.#state === 'waiting' ? this.#open() : this.#connection?.question()),
      changed: () => this.#connection?.question(),
      leaving: () => this.#save(),
    });
    const { session, resume } = this.#held;
    this.#state = session && resume ? 'resuming' : 'connecting';
    const claimed = options.store?.claim?.();
    if (claimed) claimed.catch(() => false).then((mine) => this.#claimed(mine));
    else this.#open();
  }

  get state(): State {
    return this.#state;
  }

  /** Resolves with the session when it is connected; rejects when it is closed. */
  async ready(): Promise<Session> {
    await this.#connected();
    return this.session;
  }

  /**
   * The subscription to a channel, or to a pattern that ends in `*`; one and the same for each name.
   *
   * @param position to read on from; default: from now on, or where the last run of the program was
   */
  subscribe<T = unknown>(channel: string, { position }: { position?: Position } = {}): Subscription<T> {
    if (this.#closing) throw this.#closing;
    return this.#subscriptions.wish(channel, position) as Subscription<T>;
  }

  /**
   * Resolves when the server has stored it at the level that was asked; waits for a connection, and
   * repeats until there is an answer.
   *
   * @throws ByssusError `unknown`: stored or not; any other code: surely not stored
   */
  async publish(channel: string, data: unknown, { dedupe = randomId(), durability }: PublishOptions = {}): Promise<PublishResult> {
    if (this.#closing) throw this.#closing;
    const command = { type: 'publish', channel, data: plain(data), dedupe, durability };
    const { level, position, duplicate = false } = await this.#outbox.publish(command);
    return { level, position, duplicate };
  }

  /**
   * Sends to a session, to all sessions of a user, or to all with a tag. Resolves with how many have
   * it in their inbox, and how many could not take it.
   *
   * @throws ByssusError `no_recipient`, `inbox_full`: nobody has it; `unknown`: some may have it
   */
  async send(to: Target, data: unknown): Promise<{ readonly sessions: number; readonly full: number }> {
    if (this.#closing) throw this.#closing;
    const { sessions, full = 0 } = await this.#outbox.send({ type: 'send', to, data: plain(data) });
    return { sessions, full };
  }

  /** Who is subscribed to a channel, where the server tells it: as many as a reply has room for, by session. */
  async presence(channel: string): Promise<Members> {
    const { members, total = 0 } = (await this.#read({ type: 'presence', channel })) as Presence;
    // Beside the list, not in it: two of them are equal when their members are. A server that does not count says nothing.
    return Object.defineProperty(members, 'total', { value: Math.max(total, members.length) }) as unknown as Members;
  }

  /** A page of what a channel keeps, oldest first. */
  async history<T = unknown>(channel: string, { after, limit }: HistoryOptions = {}): Promise<HistoryPage<T>> {
    const { top, recovered, reason, items } = (await this.#read({ type: 'history', channel, after, limit })) as History;
    return { top, recovered, reason, items: items as HistoryItem<T>[] };
  }

  /** Asks the server for a sign of life; resolves with the milliseconds that it took. */
  async ping(): Promise<number> {
    const from = Date.now();
    await this.#read({ type: 'ping' });
    return Date.now() - from;
  }

  /** Tries now if it waits; if it is connected, leaves that connection and resumes on another. */
  reconnect(): void {
    if (this.#state === 'waiting' || this.#state === 'connected') this.#open();
  }

  /** Detaches: the server keeps the session for its time to live, and a store may resume it. Final. */
  close(): void {
    this.#save();
    this.#close(1000, 'closed by the program');
  }

  /** Ends the session for good, with all that the server keeps of it. Final. */
  async end(): Promise<void> {
    if (this.#closing) return;
    await this.#read({ type: 'end' }).catch((error: ByssusError) => {
      // The answer may have been overtaken by the close that follows it. Another close has not ended the session.
      if (this.#closedWith !== ENDED) throw error;
    });
    this.#forget();
    this.#close(ENDED, 'ended');
  }

  // Connecting.

  #claimed(mine: boolean): void {
    if (this.#closing) {
      this.#release();
      return;
    }
    if (!mine) this.#forget();
    this.#open();
  }

  #open(): void {
    this.#drop();
    this.#comeBackMs = null;
    const resuming = this.#held.session !== '';
    this.#become({ state: resuming ? 'resuming' : 'connecting' });
    if (this.#closing) return; // by a listener
    const url = this.#urls[this.#dials++ % this.#urls.length]!;
    const dial = this.#dials;
    this.#lastWords = '';
    this.#after(ANSWER_MS, () => this.#lost(NO_CLOSE_FRAME, 'no answer to connect'));
    const { token } = this.#options;
    if (typeof token !== 'function') {
      this.#dial(url, token);
      return;
    }
    const current = () => dial === this.#dials && !this.#closing && !this.#connection;
    new Promise<string | undefined>((resolve) => resolve(token(this.#refusals > 0))).then(
      (got) => current() && this.#dial(url, got),
      (error) => current() && this.#lost(0, `no token could be had: ${error?.message ?? error}`),
    );
  }

  #dial(url: string, token: string | undefined): void {
    const WebSocket = this.#options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketConstructor);
    const owner: Owner = {
      opened: () => this.#greet(token),
      heard: (message) => this.#heard(message),
      malformed: ({ message }) => this.emit('notice', { code: 'malformed', message }),
      ended: (code, reason) => this.#lost(code, reason),
      answered: () => this.#answered(),
    };
    try {
      this.#connection = new Connection(url, WebSocket, owner, this.#options.parse);
    } catch (error) {
      // An address that is none, or mixed content: no other try will do better.
      this.#close(0, `${url} cannot be opened: ${(error as Error).message}`);
    }
  }

  #greet(token: string | undefined): void {
    const { session, resume } = this.#held;
    const proof = session
      ? { session, resume, positions: this.#subscriptions.received, inbox: this.inbox.received }
      : { attributes: this.#options.attributes, tags: this.#options.tags };
    const interval = this.#cadence() ? this.#adaptive().max ?? 240 : this.#options.heartbeat;
    const heartbeat = typeof interval === 'number' ? { interval } : undefined;
    // The program that names the network may have closed it.
    this.#connection?.ask({ type: 'connect', token, batch: true, heartbeat, ...proof }).catch((error: ByssusError) => {
      if (error !== LOST) this.#turnedAway(error, token);
    });
  }

  #turnedAway({ code, message, retryable }: ByssusError, token: string | undefined): void {
    if (code === 'session_expired') {
      this.#forget();
      this.emit('expired', {});
      if (!this.#closing) this.#become({ state: 'connecting' });
      if (!this.#closing) this.#greet(token);
    } else if (CLOSE_FOLLOWS.has(code)) {
      this.#lastWords = message;
    } else if (retryable) {
      this.#lost(0, message);
    } else {
      this.#close(0, message);
    }
  }

  #welcomed(reply: Connected): void {
    const firstOfStore = reply.resumed && !this.#known;
    this.#known = reply;
    this.#attempts = this.#refusals = 0;
    this.#connectedAt = Date.now();
    this.#held.session = reply.session;
    this.#held.resume = reply.resume;
    this.#save();
    clearTimeout(this.#timer);
    this.#acked = 0;
    const connection = this.#connection!;
    connection.longest = reply.maxMessage || Infinity;
    this.#watch(reply);
    this.#become({ state: 'connected' });
    if (connection !== this.#connection) return; // a listener has closed it, or gone elsewhere
    this.emit('connected', { session: reply.session, node: reply.node, resumed: reply.resumed });
    if (connection !== this.#connection) return; // or has now
    if (firstOfStore) this.session.refresh().catch(() => {}); // it is told to those who ask themselves
    this.#subscriptions.connected(connection, reply.resumed);
    this.#outbox.connected(connection, reply.session);
    this.#handledDirect();
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }

  // What the server says.

  #heard(message: ServerMessage): void {
    switch (message.type) {
      case 'message':
        this.#subscriptions.heard(message);
        break;
      case 'direct':
        this.inbox.heard(message);
        break;
      case 'connected':
        this.#welcomed(message);
        break;
      case 'subscribed':
        this.#subscriptions.subscribed(message);
        break;
      case 'unsubscribed':
        this.#subscriptions.unsubscribed(message);
        break;
      case 'gap':
        if (message.channel) this.#subscriptions.gap(message);
        else this.inbox.gap(message);
        break;
      case 'attributes':
        this.#attributes = message.attributes;
        this.#tags = message.tags;
        break;
      case 'degraded':
        this.emit('degraded', { active: message.active });
        break;
      case 'reconnect':
        this.#sentAway(message.afterMs);
        break;
      case 'error':
        this.emit('notice', { code: message.code, message: message.message });
        break;
      default:
        // Replies to what was asked.
    }
  }

  /** The server closes by itself, when the last replies are out. If it does not, we do. */
  #sentAway(afterMs: number): void {
    this.#comeBackMs = Math.min(afterMs, AWAY_MAX_MS);
    this.#after(LEAVES_MS, () => this.#lost(1012, 'sent away'));
  }

  // Directed messages: one word acknowledges all that were handled meanwhile.

  #handledDirect(): void {
    this.#saveSoon();
    this.#acking ??= setTimeout(() => {
      this.#acking = undefined;
      const { handled } = this.inbox;
      if (this.#state !== 'connected' || handled === 0 || handled === this.#acked) return;
      this.#acked = handled;
      this.#connection?.ask({ type: 'ack', offset: handled }).catch(({ retryable }: ByssusError) => {
        if (!retryable) return;
        this.#acked = 0;
        this.#handledDirect();
      });
    }, ACK_MS);
  }

  // Questions whose repetition does no harm: they wait for a connection, and survive its loss.

  async #read(command: Command): Promise<ServerMessage> {
    let late: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<never>((_, reject) => {
      late = setTimeout(() => reject(new ByssusError('timeout', `no answer to ${command.type}`, true)), ANSWER_MS);
    });
    try {
      for (;;) {
        await Promise.race([this.#connected(), timeout]);
        try {
          if (this.#connection) return await Promise.race([this.#connection.ask(command), timeout]);
        } catch (error) {
          if (error !== LOST) throw error;
        }
      }
    } finally {
      clearTimeout(late);
    }
  }

  #connected(): Promise<void> {
    if (this.#closing) return Promise.reject(this.#closing);
    if (this.#state === 'connected') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = {
        resolve: () => (this.#waiters.delete(waiter), resolve()),
        reject: (error: ByssusError) => (this.#waiters.delete(waiter), reject(error)),
      };
      this.#waiters.add(waiter);
    });
  }

  // The session.

  #face(): Session {
    const client = this;
    return {
      get id() {
        return client.#held.session;
      },
      get user() {
        return client.#known?.user ?? '';
      },
      get node() {
        return client.#known?.node ?? '';
      },
      get ttl() {
        return client.#known?.ttl ?? 0;
      },
      get attributes() {
        return client.#attributes;
      },
      get tags() {
        return client.#tags;
      },
      async set({ attributes, tags }: SessionChange) {
        (await client.#read({ type: 'set', attributes: attributes ?? (tags ? undefined : {}), tags })) as Attributes;
      },
      async refresh() {
        await client.#read({ type: 'get' });
      },
    };
  }

  // The heartbeat.

  #adaptive(): AdaptiveHeartbeat {
    const { heartbeat } = this.#options;
    return typeof heartbeat === 'object' ? heartbeat : {};
  }

  #cadence(): Cadence | undefined {
    const { heartbeat, network = networkOfThePlatform } = this.#options;
    if (heartbeat === undefined || typeof heartbeat === 'number') return undefined;
    const name = String(guarded(network) ?? '');
    const cadence = this.#cadences.get(name) ?? new Cadence(this.#adaptive());
    this.#cadences.set(name, cadence);
    return cadence;
  }

  #watch({ heartbeat: { interval, timeout } }: Connected): void {
    this.#connection?.watch(Math.min(interval, this.#cadence()?.interval ?? interval), timeout);
  }

  #answered(): void {
    this.#cadence()?.answered();
    if (this.#known) this.#watch(this.#known);
  }

  // How a connection ends.

  #lost(code: number, reason: string): void {
    const wasConnected = this.#state === 'connected';
    const words = this.#lastWords || reason || (wasConnected ? 'the connection broke' : 'no connection could be had');
    const again = code === UNAUTHORIZED && typeof this.#options.token === 'function' && ++this.#refusals < REFUSALS_MAX;
    if (code !== 0 && !again && !invitesReconnect(code)) {
      this.#close(code, words);
      return;
    }
    const lasted = Date.now() - this.#connectedAt;
    // With any other code the server was heard to the end: the silence did no harm.
    if (wasConnected && code === NO_CLOSE_FRAME) this.#cadence()?.broke(this.#connection?.silence ?? 0);
    this.#drop();
    if (wasConnected && lasted > STEADY_MS) this.#backoff.failures = 0;
    if (!wasConnected && ++this.#attempts === FAULT_TRIES) this.emit('fault', { attempts: FAULT_TRIES, reason: words });
    if (this.#closing) return; // by a listener
    const waitMs = this.#comeBackMs ?? this.#backoff.next();
    this.#after(waitMs, () => this.#open());
    this.#become({ state: 'waiting', code, reason: words, waitMs, attempts: this.#attempts });
  }

  #close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closedWith = code;
    this.#closing = new ByssusError('closed', code === TAKEN_OVER ? 'another connection has the session' : reason);
    this.#drop();
    if (endsSession(code)) this.#forget();
    this.#unlisten();
    clearTimeout(this.#acking);
    clearTimeout(this.#saving);
    this.#saving = undefined;
    this.#release();
    this.#outbox.close();
    this.#subscriptions.finish();
    this.inbox.finish();
    for (const waiter of [...this.#waiters]) waiter.reject(this.#closing);
    this.#become({ state: 'closed', code, reason });
  }

  /** The positions stay: a new session can read on from them. */
  #forget(): void {
    Object.assign(this.#held, { session: '', resume: '', inbox: 0 });
    this.#subscriptions.forget();
    this.inbox.anew();
    this.#save();
  }

  #drop(): void {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    this.#outbox.cut();
    this.#subscriptions.cut();
    connection?.drop();
  }

  // Small things.

  #become(event: StateEvent): void {
    this.#state = event.state;
    this.emit('state', event);
  }

  /** One timer is enough: a client waits for one thing at a time. */
  #after(ms: number, action: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }

  #saveSoon(): void {
    if (this.#options.store) this.#saving ??= setTimeout(() => this.#save(), SAVE_MS);
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    if (this.#held.session) this.#held.inbox = this.inbox.handled;
    // A store that cannot keep it is the program's to mend: the session goes on without.
    guarded(() => this.#options.store?.save({ ...this.#held, positions: this.#subscriptions.handled }));
  }

  #release(): void {
    guarded(() => this.#options.store?.release?.());
  }
}

/** `undefined` is not JSON; what the program leaves out is `null`, which is data too. */
const plain = (data: unknown): unknown => (data === undefined ? null : data);
