/** console/session.js against a scripted server: no browser, no clock but the test's. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Session, invitesReconnect } from '../../console/session.js';

const CHANNEL = 'chat:test';
const HEARTBEAT = { interval: 30, timeout: 10 };

/** What the session believes to be a WebSocket; the test is the server. */
class Socket {
  static opened = [];
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

  says(...messages) {
    this.onmessage?.({ data: messages.map((message) => JSON.stringify(message)).join('\n') });
  }

  ends(code, reason = '') {
    this.onclose?.({ code, reason });
  }

  last(type) {
    return this.said.findLast((command) => command.type === type);
  }

  /** Shakes hands and grants what the session asks for. */
  welcomes({ session = 's1', resumed = false, resume = `token-${Socket.opened.length}` } = {}) {
    this.onopen();
    const { id } = this.last('connect');
    this.says({ type: 'connected', id, session, resume, node: 'n1', resumed, ttl: 60, heartbeat: HEARTBEAT });
    return this;
  }

  subscribes(offset, epoch = 'e') {
    const { id } = this.last('subscribe');
    this.says({ type: 'subscribed', id, channel: CHANNEL, position: { epoch, offset } });
    return this;
  }

  /** After a resume: so many were missed, up to `offset`. */
  restores(offset, missed, more = { recovered: true }) {
    this.says({ type: 'subscribed', channel: CHANNEL, position: { epoch: 'e', offset }, missed, ...more });
    return this;
  }

  publishes(...offsets) {
    this.says(...offsets.map((offset) => ({ type: 'message', channel: CHANNEL, offset, data: offset, from: { session: 'x' } })));
    return this;
  }
}

const socket = () => Socket.opened.at(-1);
const pass = (ms) => mock.timers.tick(ms);

let kept;
let events;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  mock.method(Math, 'random', () => 0.5);
  globalThis.WebSocket = Socket;
  Socket.opened = [];
  kept = null;
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

/** As a page would make it; a second one made from the same `kept` is the page after a reload. */
function open() {
  const session = new Session({
    url: 'ws://test/ws',
    channels: [CHANNEL],
    connect: () => ({ attributes: { name: 'Ann' } }),
    store: { load: () => JSON.parse(kept), save: (held) => (kept = JSON.stringify(held)) },
  });
  events = [];
  for (const type of ['state', 'connected', 'expired', 'message', 'recovery', 'gap', 'direct', 'published', 'refused', 'heartbeat']) {
    session.addEventListener(type, ({ detail }) => events.push({ ...detail, type }));
  }
  session.open();
  return session;
}

const told = (type) => events.filter((event) => event.type === type);
const offsets = () => told('message').map((message) => message.offset);

test('a close code decides whether the session comes back', () => {
  for (const code of [1001, 1005, 1006, 1011, 1012, 1013, 1014, 4000, 4001, 4002, 4399]) assert.ok(invitesReconnect(code), `${code}`);
  for (const code of [1000, 1002, 1003, 1007, 1008, 1009, 1010, 1015, 3000, 4400, 4409, 4999]) assert.ok(!invitesReconnect(code), `${code}`);
});

test('a lost connection is resumed with session, token and positions', () => {
  open();
  socket().welcomes().subscribes(4).publishes(5, 6);
  socket().ends(1006);
  pass(500);
  socket().onopen();
  const { session, resume, positions, inbox } = socket().last('connect');
  assert.deepEqual({ session, resume, inbox }, { session: 's1', resume: 'token-1', inbox: 0 });
  assert.deepEqual(positions, { [CHANNEL]: { epoch: 'e', offset: 6 } });
});

test('a resumed session does not subscribe again', () => {
  open();
  socket().welcomes().subscribes(4);
  socket().ends(1006);
  pass(500);
  socket().welcomes({ resumed: true }).restores(4, 0);
  assert.equal(socket().last('subscribe'), undefined);
});

test('a session that was cut before its subscription subscribes after the resume', () => {
  open();
  socket().welcomes();
  socket().ends(1006);
  pass(500);
  socket().welcomes({ resumed: true });
  assert.equal(socket().last('subscribe').channel, CHANNEL);
});

test('missed messages are marked, and then what became of them is told', () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.cut();
  pass(12_000);
  session.open();
  socket().welcomes({ resumed: true }).restores(6, 2).publishes(5, 6, 7);
  assert.deepEqual(told('message').map(({ offset, missed }) => [offset, missed]), [[5, true], [6, true], [7, false]]);
  const [{ recovered, missed, awayMs }] = told('recovery');
  assert.deepEqual({ recovered, missed, awayMs }, { recovered: true, missed: 2, awayMs: 12_000 });
});

test('a cut in the middle of catching up goes on from the last message that came', () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.cut();
  session.open();
  socket().welcomes({ resumed: true }).restores(9, 5).publishes(5, 6);
  session.cut();
  session.open();
  socket().onopen();
  assert.equal(socket().last('connect').positions[CHANNEL].offset, 6);
});

test('a message that comes twice is taken once', () => {
  open();
  socket().welcomes().subscribes(4).publishes(5, 5, 4, 6);
  assert.deepEqual(offsets(), [5, 6]);
});

test('a hole that the server does not own up to is reported', () => {
  open();
  socket().welcomes().subscribes(4).publishes(7);
  assert.equal(told('gap')[0].reason, 'hole');
});

test('a gap that the server does tell is reported once', () => {
  open();
  socket().welcomes().subscribes(4);
  socket().says({ type: 'gap', channel: CHANNEL, reason: 'overflow' });
  socket().publishes(9);
  assert.deepEqual(told('gap').map((gap) => gap.reason), ['overflow']);
});

test('what cannot be recovered is told, and the session goes on from the new position', () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.cut();
  session.open();
  socket().welcomes({ resumed: true });
  socket().says({ type: 'subscribed', channel: CHANNEL, position: { epoch: 'f', offset: 2 }, recovered: false, reason: 'epoch' });
  socket().publishes(3);
  assert.equal(told('recovery')[0].reason, 'epoch');
  assert.deepEqual(told('message').map(({ epoch, offset }) => [epoch, offset]), [['f', 3]]);
  assert.deepEqual(told('gap'), []);
});

test('an expired session begins anew on the same connection and reads on from its position', async () => {
  open();
  socket().welcomes().subscribes(4);
  socket().ends(1006);
  pass(500);
  socket().onopen();
  const { id } = socket().last('connect');
  socket().says({ type: 'error', id, code: 'session_expired', message: 'gone', retryable: false });
  await turn();
  assert.equal(told('expired').length, 1);
  assert.equal(socket().last('connect').session, undefined);
  assert.equal(Socket.opened.length, 2);
  const fresh = socket().last('connect').id;
  socket().says({ type: 'connected', id: fresh, session: 's2', resume: 'r', node: 'n1', resumed: false, ttl: 60, heartbeat: HEARTBEAT });
  assert.deepEqual(socket().last('subscribe').position, { epoch: 'e', offset: 4 });
});

test('a session that was taken over is let go of: no reconnect, and a reload makes another', () => {
  open();
  socket().welcomes().subscribes(4);
  socket().ends(4409, 'taken_over');
  pass(600_000);
  assert.equal(Socket.opened.length, 1);
  assert.deepEqual(events.at(-1), { type: 'state', state: 'ended', code: 4409, reason: 'taken_over', message: '' });
  open();
  socket().onopen();
  assert.equal(socket().last('connect').session, undefined);
});

test('a token that is not good ends it, and the session is kept for a better one', async () => {
  const session = open();
  socket().welcomes().subscribes(4);
  socket().ends(1006);
  pass(500);
  socket().onopen();
  const { id } = socket().last('connect');
  socket().says({ type: 'error', id, code: 'unauthorized', message: 'expired', retryable: false });
  await turn();
  socket().ends(4401, 'unauthorized');
  assert.deepEqual(events.at(-1), { type: 'state', state: 'ended', code: 4401, reason: 'unauthorized', message: 'expired' });
  session.open();
  socket().onopen();
  assert.equal(socket().last('connect').session, 's1');
});

test('a node that is about to stop is left for another', async () => {
  open();
  socket().onopen();
  const { id } = socket().last('connect');
  socket().says({ type: 'error', id, code: 'draining', message: 'leaving', retryable: true });
  await turn();
  assert.equal(told('state').at(-1).state, 'waiting');
});

test('attempts back off with full jitter, up to half a minute', () => {
  open();
  const waits = [];
  for (let attempt = 0; attempt < 9; attempt++) {
    socket().ends(1006);
    const { waitMs } = told('state').at(-1);
    waits.push(waitMs);
    pass(waitMs);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
});

test('a server that sends the session away names the time of its return', () => {
  open();
  socket().welcomes().subscribes(4);
  socket().says({ type: 'reconnect', afterMs: 1200, reason: 'drain' });
  socket().ends(1012);
  pass(1199);
  assert.equal(Socket.opened.length, 1);
  pass(1);
  assert.equal(Socket.opened.length, 2);
});

test('a server that sends the session away and does not close is left', () => {
  open();
  socket().welcomes().subscribes(4);
  socket().says({ type: 'reconnect', afterMs: 1200, reason: 'drain' });
  pass(3200);
  assert.ok(socket().closed);
});

test('a PING goes out every 30 seconds while the server answers', () => {
  open();
  socket().welcomes().subscribes(4);
  const pings = () => socket().said.filter((command) => command.type === 'PING').length;
  for (let minute = 1; minute <= 3; minute++) {
    assert.equal(pings(), minute);
    socket().says({ type: 'PONG' });
    pass(30_000);
  }
  assert.equal(told('heartbeat').length, 3);
});

test('a server that is silent through three pings is given up', () => {
  open();
  const first = socket().welcomes().subscribes(4);
  first.says({ type: 'PONG' });
  pass(30_000);
  pass(10_000);
  pass(10_000);
  assert.equal(told('state').at(-1).state, 'connected');
  pass(10_000);
  assert.ok(first.closed);
  assert.equal(told('state').at(-1).state, 'waiting');
});

test('a server that accepts and says nothing is given up', () => {
  open();
  socket().onopen();
  pass(10_000);
  assert.ok(Socket.opened[0].closed);
  assert.equal(told('state').at(-1).state, 'waiting');
});

test('a publication without an answer goes again with the same id, also after a reload', async () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.publish(CHANNEL, 'hello');
  const first = socket().last('publish');
  session.cut();
  await turn();
  open();
  socket().welcomes({ resumed: true });
  const again = socket().last('publish');
  assert.deepEqual([again.data, again.dedupe], ['hello', first.dedupe]);
  socket().says({ type: 'published', id: again.id, position: { epoch: 'e', offset: 5 }, duplicate: true });
  await turn();
  assert.equal(told('published').length, 1);
  assert.deepEqual(JSON.parse(kept).outbox, []);
});

test('a publication that the server may have forgotten is not risked twice', async () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.publish(CHANNEL, 'hello');
  session.cut();
  await turn();
  pass(5 * 60_000);
  session.open();
  socket().welcomes({ resumed: true });
  assert.equal(socket().last('publish'), undefined);
  assert.equal(told('refused')[0].code, 'unknown');
});

test('the time in which a publication may go again counts from the first attempt', async () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.publish(CHANNEL, 'hello');
  for (const attempts of [1, 0]) {
    session.cut();
    await turn();
    pass(3 * 60_000);
    session.open();
    socket().welcomes({ resumed: true });
    assert.equal(socket().said.filter((command) => command.type === 'publish').length, attempts);
  }
  assert.equal(told('refused')[0].code, 'unknown');
});

test('what is written without a connection is published after it, in order', () => {
  const session = open();
  session.publish(CHANNEL, 'one');
  session.publish(CHANNEL, 'two');
  socket().welcomes().subscribes(4);
  const data = socket().said.filter((command) => command.type === 'publish').map((command) => command.data);
  assert.deepEqual(data, ['one', 'two']);
});

test('a refused publication is not repeated', async () => {
  const session = open();
  socket().welcomes().subscribes(4);
  session.publish(CHANNEL, 'hello');
  const { id } = socket().last('publish');
  socket().says({ type: 'error', id, code: 'forbidden', message: 'no', retryable: false });
  await turn();
  assert.equal(told('refused')[0].code, 'forbidden');
  assert.deepEqual(JSON.parse(kept).outbox, []);
});

test('a directed message is shown once and acknowledged', () => {
  open();
  socket().welcomes();
  socket().says({ type: 'direct', offset: 1, data: 'psst' }, { type: 'direct', offset: 1, data: 'psst' });
  assert.equal(told('direct').length, 1);
  assert.equal(socket().last('ack').offset, 1);
});

test('nothing that arrives after the plug was pulled is heard', () => {
  const session = open();
  const old = socket().welcomes().subscribes(4);
  session.addEventListener('message', () => session.cut(), { once: true });
  old.publishes(5, 6);
  old.publishes(7);
  old.ends(4409);
  assert.deepEqual(offsets(), [5]);
  assert.equal(session.state, 'offline');
  assert.ok(old.closed);
});
