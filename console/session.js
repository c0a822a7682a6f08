/**
 * A Byssus session in a browser tab: an identity that outlives its sockets.
 *
 * It keeps one socket open. When that breaks it opens another, resumes the session there with what
 * it holds (session, resume token, positions) and reports what became of the messages in between.
 * What it holds goes through `store`, so a reload resumes as well. The whole of what is said on the
 * wire is in spec/protocol.md; this file is the shape of a client that speaks it.
 *
 * States: offline (told to be) · connecting · resuming · connected · waiting (for the next attempt)
 * · ended (by a close code that says: do not come back).
 *
 * Events, with these fields in `detail`:
 *   state      {state, code, reason, message, attempt, waitMs}
 *   connected  {session, node, resumed, ttl, …}   the server's reply
 *   expired    {}                                 the session is gone; a new one is being made
 *   message    {channel, epoch, offset, data, from, missed}   missed: published while we were away
 *   subscribed {channel, position}                from here on nothing of the channel passes unseen
 *   recovery   {channel, recovered, reason, missed, awayMs}   after the last missed message
 *   gap        {channel, reason}                  something of a live subscription was lost
 *   direct     {offset, data, from}               for this session alone; acknowledged here
 *   published  {dedupe, position}                 a publication is stored
 *   refused    {dedupe, code, message}            it is not; code unknown: perhaps it is
 *   heartbeat  {rttMs}
 *   degraded   {active}                           the node cannot reach its engine, or can again
 *   notice     {code, message}                    an error that answers nothing in particular
 */

const NOTHING_HELD = { session: '', resume: '', inbox: 0, positions: {}, subscribed: [], outbox: [] };
const ANSWER_MS = 10_000;
const BACKOFF_MS = { first: 500, most: 30_000 };
const STEADY_MS = 10_000;
const PINGS_MOST = 3;

/** The server remembers a dedupe id for 5 minutes; a repetition must arrive well within. */
const DEDUPE_MS = 4 * 60_000;

/** Rejects what was asked on a socket that is gone: whether it was done is not known. */
const LOST = { code: 'lost', message: 'not connected' };

const COME_BACK = new Set([1001, 1005, 1006, 1011, 1012, 1013, 1014]);

/** After these the session is another's, or nobody's; after other ends it could still be resumed. */
const NOT_OURS = new Set([4403, 4409, 4410, 4412]);

/** Errors of connect that a close code follows. */
const CLOSE_FOLLOWS = new Set(['unauthorized', 'resume_refused', 'too_many_sessions']);

/** Whether a close code invites a reconnect (spec section 17). */
export const invitesReconnect = (code) => COME_BACK.has(code) || (code >= 4000 && code < 4400);

export class Session extends EventTarget {
  state = 'offline';
  #options;
  #held;
  #socket = null;
  #timer = 0;
  #nextId = 1;
  #asked = new Map(); // id of a command → the promise of its reply
  #recoveries = new Map(); // channel → {left, …}: missed messages that are still to come
  #attempt = 0;
  #connectedAt = 0;
  #lostAt = 0;
  #comeBackMs = null; // the server told when
  #lastWords = ''; // of an error, before the close
  #gaps = new Set(); // channels of which we were told that something is missing here
  #pingedAt = 0;
  #pings = 0; // without any sign of life since
  #heartbeat = { interval: 30, timeout: 10 };

  /**
   * @param url of the WebSocket
   * @param channels that the session subscribes to
   * @param connect what a new session brings: {token, attributes, tags}; asked for when needed
   * @param store {load, save} of what a resume needs; it contains the resume token, a secret
   */
  constructor({ url, channels, connect, store }) {
    super();
    this.#options = { url, channels, connect, store };
    this.#held = { ...structuredClone(NOTHING_HELD), ...store.load() };
  }

  get id() {
    return this.#held.session;
  }

  get inbox() {
    return this.#held.inbox;
  }

  /** What is published but not answered yet: {channel, data, dedupe}. */
  get outbox() {
    return [...this.#held.outbox];
  }

  position(channel) {
    return this.#held.positions[channel];
  }

  // What the page asks.

  open() {
    if (this.#socket) return;
    this.#become(this.#held.session ? 'resuming' : 'connecting');
    const socket = new WebSocket(this.#options.url, 'byssus.v1.json');
    socket.onopen = () => this.#greet();
    socket.onmessage = (event) => {
      for (const line of event.data.split('\n')) if (line && this.#socket === socket) this.#heard(JSON.parse(line));
    };
    socket.onclose = (event) => this.#closed(event.code, event.reason);
    this.#socket = socket;
    this.#lastWords = '';
    this.#after(ANSWER_MS, () => this.#closed(1006, 'no answer to connect'));
  }

  /** Drops the socket as a cut cable would: what is under way on it is never seen. */
  cut() {
    this.#drop();
    this.#become('offline');
  }

  /** The reply to a command, or a rejection with {code, message}; `lost`: the socket broke first. */
  request(command) {
    return this.state === 'connected' ? this.#ask(command) : Promise.reject(LOST);
  }

  /** Repeated over reconnects and reloads until the server says `published` or `refused`. */
  publish(channel, data, dedupe = randomId()) {
    const item = { channel, data, dedupe, tried: null };
    this.#held.outbox.push(item);
    this.#save();
    if (this.state === 'connected') this.#push(item);
  }

  // Connecting.

  #greet() {
    const { session, resume, positions, inbox } = this.#held;
    const proof = session && { session, resume, positions, inbox };
    this.#ask({ type: 'connect', batch: true, ...this.#options.connect(), ...proof }).then(
      () => {},
      (error) => this.#turnedAway(error),
    );
  }

  #turnedAway({ code, message, retryable }) {
    if (code === 'session_expired') {
      this.#forget();
      this.#emit('expired', {});
      this.#greet();
    } else if (retryable) {
      this.#closed(1013, message);
    } else if (CLOSE_FOLLOWS.has(code)) {
      this.#lastWords = message;
    } else if (code !== 'lost') {
      this.#lastWords = message;
      this.#end(0, code);
    }
  }

  #connected(reply) {
    this.#heartbeat = reply.heartbeat;
    this.#connectedAt = Date.now();
    Object.assign(this.#held, { session: reply.session, resume: reply.resume });
    this.#save();
    this.#become('connected');
    this.#emit('connected', reply);
    for (const channel of this.#options.channels) {
      if (!this.#held.subscribed.includes(channel)) this.#subscribe(channel);
    }
    for (const item of [...this.#held.outbox]) this.#push(item);
    this.#ping();
  }

  #subscribe(channel) {
    const position = this.#held.positions[channel];
    this.#ask({ type: 'subscribe', channel, position }).catch(({ code, message }) => {
      // The reply before may have been lost: the server has told of it on this resume, then.
      if (code !== 'already_subscribed' && code !== 'lost') this.#emit('notice', { code, message });
    });
  }

  // What the server says.

  #heard(message) {
    if (this.#pings) this.#alive();
    if (message.type === 'error') {
      if (!this.#answer(message.id, 'reject', message)) this.#emit('notice', message);
      return;
    }
    switch (message.type) {
      case 'connected': this.#connected(message); break;
      case 'subscribed': this.#subscribed(message); break;
      case 'message': this.#message(message); break;
      case 'direct': this.#direct(message); break;
      case 'gap': this.#gap(message); break;
      case 'degraded': this.#emit('degraded', message); break;
      case 'reconnect': this.#sentAway(message); break;
      case 'PONG': this.#emit('heartbeat', { rttMs: performance.now() - this.#pingedAt }); break;
    }
    this.#answer(message.id, 'resolve', message);
  }

  /** Reply to subscribe, or, after a resume, the server's word on a subscription it has restored. */
  #subscribed({ channel, position, recovered, reason, missed = 0 }) {
    const { positions, subscribed } = this.#held;
    if (!subscribed.includes(channel)) subscribed.push(channel);
    // While missed messages are still to come, our place is where they begin: another cut may come first.
    if (position && missed === 0) positions[channel] = position;
    this.#save();
    this.#emit('subscribed', { channel, position });
    if (recovered === undefined) return;
    const awayMs = this.#lostAt && Date.now() - this.#lostAt;
    const recovery = { channel, recovered, reason, missed, awayMs, left: missed };
    if (missed > 0) this.#recoveries.set(channel, recovery);
    else this.#emit('recovery', recovery);
  }

  #message({ channel, pattern, offset = 0, data, from }) {
    if (pattern) return; // without a position; we subscribe to none
    const recovery = this.#recoveries.get(channel);
    const position = this.#held.positions[channel];
    if (!offset || offset > position.offset) {
      const told = this.#gaps.delete(channel);
      if (offset > position.offset + 1 && !told) this.#emit('gap', { channel, reason: 'hole' });
      this.#emit('message', { channel, epoch: position?.epoch, offset, data, from, missed: !!recovery });
      if (offset) position.offset = offset;
      this.#save();
    }
    if (recovery && --recovery.left === 0) {
      this.#recoveries.delete(channel);
      this.#emit('recovery', recovery);
    }
  }

  #direct({ offset, data, from }) {
    if (offset > this.#held.inbox) {
      this.#emit('direct', { offset, data, from });
      this.#held.inbox = offset;
      this.#save();
    }
    this.#say({ type: 'ack', offset });
  }

  #gap({ channel = '', reason, position }) {
    if (channel && position) this.#held.positions[channel] = position;
    else if (channel) this.#gaps.add(channel);
    else if (reason === 'diverged') this.#held.inbox = 0;
    this.#save();
    this.#emit('gap', { channel, reason });
  }

  #sentAway({ afterMs }) {
    this.#comeBackMs = afterMs;
    // The server closes the socket itself, when the last replies are out. If it does not, we do.
    this.#after(afterMs + 2000, () => this.#closed(1012, 'sent away'));
  }

  // Publishing, until there is an answer.

  async #push(item) {
    const { tried } = item;
    const elsewhere = tried && tried.session !== this.#held.session;
    if (elsewhere || (tried && Date.now() - tried.at > DEDUPE_MS)) {
      this.#settle(item, 'refused', { code: 'unknown', message: 'it may have been published' });
      return;
    }
    item.tried ??= { session: this.#held.session, at: Date.now() };
    this.#save();
    const { channel, data, dedupe } = item;
    try {
      this.#settle(item, 'published', await this.#ask({ type: 'publish', channel, data, dedupe }));
    } catch (error) {
      if (error.code === 'lost') return; // it goes again after the resume
      if (error.retryable) setTimeout(() => this.state === 'connected' && this.#push(item), 1000);
      else this.#settle(item, 'refused', error);
    }
  }

  #settle(item, outcome, detail) {
    const { outbox } = this.#held;
    if (!outbox.includes(item)) return;
    outbox.splice(outbox.indexOf(item), 1);
    this.#save();
    this.#emit(outcome, { ...detail, dedupe: item.dedupe });
  }

  // The heartbeat: a page does not see WebSocket pings, so it sends its own.

  #ping() {
    this.#pings++;
    this.#pingedAt = performance.now();
    this.#say({ type: 'PING' });
    const tooMany = () => this.#closed(1006, `no answer to ${PINGS_MOST} pings`);
    this.#after(this.#heartbeat.timeout * 1000, () => (this.#pings < PINGS_MOST ? this.#ping() : tooMany()));
  }

  /** Whatever the server says is a sign of life. */
  #alive() {
    this.#pings = 0;
    this.#after(this.#heartbeat.interval * 1000, () => this.#ping());
  }

  // How a connection ends.

  #closed(code, reason) {
    this.#drop();
    if (!invitesReconnect(code)) {
      this.#end(code, reason);
      return;
    }
    const steady = this.state === 'connected' && Date.now() - this.#connectedAt > STEADY_MS;
    if (steady) this.#attempt = 0;
    // Full jitter: all who were cut at the same time come back at different times.
    const most = Math.min(BACKOFF_MS.most, BACKOFF_MS.first * 2 ** this.#attempt++);
    const waitMs = this.#comeBackMs ?? Math.random() * most;
    this.#comeBackMs = null;
    this.#become('waiting', { code, reason, waitMs, attempt: this.#attempt });
    this.#after(waitMs, () => this.open());
  }

  #end(code, reason) {
    this.#drop();
    if (NOT_OURS.has(code)) this.#forget();
    this.#become('ended', { code, reason, message: this.#lastWords });
  }

  /** The positions stay: a new session can read on from them. */
  #forget() {
    Object.assign(this.#held, { session: '', resume: '', inbox: 0, subscribed: [] });
    this.#save();
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#pings = 0;
    this.#gaps.clear();
    this.#recoveries.clear();
    if (this.state === 'connected') this.#lostAt = Date.now();
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of asked) reject(LOST);
  }

  // Small things.

  #ask(command) {
    if (!this.#socket) return Promise.reject(LOST);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#say({ ...command, id });
    });
  }

  #answer(id, how, message) {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    asked?.[how](message);
    return !!asked;
  }

  #say(command) {
    this.#socket?.send(JSON.stringify(command));
  }

  #become(state, detail = {}) {
    this.state = state;
    this.#emit('state', { state, ...detail });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** One timer is enough: a session waits for one thing at a time. */
  #after(ms, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }

  #save() {
    this.#options.store.save(this.#held);
  }
}

/** Keeps a session for this tab: a reload finds it, another tab does not. */
export const tabStore = (key) => ({
  load: () => JSON.parse(sessionStorage.getItem(key)),
  save: (held) => sessionStorage.setItem(key, JSON.stringify(held)),
});

/** For a session that need not outlive the page. */
export const noStore = () => ({ load: () => null, save: () => {} });

// Not crypto.randomUUID: that exists on https and localhost only.
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
