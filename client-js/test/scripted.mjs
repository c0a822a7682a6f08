/** A client whose server is the test, and whose clock stands still unless the test moves it. */

import { afterEach, beforeEach, mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { connect } from '../dist/index.js';

export const HEARTBEAT = { interval: 30, timeout: 10 };
export const CHANNEL = 'news';

/** What the client believes to be a WebSocket. */
export class Socket {
  static opened = [];
  static get latest() {
    return Socket.opened.at(-1);
  }
  said = [];
  closed = false;

  constructor(url, protocol) {
    Object.assign(this, { url, protocol });
    Socket.opened.push(this);
  }

  send(text) {
    this.said.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  /** Several messages come in one frame, as a batch. */
  async says(...messages) {
    this.onmessage?.({ data: messages.map((message) => JSON.stringify(message)).join('\n') });
    await turn();
  }

  async ends(code, reason = '') {
    this.onclose?.({ code, reason });
    await turn();
  }

  all(type) {
    return this.said.filter((command) => command.type === type);
  }

  last(type) {
    return this.said.findLast((command) => command.type === type);
  }

  async opens() {
    this.onopen();
    await turn();
  }

  /** Shakes hands: a new session, or the one that is resumed. */
  async welcomes({ session = 's1', resumed = false, resume = `token-${Socket.opened.length}`, ...more } = {}) {
    this.onopen();
    await this.grants({ session, resumed, resume, ...more });
    return this;
  }

  grants({ session = 's1', resumed = false, resume = 'token', heartbeat = HEARTBEAT, ...more } = {}) {
    const { id } = this.last('connect');
    return this.says({ type: 'connected', id, session, resume, node: 'n1', resumed, ttl: 60, heartbeat, ...more });
  }

  async subscribes(offset = 0, { epoch = 'e', channel = CHANNEL, ...more } = {}) {
    const { id } = this.last('subscribe');
    await this.says({ type: 'subscribed', id, channel, position: { epoch, offset }, ...more });
    return this;
  }

  /** After a resume: so many were missed, up to `offset`. */
  restores(offset, more = { recovered: true }, epoch = 'e') {
    return this.says({ type: 'subscribed', channel: CHANNEL, position: { epoch, offset }, ...more });
  }

  publishes(...offsets) {
    return this.says(...offsets.map((offset) => ({ type: 'message', channel: CHANNEL, offset, data: `m${offset}` })));
  }

  answers(type, fields) {
    return this.says({ id: this.last(type).id, ...fields });
  }

  refuses(type, code, retryable = false) {
    return this.answers(type, { type: 'error', code, message: `${code} it is`, retryable });
  }
}

let open = [];

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  Socket.opened.length = 0;
});
afterEach(() => {
  for (const client of open) client.close();
  open = [];
  mock.timers.reset();
  mock.restoreAll();
});

export function client(options = {}) {
  const made = connect('ws://test/ws', { WebSocket: Socket, ...options });
  open.push(made);
  return made;
}

/** Moves the clock on, and lets happen what follows. */
export async function pass(ms) {
  mock.timers.tick(ms);
  await turn();
}

/** All that happens, in order, as `[type, event]`. */
export function record(source, ...types) {
  const happened = [];
  for (const type of types) source.on(type, (event) => void happened.push([type, event]));
  return happened;
}

/** A connected client with one subscription, at an offset. */
export async function subscribed({ offset = 0, ...options } = {}) {
  const made = client(options);
  await Socket.latest.welcomes();
  const subscription = made.subscribe(CHANNEL);
  await turn();
  await Socket.latest.subscribes(offset);
  return { client: made, subscription, socket: Socket.latest };
}

/** The connection breaks, and the next one resumes. */
export async function comesBack({ code = 1006, resumed = true, session = 's1' } = {}) {
  await Socket.latest.ends(code);
  await pass(60_000);
  await Socket.latest.welcomes({ session, resumed });
  return Socket.latest;
}

export { turn };
