import { AckScheduler } from './acks.js';
import type { Command, Connection } from './connection.js';
import { Connector } from './connector.js';
import type { ByssusError } from './errors.js';
import { Events } from './events.js';
import { Inbox } from './inbox.js';
import type {
  CallOptions,
  ClientEvents,
  HistoryOptions,
  HistoryPage,
  Members,
  Options,
  PublishOptions,
  SendOptions,
  State,
  Target,
} from './options.js';
import { Outbox, type PublishResult, type SendResult } from './outbox.js';
import { listenToThePlatform, randomId } from './platform.js';
import type { Connected, History, HistoryItem, Position, Presence, Published, Sent, ServerMessage } from './protocol.js';
import { RepeatableCalls } from './repeatable-calls.js';
import type { Session, SessionChange } from './session.js';
import { nothingSaved, type SavedSession } from './store.js';
import type { Subscription } from './subscription.js';
import { Subscriptions } from './subscriptions.js';

const ANSWER_MS = 10_000;
const ENDED = 4412;

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
  readonly #saved: SavedSession;
  readonly #subscriptions: Subscriptions;
  readonly #outbox: Outbox;
  readonly #calls = new RepeatableCalls();
  readonly #acks: AckScheduler;
  readonly #connector: Connector;
  readonly #unlisten: () => void;
  #attributes: Readonly<Record<string, unknown>>;
  #tags: readonly string[];
  /** Another run of the program made the session: its attributes are not known here. */
  #stale = false;

  /** @internal */
  constructor(urls: readonly string[], options: Options) {
    super();
    const { store, queueMax = 10_000, outboxMax = 1000, attributes = {}, tags = [] } = options;
    const saved = { ...nothingSaved(), ...store?.load() };
    this.#saved = saved;
    this.#attributes = attributes;
    this.#tags = tags;
    this.#outbox = new Outbox(outboxMax);
    this.#subscriptions = new Subscriptions(saved.positions, queueMax, () => this.#acks.saveSoon(), (subscription) =>
      this.emit('subscribedByServer', { subscription }),
    );
    this.inbox = new Inbox(queueMax, () => this.#acks.ackSoon());
    this.inbox.anew(saved.inbox);
    this.#acks = new AckScheduler(this.inbox, store, () => this.#toSave());
    this.#connector = new Connector(urls, options, {
      resume: () => this.#resume(),
      accepted: (reply) => this.#accepted(reply),
      connected: (connection, reply) => this.#connected(connection, reply),
      heard: (message) => this.#heard(message),
      cut: () => this.#cut(),
      forget: () => this.#forget(),
      closed: (error) => this.#closed(error),
      emit: (type, event) => this.emit(type, event),
    });
    this.session = this.#face();
    const connector = this.#connector;
    this.#unlisten = listenToThePlatform({
      tryNow: () => (connector.state === 'waiting' ? connector.open() : connector.connection?.question()),
      changed: () => connector.connection?.question(),
      leaving: () => this.#acks.save(),
    });
    const claimed = store?.claim?.();
    if (claimed) claimed.catch(() => false).then((mine) => this.#claimed(mine));
    else connector.open();
  }

  get state(): State {
    return this.#connector.state;
  }

  /** Resolves with the session when it is connected; rejects when it is closed. */
  async ready({ timeoutMs = 0 }: CallOptions = {}): Promise<Session> {
    await this.#call(null, timeoutMs);
    return this.session;
  }

  /**
   * The subscription to a channel, or to a pattern that ends in `*`; one and the same for each name.
   *
   * @param position to read on from; default: from now on, or where the last run of the program was
   */
  subscribe<T = unknown>(channel: string, { position }: { position?: Position } = {}): Subscription<T> {
    this.#check();
    return this.#subscriptions.wish(channel, position) as Subscription<T>;
  }

  /**
   * Resolves when the server has stored it at the level that was asked; waits for a connection, and
   * repeats until there is an answer.
   *
   * @throws ByssusError `unknown`: stored or not; any other code: surely not stored
   */
  async publish(channel: string, data: unknown, options: PublishOptions = {}): Promise<PublishResult> {
    this.#check();
    const { dedupe = randomId(), durability, timeoutMs } = options;
    const command = { type: 'publish', channel, data: plain(data), dedupe, durability };
    const { level, position, duplicate = false } = await this.#outbox.call<Published>(command, timeoutMs);
    return { level, position, duplicate };
  }

  /**
   * Sends to a session, to all sessions of a user, or to all with a tag. Resolves when it is in their
   * inboxes; waits for a connection, and repeats until there is an answer. Each inbox takes it once.
   *
   * @throws ByssusError `no_recipient`, `inbox_full`: nobody has it; `unknown`: some may have it
   */
  async send(to: Target, data: unknown, { dedupe = randomId(), timeoutMs }: SendOptions = {}): Promise<SendResult> {
    this.#check();
    const command = { type: 'send', to, data: plain(data), dedupe };
    const { sessions, full = 0, duplicate = false } = await this.#outbox.call<Sent>(command, timeoutMs);
    return { sessions, full, duplicate };
  }

  /** Who is subscribed to a channel, where the server tells it: as many as a reply has room for, by session. */
  async presence(channel: string, { timeoutMs }: CallOptions = {}): Promise<Members> {
    const { members, total = 0 } = (await this.#call({ type: 'presence', channel }, timeoutMs)) as Presence;
    // Beside the list, not in it: two of them are equal when their members are. A server that does not count says nothing.
    return Object.defineProperty(members, 'total', { value: Math.max(total, members.length) }) as unknown as Members;
  }

  /** A page of what a channel keeps, oldest first. */
  async history<T = unknown>(channel: string, options: HistoryOptions = {}): Promise<HistoryPage<T>> {
    const { after, limit, timeoutMs } = options;
    const { top, recovered, reason, items } = (await this.#call({ type: 'history', channel, after, limit }, timeoutMs)) as History;
    return { top, recovered, reason, items: items as HistoryItem<T>[] };
  }

  /** Asks the server for a sign of life; resolves with the milliseconds that it took. */
  async ping({ timeoutMs }: CallOptions = {}): Promise<number> {
    const from = Date.now();
    await this.#call({ type: 'ping' }, timeoutMs);
    return Date.now() - from;
  }

  /** Tries now if it waits; if it is connected, leaves that connection and resumes on another. */
  reconnect(): void {
    const { state } = this.#connector;
    if (state === 'waiting' || state === 'connected') this.#connector.open();
  }

  /** Detaches: the server keeps the session for its time to live, and a store may resume it. Final. */
  close(): void {
    this.#acks.save();
    this.#connector.close(1000, 'closed by the program');
  }

  /** Ends the session for good, with all that the server keeps of it. Final. */
  async end({ timeoutMs }: CallOptions = {}): Promise<void> {
    if (this.#connector.closing) return;
    await this.#call({ type: 'end' }, timeoutMs).catch((error: ByssusError) => {
      // The answer may have been overtaken by the close that follows it. Another close has not ended the session.
      if (this.#connector.closedWith !== ENDED) throw error;
    });
    this.#forget();
    this.#connector.close(ENDED, 'ended');
  }

  // What the connector asks for and tells.

  #claimed(mine: boolean): void {
    if (this.#connector.closing) {
      this.#acks.release();
      return;
    }
    if (!mine) this.#forget();
    this.#connector.open();
  }

  #resume(): Record<string, unknown> | null {
    const { session, resume } = this.#saved;
    if (!session || !resume) return null;
    return { session, resume, positions: this.#subscriptions.received, inbox: this.inbox.received };
  }

  #accepted({ session, resume, resumed }: Connected): void {
    Object.assign(this.#saved, { session, resume });
    this.#stale ||= resumed && !this.#connector.known;
    this.#acks.save();
  }

  #connected(connection: Connection, { session, resumed }: Connected): void {
    if (this.#stale) this.session.refresh().catch(() => {}); // the program can ask for them as well
    this.#subscriptions.connected(connection, resumed);
    this.#outbox.connected(connection, session);
    this.#acks.connected(connection);
    this.#calls.connected(connection);
  }

  #heard(message: ServerMessage): void {
    switch (message.type) {
      case 'message':
        this.#subscriptions.heard(message);
        break;
      case 'direct':
        this.inbox.heard(message);
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
        this.#stale = false;
        if (message.id === undefined) this.emit('attributes', { attributes: message.attributes, tags: message.tags });
        break;
      case 'degraded':
        this.emit('degraded', { active: message.active });
        break;
      case 'error':
        this.emit('notice', { code: message.code, message: message.message });
        break;
      default:
        // Replies to commands.
    }
  }

  #cut(): void {
    this.#outbox.cut();
    this.#subscriptions.cut();
    this.#calls.cut();
    this.#acks.cut();
  }

  /** The positions stay: a new session can read on from them. */
  #forget(): void {
    Object.assign(this.#saved, nothingSaved());
    this.#subscriptions.forget();
    this.inbox.anew();
    this.#acks.save();
  }

  #closed(error: ByssusError): void {
    this.#unlisten();
    this.#acks.close();
    this.#outbox.close();
    this.#subscriptions.finish();
    this.inbox.finish();
    this.#calls.close(error);
  }

  // Ways in.

  #toSave(): SavedSession {
    if (this.#saved.session) this.#saved.inbox = this.inbox.handled;
    return { ...this.#saved, positions: this.#subscriptions.handled };
  }

  #check(): void {
    const { closing } = this.#connector;
    if (closing) throw closing;
  }

  async #call(command: Command | null, timeoutMs = ANSWER_MS): Promise<ServerMessage | undefined> {
    this.#check();
    return this.#calls.call(command, timeoutMs);
  }

  #face(): Session {
    const client = this;
    const known = () => client.#connector.known;
    return {
      get id() {
        return client.#saved.session;
      },
      get user() {
        return known()?.user ?? '';
      },
      get node() {
        return known()?.node ?? '';
      },
      get ttl() {
        return known()?.ttl ?? 0;
      },
      get attributes() {
        return client.#attributes;
      },
      get tags() {
        return client.#tags;
      },
      async set({ attributes, tags }: SessionChange, { timeoutMs }: CallOptions = {}) {
        await client.#call({ type: 'set', attributes: attributes ?? (tags ? undefined : {}), tags }, timeoutMs);
      },
      async refresh({ timeoutMs }: CallOptions = {}) {
        await client.#call({ type: 'get' }, timeoutMs);
      },
    };
  }
}

/** `undefined` is not JSON; what the program leaves out is `null`, which is data too. */
const plain = (data: unknown): unknown => (data === undefined ? null : data);
