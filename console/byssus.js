/* Byssus client 0.1.0, Apache-2.0 */

// src/backoff.ts
var Backoff = class {
  failures = 0;
  #first;
  #max;
  constructor({ first = 500, max = 3e4 } = {}) {
    this.#first = first;
    this.#max = max;
  }
  next() {
    return Math.random() * Math.min(this.#max, this.#first * 2 ** this.failures++);
  }
};

// src/errors.ts
var ByssusError = class extends Error {
  constructor(code, message, retryable = false) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
  code;
  retryable;
  name = "ByssusError";
};
var LOST = new ByssusError("lost", "the connection ended before the answer", true);

// src/protocol.ts
var SUBPROTOCOL = "byssus.v1.json";
var text = (value) => typeof value === "string";
var flag = (value) => typeof value === "boolean";
var whole = (value) => Number.isSafeInteger(value) && value >= 0;
var object = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
var list = (check) => (value) => Array.isArray(value) && value.every(check);
var record = (fields, ...optional) => (value) => object(value) && Object.entries(fields).every(([name, check]) => {
  const field = value[name];
  return field === void 0 ? optional.includes(name) : check(field);
});
var position = record({ epoch: text, offset: whole });
var sender = record({ session: text, user: text }, "user");
var FIELDS = Object.entries({
  id: whole,
  session: text,
  resume: text,
  user: text,
  node: text,
  resumed: flag,
  ttl: whole,
  heartbeat: record({ interval: whole, timeout: whole }),
  channel: text,
  pattern: text,
  position,
  top: position,
  recovered: flag,
  reason: text,
  missed: whole,
  offset: whole,
  from: sender,
  level: text,
  duplicate: flag,
  sessions: whole,
  full: whole,
  attributes: object,
  tags: list(text),
  members: list(record({ session: text, user: text, attributes: object }, "user", "attributes")),
  items: list(record({ offset: whole, data: () => true, from: sender }, "from")),
  active: flag,
  afterMs: whole,
  code: text,
  message: text,
  retryable: flag
});
var NEEDED = {
  connected: ["session", "resume", "resumed", "ttl", "heartbeat"],
  subscribed: ["channel"],
  unsubscribed: ["channel"],
  message: ["channel", "data"],
  direct: ["data"],
  gap: ["reason"],
  published: ["level"],
  sent: ["sessions"],
  acked: [],
  attributes: ["attributes", "tags"],
  presence: ["channel", "members"],
  history: ["channel", "top", "items"],
  ended: [],
  pong: [],
  PONG: [],
  degraded: ["active"],
  reconnect: ["afterMs"],
  error: ["code"]
};
var LEVELS = ["accepted", "replicated", "fsynced"];
function decode(line) {
  const said = JSON.parse(line);
  const needed = object(said) && text(said.type) ? Object.hasOwn(NEEDED, said.type) ? NEEDED[said.type] : null : void 0;
  if (needed === null) return null;
  const lost = said?.recovered === false ? ["reason"] : [];
  if (!needed || [...needed, ...lost].some((name) => said[name] === void 0)) throw malformed(line);
  if (FIELDS.some(([name, check]) => said[name] !== void 0 && !check(said[name]))) throw malformed(line);
  if (said.type === "published" && !LEVELS.includes(said.level)) said.level = "accepted";
  return said;
}
var malformed = (line) => new SyntaxError(`not a message of the server: ${line.slice(0, 200)}`);
var COME_BACK = /* @__PURE__ */ new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);
var invitesReconnect = (code) => COME_BACK.has(code) || code >= 4e3 && code < 4400;
var NOT_OURS = /* @__PURE__ */ new Set([4403, 4409, 4410, 4412]);
var endsSession = (code) => NOT_OURS.has(code);

// src/connection.ts
var Connection = class {
  #socket;
  #asked = /* @__PURE__ */ new Map();
  #owner;
  #lastId = 0;
  #heardAt = Date.now();
  #watch;
  #pingedAt = 0;
  #intervalMs = 0;
  #timeoutMs = 0;
  constructor(url, WebSocket, owner) {
    this.#owner = owner;
    const socket = new WebSocket(url, SUBPROTOCOL);
    socket.onopen = () => this.#owner?.opened();
    socket.onmessage = (event) => this.#frame(String(event.data));
    socket.onclose = ({ code, reason }) => this.#end(code, String(reason ?? ""));
    socket.onerror = () => {
    };
    this.#socket = socket;
  }
  /** Seconds since anything was heard. */
  get silence() {
    return (Date.now() - this.#heardAt) / 1e3;
  }
  say(command) {
    this.#socket.send(JSON.stringify(command));
  }
  /** The reply, or a rejection with the server's error, or with `LOST`. */
  ask(command) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.say({ ...command, id });
    });
  }
  /** Ends it without a word to the owner. What was asked and not answered is rejected with `LOST`. */
  drop() {
    if (!this.#owner) return;
    this.#owner = null;
    clearTimeout(this.#watch);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    try {
      this.#socket.close();
    } catch {
    }
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(LOST);
  }
  // The heartbeat. A page does not see WebSocket pings, so it asks for a sign of life itself.
  /** From now on a silence of `interval` seconds is questioned; without an answer in `timeout` the connection is dead. */
  watch(interval, timeout) {
    this.#intervalMs = interval * 1e3;
    this.#timeoutMs = timeout * 1e3;
    this.#listen();
  }
  /** Asks for a sign of life now: the network may have changed, or the machine may have slept. */
  question() {
    if (this.#pingedAt || !this.#intervalMs) return;
    const silenceMs = Date.now() - this.#heardAt;
    this.#pingedAt = Date.now();
    this.say({ type: "ping" });
    this.#after(this.#timeoutMs, () => {
      const pingedAt = this.#pingedAt;
      this.#pingedAt = 0;
      if (this.#heardAt < pingedAt) this.#end(1006, "no answer to a ping");
      else {
        this.#listen();
        if (silenceMs >= this.#intervalMs) this.#owner?.answered();
      }
    });
  }
  /** One timer for all messages: it looks how long ago the last one was. */
  #listen() {
    const silenceMs = Date.now() - this.#heardAt;
    const leftMs = Math.min(this.#intervalMs - silenceMs, this.#intervalMs);
    if (leftMs <= 0) this.question();
    else this.#after(leftMs, () => this.#listen());
  }
  #after(ms, action) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(action, ms);
  }
  // What comes in.
  #frame(frame) {
    this.#heardAt = Date.now();
    for (const line of frame.split("\n")) {
      if (!line || !this.#owner) continue;
      try {
        const message = decode(line);
        if (message) this.#line(message);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        this.#owner?.malformed(error);
      }
    }
  }
  #line(message) {
    const asked = message.id === void 0 ? void 0 : this.#asked.get(message.id);
    if (message.id !== void 0) this.#asked.delete(message.id);
    if (message.type === "error" && asked) {
      asked.reject(new ByssusError(message.code, message.message, message.retryable));
      return;
    }
    this.#owner?.heard(message);
    asked?.resolve(message);
  }
  #end(code, reason) {
    const owner = this.#owner;
    this.drop();
    owner?.ended(code, reason);
  }
};

// src/events.ts
var Events = class {
  #listeners = /* @__PURE__ */ new Map();
  /** Calls `listener` with each event of this type, from now on. Returns what stops that. */
  on(type, listener) {
    const listeners = this.#listeners.get(type) ?? /* @__PURE__ */ new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => void listeners.delete(listener);
  }
  /** @internal */
  emit(type, event) {
    for (const listener of [...this.#listeners.get(type) ?? []]) guarded(() => listener(event));
  }
};
function guarded(call) {
  try {
    return call();
  } catch (error) {
    uncaught(error);
    return void 0;
  }
}
function uncaught(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}

// src/heartbeat.ts
var GROWTH = 1.5;
var WINS = 2;
var BELOW_FAILURE = 0.8;
var Cadence = class {
  interval;
  #wins = 0;
  #good;
  #ceiling;
  #min;
  constructor({ start = 30, min = 10, max = 240 } = {}) {
    this.#min = min;
    this.#good = min;
    this.#ceiling = Math.max(min, max);
    this.interval = Math.min(this.#ceiling, Math.max(min, start));
  }
  /** The connection was silent for a whole interval, and answered then. */
  answered() {
    this.#good = this.interval;
    if (++this.#wins < WINS) return;
    this.#wins = 0;
    this.interval = Math.min(this.#ceiling, this.interval * GROWTH);
  }
  /** The connection was found dead, or broke, after a silence of so many seconds. */
  broke(silence) {
    if (silence < this.interval / 2) return;
    this.#wins = 0;
    this.#ceiling = Math.max(this.#min, Math.min(this.#ceiling, this.interval * BELOW_FAILURE));
    this.interval = Math.max(this.#min, Math.min(this.#good, this.#ceiling));
  }
};

// src/feed.ts
var Feed = class extends Events {
  #queue = [];
  #consumers = /* @__PURE__ */ new Set();
  #endings = /* @__PURE__ */ new Set();
  #max;
  #busy = false;
  #leavingOut = false;
  #ended = false;
  constructor(max) {
    super();
    this.#max = max;
  }
  on(type, listener) {
    return type === "message" ? this.#consume(listener) : super.on(type, listener);
  }
  [Symbol.asyncIterator]() {
    let ready = null;
    let working = null;
    let asking = null;
    let end = this.#ended ? {} : null;
    const take = (message, done) => {
      working = done;
      return { value: message, done: false };
    };
    const finished = { value: void 0, done: true };
    const stop = () => {
      off();
      this.#endings.delete(ending);
      working?.();
      ready?.done();
      working = ready = null;
    };
    const ending = (error) => {
      end = { error };
      if (error) asking?.fail(error);
      else asking?.give(finished);
      asking = null;
    };
    const off = this.#consume(
      (message) => new Promise((done) => {
        if (asking) asking.give(take(message, done));
        else ready = { message, done };
        asking = null;
      })
    );
    this.#endings.add(ending);
    return {
      next: () => new Promise((give, fail) => {
        working?.();
        working = null;
        if (ready) {
          const { message, done } = ready;
          ready = null;
          give(take(message, done));
        } else if (end) {
          stop();
          if (end.error) fail(end.error);
          else give(finished);
        } else {
          asking = { give, fail };
        }
      }),
      return: () => {
        stop();
        return Promise.resolve(finished);
      }
    };
  }
  /** @internal A message at the end of the line; `handled` is called when all consumers are done with it. */
  offer(message, handled) {
    if (this.#queue.length >= this.#max) this.#leaveOut();
    if (this.#leavingOut) return;
    this.#queue.push(() => this.#give(message, handled));
    this.#run();
  }
  /** @internal Something else to be told, when all messages before it have been handled. */
  tell(type, event) {
    this.then(() => this.emit(type, event));
  }
  /** @internal Something to be done when all messages before it have been handled. */
  then(action) {
    this.#queue.push(action);
    this.#run();
  }
  /** @internal Nothing more will come; iterations end, or fail. */
  finish(error) {
    this.then(() => {
      this.#ended = true;
      for (const ending of [...this.#endings]) ending(error);
    });
  }
  /** Whether messages stay in the line while nobody consumes them. */
  waitsForConsumers() {
    return false;
  }
  #leaveOut() {
    if (this.#leavingOut) return;
    this.#leavingOut = true;
    this.#queue.push(() => {
      this.#leavingOut = false;
      this.emit("gap", { reason: "overflow" });
    });
  }
  #consume(consumer) {
    const own = (message) => consumer(message);
    this.#consumers.add(own);
    queueMicrotask(() => this.#run());
    return () => void this.#consumers.delete(own);
  }
  /** Not entered again from within a consumer: what that one causes comes after it. */
  #run() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#queue.length > 0 && (this.#consumers.size > 0 || !this.waitsForConsumers())) {
      const doing = this.#queue.shift()();
      if (!doing) continue;
      doing.then(() => {
        this.#busy = false;
        this.#run();
      });
      return;
    }
    this.#busy = false;
  }
  #give(message, handled) {
    const promises = [];
    for (const consumer of [...this.#consumers]) {
      const result = guarded(() => consumer(message));
      if (result instanceof Promise) promises.push(result.catch(uncaught));
    }
    if (promises.length > 0) return Promise.all(promises).then(handled);
    handled();
  }
};

// src/inbox.ts
var Inbox = class extends Feed {
  /** @internal The last one received: those up to it are repetitions. */
  received = 0;
  /** @internal The last one handled: what is acknowledged. */
  handled = 0;
  #count = 0;
  // of the inboxes that this one has been: offsets start anew with each
  #changed;
  /** @internal */
  constructor(max, changed) {
    super(max);
    this.#changed = changed;
  }
  /** @internal */
  heard({ offset, data, from }) {
    if (offset <= this.received) return;
    this.received = offset;
    const count = this.#count;
    this.offer({ offset, data, from }, () => {
      if (count !== this.#count) return;
      this.handled = offset;
      this.#changed();
    });
  }
  /** @internal */
  gap({ reason }) {
    if (reason === "diverged") this.anew();
    this.tell("gap", { reason });
  }
  /** @internal Another inbox begins, at its first message or where the last run of the program was. */
  anew(offset = 0) {
    this.#count++;
    this.received = this.handled = offset;
  }
  waitsForConsumers() {
    return true;
  }
};

// src/outbox.ts
var TRY_MS = 4 * 6e4;
var WINDOW = 64;
var PAUSE = { first: 500, max: 1e4 };
var unknown = () => new ByssusError("unknown", "it may have been done or not: there was no answer", true);
var Outbox = class {
  #items = /* @__PURE__ */ new Set();
  #max;
  #backoff = new Backoff(PAUSE);
  #connection = null;
  #session = "";
  #window = WINDOW;
  #underWay = 0;
  #pause;
  constructor(max) {
    this.#max = max;
  }
  publish(command) {
    return this.#add(command, true);
  }
  send(command) {
    return this.#add(command, false);
  }
  /** The connection is there: says what waits. */
  connected(connection, session) {
    this.#connection = connection;
    this.#session = session;
    this.#resume();
  }
  /** The connection is gone; what was under way on it fails by itself. */
  cut() {
    this.#connection = null;
  }
  /** Nothing will be said any more. */
  close() {
    this.cut();
    clearTimeout(this.#pause);
    for (const item of [...this.#items]) {
      this.#refuse(item, item.asked || item.doubt ? unknown() : new ByssusError("not_sent", "the client was closed before"));
    }
  }
  #add(command, repeatable) {
    if (this.#items.size >= this.#max) {
      const full = new ByssusError("outbox_full", `${this.#max} messages wait for the server already`, true);
      return Promise.reject(full);
    }
    return new Promise((resolve, reject) => {
      this.#items.add({ command, repeatable, resolve, reject, asked: false, doubt: null, deadline: void 0 });
      this.#say();
    });
  }
  #say() {
    if (!this.#connection || this.#pause !== void 0) return;
    for (const item of this.#items) {
      if (this.#underWay >= this.#window) return;
      if (!item.asked) this.#try(item, this.#connection, this.#session);
    }
  }
  #try(item, connection, session) {
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
        this.#settle(item, () => item.resolve(reply));
        this.#say();
      },
      (error) => {
        this.#underWay--;
        item.asked = false;
        this.#failed(item, error, session);
        this.#say();
      }
    );
  }
  #failed(item, error, session) {
    const inDoubt = error === LOST || error.code === "unknown";
    if (inDoubt && !item.repeatable) this.#refuse(item, unknown());
    else if (!error.retryable || !item.repeatable) this.#refuse(item, error);
    else {
      if (inDoubt) item.doubt = session;
      if (error !== LOST) this.#rest();
    }
  }
  /** The server wants patience: everything waits, so that what was said first goes first. */
  #rest() {
    this.#window = Math.max(1, this.#window >> 1);
    this.#pause ??= setTimeout(() => this.#resume(), PAUSE.first + this.#backoff.next());
  }
  #resume() {
    clearTimeout(this.#pause);
    this.#pause = void 0;
    this.#say();
  }
  #late(item) {
    this.#refuse(item, item.asked || item.doubt ? unknown() : new ByssusError("timeout", "the server did not take it in time", true));
  }
  #refuse(item, error) {
    this.#settle(item, () => item.reject(error));
  }
  #settle(item, how) {
    if (!this.#items.delete(item)) return;
    clearTimeout(item.deadline);
    how();
  }
};

// src/store.ts
var nothingHeld = () => ({ session: "", resume: "", positions: {}, inbox: 0 });
var tabStore = (key = "byssus") => ({
  load() {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  },
  save(held) {
    try {
      sessionStorage.setItem(key, JSON.stringify(held));
    } catch {
    }
  }
});

// src/subscription.ts
var Subscription = class extends Feed {
  channel;
  /** @internal Up to where messages have been received: the place to resume at. */
  received;
  /** @internal Up to where they have been handled: what the next run of the program must know. */
  handled;
  /** @internal The server has confirmed it on the present connection. */
  confirmed = false;
  /** @internal A `subscribe` is under way. */
  asking = false;
  #recovery = null;
  #told = false;
  // of a gap whose place is the next message
  #leave;
  #changed;
  /** @internal */
  constructor(channel, position2, max, leave, changed) {
    super(max);
    this.channel = channel;
    this.received = this.handled = position2;
    this.#leave = leave;
    this.#changed = changed;
  }
  /** The place up to which messages have been received, if the channel has places. */
  get position() {
    return this.received;
  }
  /** Ends the wish. Resolves when no message of the channel can come any more. */
  unsubscribe() {
    return this.#leave();
  }
  /** @internal The server's word on it: to `subscribe`, after a resume, or at the start of an epoch. */
  subscribed({ position: position2, recovered, reason, missed = 0 }) {
    this.confirmed = true;
    this.#recovery = null;
    if (position2 && missed === 0) this.#place(position2);
    this.tell("subscribed", { position: position2 });
    if (missed > 0) this.#recovery = { left: missed, missed };
    else if (recovered !== void 0) this.tell("recovery", { recovered, reason, missed });
  }
  /** @internal */
  heard({ channel, pattern, offset, data, from }) {
    const missed = this.#recovery !== null;
    const epoch = this.received?.epoch;
    if (pattern || !offset || epoch === void 0) {
      this.offer({ channel, data, from, missed }, () => {
      });
    } else if (offset > this.received.offset) {
      if (offset > this.received.offset + 1 && !this.#told) this.tell("gap", { reason: "hole" });
      this.#told = false;
      const position2 = { epoch, offset };
      this.received = position2;
      this.offer({ channel, data, from, position: position2, missed }, () => this.#done(position2));
    }
    if (!this.#recovery || --this.#recovery.left > 0) return;
    this.tell("recovery", { recovered: true, missed: this.#recovery.missed });
    this.#recovery = null;
  }
  /** @internal */
  gap({ reason, position: position2 }) {
    if (position2) this.#place(position2);
    else this.#told = true;
    this.tell("gap", { reason });
  }
  /** @internal The connection is gone: what was still to come on it will not. */
  cut() {
    this.#recovery = null;
    this.#told = false;
    this.confirmed = this.asking = false;
  }
  /** @internal */
  over(event) {
    if (event instanceof ByssusError) {
      this.tell("error", event);
      this.finish(event);
    } else {
      this.tell("unsubscribed", event);
      this.finish();
    }
  }
  #place(position2) {
    this.received = position2;
    this.then(() => this.#done(position2));
  }
  #done(position2) {
    this.handled = position2;
    this.#changed();
  }
};

// src/client.ts
var ANSWER_MS = 1e4;
var STEADY_MS = 1e4;
var ACK_MS = 100;
var SAVE_MS = 100;
var RETRY_MS = 1e3;
var FAULT_TRIES = 3;
var REFUSALS_MAX = 3;
var NO_CLOSE_FRAME = 1006;
var TAKEN_OVER = 4409;
var UNAUTHORIZED = 4401;
var CLOSE_FOLLOWS = /* @__PURE__ */ new Set(["unauthorized", "resume_refused", "too_many_sessions"]);
var Client = class extends Events {
  /** The messages directed to this session. */
  inbox;
  session;
  #urls;
  #options;
  #held;
  #subscriptions = /* @__PURE__ */ new Map();
  /** What the session was seen to be subscribed to: a resume brings it back. */
  #restorable = /* @__PURE__ */ new Set();
  #outbox;
  #backoff;
  #cadences = /* @__PURE__ */ new Map();
  #unlisten;
  #state = "connecting";
  #connection = null;
  #known = null;
  #attributes;
  #tags;
  #dials = 0;
  #timer;
  #connectedAt = 0;
  #attempts = 0;
  // failed, since the last connection
  #refusals = 0;
  // of tokens, since the last connection
  #comeBackMs = null;
  // the server told when
  #lastWords = "";
  // an error that comes before its close code
  #acked = 0;
  #acking;
  #saving;
  #closing = null;
  #waiters = /* @__PURE__ */ new Set();
  /** @internal */
  constructor(urls, options) {
    super();
    this.#urls = urls;
    this.#options = options;
    this.#held = { ...nothingHeld(), ...options.store?.load() };
    this.#attributes = options.attributes ?? {};
    this.#tags = options.tags ?? [];
    this.#outbox = new Outbox(options.outboxMax ?? 1e3);
    this.#backoff = new Backoff(options.backoff);
    this.inbox = new Inbox(options.queueMax ?? 1e4, () => this.#handledDirect());
    this.inbox.anew(this.#held.inbox);
    this.session = this.#face();
    this.#unlisten = this.#listenToThePlatform();
    const { session, resume } = this.#held;
    this.#state = session && resume ? "resuming" : "connecting";
    this.#open();
  }
  get state() {
    return this.#state;
  }
  /** Resolves with the session when it is connected; rejects when it is closed. */
  async ready() {
    await this.#connected();
    return this.session;
  }
  /**
   * The subscription to a channel, or to a pattern that ends in `*`; one and the same for each name.
   *
   * @param position to read on from; default: from now on, or where the last run of the program was
   */
  subscribe(channel, { position: position2 } = {}) {
    const known = this.#subscriptions.get(channel);
    if (known) return known;
    if (this.#closing) throw this.#closing;
    const subscription = new Subscription(
      channel,
      position2 ?? this.#held.positions[channel],
      this.#options.queueMax ?? 1e4,
      () => this.#unsubscribe(subscription),
      () => this.#saveSoon()
    );
    this.#subscriptions.set(channel, subscription);
    queueMicrotask(() => this.#ask(subscription));
    return subscription;
  }
  /**
   * Resolves when the server has stored it at the level that was asked; waits for a connection, and
   * repeats until there is an answer.
   *
   * @throws ByssusError `unknown`: stored or not; any other code: surely not stored
   */
  async publish(channel, data, { dedupe = randomId(), durability } = {}) {
    if (this.#closing) throw this.#closing;
    const command = { type: "publish", channel, data: plain(data), dedupe, durability };
    const { level, position: position2, duplicate = false } = await this.#outbox.publish(command);
    return { level, position: position2, duplicate };
  }
  /**
   * Sends to a session, to all sessions of a user, or to all with a tag. Resolves with how many have
   * it in their inbox, and how many could not take it.
   *
   * @throws ByssusError `no_recipient`, `inbox_full`: nobody has it; `unknown`: some may have it
   */
  async send(to, data) {
    if (this.#closing) throw this.#closing;
    const { sessions, full = 0 } = await this.#outbox.send({ type: "send", to, data: plain(data) });
    return { sessions, full };
  }
  /** Who is subscribed to a channel, where the server tells it. */
  async presence(channel) {
    return (await this.#read({ type: "presence", channel })).members;
  }
  /** A page of what a channel keeps, oldest first. */
  async history(channel, { after, limit } = {}) {
    const { top, recovered, reason, items } = await this.#read({ type: "history", channel, after, limit });
    return { top, recovered, reason, items };
  }
  /** Asks the server for a sign of life; resolves with the milliseconds that it took. */
  async ping() {
    const from = Date.now();
    await this.#read({ type: "ping" });
    return Date.now() - from;
  }
  /** Tries now if it waits; if it is connected, leaves that connection and resumes on another. */
  reconnect() {
    if (this.#state === "waiting" || this.#state === "connected") this.#open();
  }
  /** Detaches: the server keeps the session for its time to live, and a store may resume it. Final. */
  close() {
    this.#save();
    this.#close(1e3, "closed by the program");
  }
  /** Ends the session for good, with all that the server keeps of it. Final. */
  async end() {
    if (this.#closing) return;
    await this.#read({ type: "end" }).catch((error) => {
      if (!this.#closing) throw error;
    });
    this.#forget();
    this.#close(4412, "ended");
  }
  // Connecting.
  #open() {
    this.#drop();
    const resuming = this.#held.session !== "";
    this.#become({ state: resuming ? "resuming" : "connecting" });
    const url = this.#urls[this.#dials++ % this.#urls.length];
    const dial = this.#dials;
    this.#lastWords = "";
    this.#after(ANSWER_MS, () => this.#lost(NO_CLOSE_FRAME, "no answer to connect"));
    const { token } = this.#options;
    if (typeof token !== "function") {
      this.#dial(url, token);
      return;
    }
    const current = () => dial === this.#dials && !this.#closing && !this.#connection;
    new Promise((resolve) => resolve(token(this.#refusals > 0))).then(
      (got) => current() && this.#dial(url, got),
      (error) => current() && this.#lost(0, `no token could be had: ${error?.message ?? error}`)
    );
  }
  #dial(url, token) {
    const WebSocket = this.#options.WebSocket ?? globalThis.WebSocket;
    const owner = {
      opened: () => this.#greet(token),
      heard: (message) => this.#heard(message),
      malformed: ({ message }) => this.emit("notice", { code: "malformed", message }),
      ended: (code, reason) => this.#lost(code, reason),
      answered: () => this.#answered()
    };
    try {
      this.#connection = new Connection(url, WebSocket, owner);
    } catch (error) {
      this.#close(0, `${url} cannot be opened: ${error.message}`);
    }
  }
  #greet(token) {
    const { session, resume } = this.#held;
    const proof = session ? { session, resume, positions: this.#positions((subscription) => subscription.received), inbox: this.inbox.received } : { attributes: this.#options.attributes, tags: this.#options.tags };
    const interval = this.#cadence() ? this.#adaptive().max ?? 240 : this.#options.heartbeat;
    const heartbeat = typeof interval === "number" ? { interval } : void 0;
    this.#connection.ask({ type: "connect", token, batch: true, heartbeat, ...proof }).catch((error) => {
      if (error !== LOST) this.#turnedAway(error, token);
    });
  }
  #turnedAway({ code, message, retryable }, token) {
    if (code === "session_expired") {
      this.#forget();
      this.emit("expired", {});
      this.#become({ state: "connecting" });
      this.#greet(token);
    } else if (CLOSE_FOLLOWS.has(code)) {
      this.#lastWords = message;
    } else if (retryable) {
      this.#lost(0, message);
    } else {
      this.#close(0, message);
    }
  }
  #welcomed(reply) {
    const firstOfStore = reply.resumed && !this.#known;
    this.#known = reply;
    this.#attempts = this.#refusals = 0;
    this.#connectedAt = Date.now();
    this.#held.session = reply.session;
    this.#held.resume = reply.resume;
    this.#save();
    clearTimeout(this.#timer);
    this.#acked = 0;
    const connection = this.#connection;
    this.#watch(reply);
    this.#become({ state: "connected" });
    this.emit("connected", { session: reply.session, node: reply.node, resumed: reply.resumed });
    if (connection !== this.#connection) return;
    if (firstOfStore) this.session.refresh().catch(() => {
    });
    for (const subscription of [...this.#subscriptions.values()]) {
      if (!reply.resumed || !this.#restorable.has(subscription.channel)) this.#ask(subscription);
    }
    this.#outbox.connected(connection, reply.session);
    this.#handledDirect();
    for (const waiter of [...this.#waiters]) waiter.resolve();
  }
  // What the server says.
  #heard(message) {
    switch (message.type) {
      case "message":
        this.#publication(message);
        break;
      case "direct":
        this.inbox.heard(message);
        break;
      case "connected":
        this.#welcomed(message);
        break;
      case "subscribed":
        this.#subscribed(message.channel)?.subscribed(message);
        break;
      case "unsubscribed":
        if (message.id === void 0) this.#over(message.channel, { byServer: true });
        break;
      case "gap":
        if (message.channel) this.#subscriptions.get(message.channel)?.gap(message);
        else this.inbox.gap(message);
        break;
      case "attributes":
        this.#attributes = message.attributes;
        this.#tags = message.tags;
        break;
      case "degraded":
        this.emit("degraded", { active: message.active });
        break;
      case "reconnect":
        this.#sentAway(message.afterMs);
        break;
      case "error":
        this.emit("notice", { code: message.code, message: message.message });
        break;
      default:
    }
  }
  /** The server closes by itself, when the last replies are out. If it does not, we do. */
  #sentAway(afterMs) {
    this.#comeBackMs = afterMs;
    this.#after(afterMs + 2e3, () => this.#lost(1012, "sent away"));
  }
  // Subscriptions.
  #ask(subscription) {
    const connection = this.#connection;
    const { channel } = subscription;
    const wanted = () => this.#subscriptions.get(channel) === subscription;
    if (this.#state !== "connected" || !connection || subscription.asking || subscription.confirmed || !wanted()) return;
    subscription.asking = true;
    connection.ask({ type: "subscribe", channel, position: subscription.received }).catch((error) => {
      if (error === LOST) return;
      subscription.asking = false;
      if (error.code === "already_subscribed" || !wanted()) return;
      if (error.retryable) setTimeout(() => this.#ask(subscription), RETRY_MS);
      else this.#over(channel, error);
    });
  }
  /** What comes before `subscribed` was for another subscription, which is over. */
  #publication(message) {
    const subscription = this.#subscriptions.get(message.pattern ?? message.channel);
    if (subscription?.confirmed) subscription.heard(message);
  }
  /** A channel that the session is subscribed to; one that nobody here wants is given back. */
  #subscribed(channel) {
    const subscription = this.#subscriptions.get(channel);
    if (subscription) {
      this.#restorable.add(channel);
      subscription.asking = false;
    } else {
      this.#connection?.say({ type: "unsubscribe", channel });
    }
    return subscription;
  }
  async #unsubscribe(subscription) {
    const { channel } = subscription;
    if (this.#subscriptions.get(channel) !== subscription) return;
    const connection = this.#connection;
    const told = this.#state === "connected" && (subscription.confirmed || subscription.asking);
    this.#over(channel, { byServer: false });
    if (told) await connection.ask({ type: "unsubscribe", channel }).catch(() => {
    });
  }
  #over(channel, event) {
    const subscription = this.#subscriptions.get(channel);
    this.#subscriptions.delete(channel);
    delete this.#held.positions[channel];
    this.#restorable.delete(channel);
    this.#saveSoon();
    subscription?.over(event);
  }
  #positions(of) {
    const positions = { ...this.#held.positions };
    for (const [channel, subscription] of this.#subscriptions) {
      const position2 = of(subscription);
      if (position2) positions[channel] = position2;
    }
    return positions;
  }
  // Directed messages: one word acknowledges all that were handled meanwhile.
  #handledDirect() {
    this.#saveSoon();
    this.#acking ??= setTimeout(() => {
      this.#acking = void 0;
      const { handled } = this.inbox;
      if (this.#state !== "connected" || handled === 0 || handled === this.#acked) return;
      this.#acked = handled;
      this.#connection?.say({ type: "ack", offset: handled });
    }, ACK_MS);
  }
  // Questions whose repetition does no harm: they wait for a connection, and survive its loss.
  async #read(command) {
    let late;
    const timeout = new Promise((_, reject) => {
      late = setTimeout(() => reject(new ByssusError("timeout", `no answer to ${command.type}`, true)), ANSWER_MS);
    });
    try {
      for (; ; ) {
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
  #connected() {
    if (this.#closing) return Promise.reject(this.#closing);
    if (this.#state === "connected") return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = {
        resolve: () => (this.#waiters.delete(waiter), resolve()),
        reject: (error) => (this.#waiters.delete(waiter), reject(error))
      };
      this.#waiters.add(waiter);
    });
  }
  // The session.
  #face() {
    const client = this;
    return {
      get id() {
        return client.#held.session;
      },
      get user() {
        return client.#known?.user ?? "";
      },
      get node() {
        return client.#known?.node ?? "";
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
      async set({ attributes, tags }) {
        await client.#read({ type: "set", attributes: attributes ?? (tags ? void 0 : {}), tags });
      },
      async refresh() {
        await client.#read({ type: "get" });
      }
    };
  }
  // The heartbeat.
  #adaptive() {
    const { heartbeat } = this.#options;
    return typeof heartbeat === "object" ? heartbeat : {};
  }
  #cadence() {
    const { heartbeat, network = networkOfThePlatform } = this.#options;
    if (heartbeat === void 0 || typeof heartbeat === "number") return void 0;
    const name = network();
    const cadence = this.#cadences.get(name) ?? new Cadence(this.#adaptive());
    this.#cadences.set(name, cadence);
    return cadence;
  }
  #watch({ heartbeat: { interval, timeout } }) {
    this.#connection?.watch(Math.min(interval, this.#cadence()?.interval ?? interval), timeout);
  }
  #answered() {
    this.#cadence()?.answered();
    if (this.#known) this.#watch(this.#known);
  }
  #listenToThePlatform() {
    const { addEventListener, removeEventListener, document } = globalThis;
    if (!addEventListener || !removeEventListener) return () => {
    };
    const tryNow = () => {
      if (this.#state === "waiting") this.#open();
      else this.#connection?.question();
    };
    const changed = () => this.#connection?.question();
    const shown = () => document?.visibilityState === "visible" && tryNow();
    const left = () => this.#save();
    const listeners = [
      ["online", tryNow],
      ["offline", changed],
      ["pagehide", left]
    ];
    if (document) listeners.push(["visibilitychange", shown, document]);
    for (const [event, listener, target] of listeners) (target ?? globalThis).addEventListener(event, listener);
    return () => {
      for (const [event, listener, target] of listeners) (target ?? globalThis).removeEventListener(event, listener);
    };
  }
  // How a connection ends.
  #lost(code, reason) {
    const wasConnected = this.#state === "connected";
    const words = this.#lastWords || reason || (wasConnected ? "the connection broke" : "no connection could be had");
    const again = code === UNAUTHORIZED && typeof this.#options.token === "function" && ++this.#refusals < REFUSALS_MAX;
    if (code !== 0 && !again && !invitesReconnect(code)) {
      this.#close(code, words);
      return;
    }
    const lasted = Date.now() - this.#connectedAt;
    if (wasConnected && code === NO_CLOSE_FRAME) this.#cadence()?.broke(this.#connection?.silence ?? 0);
    this.#drop();
    if (wasConnected && lasted > STEADY_MS) this.#backoff.failures = 0;
    if (!wasConnected && ++this.#attempts === FAULT_TRIES) this.emit("fault", { attempts: FAULT_TRIES, reason: words });
    if (this.#closing) return;
    const waitMs = this.#comeBackMs ?? this.#backoff.next();
    this.#comeBackMs = null;
    this.#after(waitMs, () => this.#open());
    this.#become({ state: "waiting", code, reason: words, waitMs, attempts: this.#attempts });
  }
  #close(code, reason) {
    if (this.#closing) return;
    this.#closing = new ByssusError("closed", code === TAKEN_OVER ? "another connection has the session" : reason);
    this.#drop();
    if (endsSession(code)) this.#forget();
    this.#unlisten();
    clearTimeout(this.#acking);
    clearTimeout(this.#saving);
    this.#saving = void 0;
    this.#outbox.close();
    for (const subscription of this.#subscriptions.values()) subscription.finish();
    this.inbox.finish();
    for (const waiter of [...this.#waiters]) waiter.reject(this.#closing);
    this.#become({ state: "closed", code, reason });
  }
  /** The positions stay: a new session can read on from them. */
  #forget() {
    this.#held.positions = this.#positions(({ received }) => received);
    Object.assign(this.#held, { session: "", resume: "", inbox: 0 });
    this.#restorable.clear();
    this.inbox.anew();
    this.#save();
  }
  #drop() {
    clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    this.#outbox.cut();
    for (const subscription of this.#subscriptions.values()) subscription.cut();
    connection?.drop();
  }
  // Small things.
  #become(event) {
    this.#state = event.state;
    this.emit("state", event);
  }
  /** One timer is enough: a client waits for one thing at a time. */
  #after(ms, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }
  #saveSoon() {
    if (this.#options.store) this.#saving ??= setTimeout(() => this.#save(), SAVE_MS);
  }
  #save() {
    clearTimeout(this.#saving);
    this.#saving = void 0;
    if (this.#held.session) this.#held.inbox = this.inbox.handled;
    const positions = this.#positions(({ handled }) => handled);
    this.#options.store?.save({ ...this.#held, positions });
  }
};
var plain = (data) => data === void 0 ? null : data;
var networkOfThePlatform = () => globalThis.navigator?.connection?.type ?? "";
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// src/index.ts
var connect = (url, options = {}) => {
  const urls = Array.isArray(url) ? url : [url];
  if (urls.length === 0) throw new TypeError("connect needs the address of a server, for example wss://example.org/ws");
  if (!options.WebSocket && typeof globalThis.WebSocket !== "function") {
    throw new TypeError("there is no WebSocket here: on Node.js before 22 give that of the package ws, connect(url, { WebSocket })");
  }
  return new Client(urls.map(String), options);
};
export {
  ByssusError,
  connect,
  tabStore
};
