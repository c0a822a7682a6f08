/** The client against a scripted server: no network, no clock but the test's. */

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { ByssusError } from '../dist/index.js';
import { CHANNEL, HEARTBEAT, Socket, client, comesBack, pass, record, subscribed, turn } from './scripted.mjs';

const offsets = (messages) => messages.map(([, { position }]) => position?.offset);

// Connecting.

test('it says connect with what a new session starts with', async () => {
  const it = client({ token: 't', attributes: { name: 'Ann' }, tags: ['beta'], heartbeat: 60 });
  assert.equal(it.state, 'connecting');
  const ready = it.ready();
  await Socket.latest.welcomes({ user: '42' });
  assert.deepEqual(Socket.latest.last('connect'), {
    type: 'connect',
    id: 1,
    token: 't',
    batch: true,
    heartbeat: { interval: 60 },
    attributes: { name: 'Ann' },
    tags: ['beta'],
  });
  const session = await ready;
  assert.deepEqual([session.id, session.user, session.node, session.ttl], ['s1', '42', 'n1', 60]);
  assert.equal(it.state, 'connected');
});

test('without an answer to connect in ten seconds it tries again', async () => {
  const it = client();
  await Socket.latest.opens();
  await pass(10_000);
  assert.equal(it.state, 'waiting');
  assert.ok(Socket.latest.closed);
});

test('it waits at random up to a bound that doubles with each failure, to 30 seconds', async () => {
  mock.method(Math, 'random', () => 1);
  const it = client();
  const waits = [];
  it.on('state', ({ waitMs }) => waitMs !== undefined && waits.push(waitMs));
  for (let i = 0; i < 8; i++) {
    await Socket.latest.ends(1006);
    await pass(waits.at(-1));
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

test('a connection that lasted sets the wait back, one that broke at once does not', async () => {
  mock.method(Math, 'random', () => 1);
  const it = client();
  const waits = [];
  it.on('state', ({ waitMs }) => waitMs !== undefined && waits.push(waitMs));
  await Socket.latest.welcomes();
  await Socket.latest.ends(1006);
  await pass(500);
  await Socket.latest.welcomes({ resumed: true });
  await Socket.latest.ends(1006);
  await pass(1000);
  await Socket.latest.welcomes({ resumed: true });
  await pass(11_000);
  await Socket.latest.ends(1006);
  assert.deepEqual(waits, [500, 1000, 500]);
});

test('three tries in a row that fail are a fault, told once, and it goes on', async () => {
  const it = client();
  const faults = record(it, 'fault');
  await Socket.latest.welcomes();
  for (let i = 0; i < 6; i++) {
    await Socket.latest.ends(1006);
    await pass(30_000);
    assert.equal(faults.length, i < 3 ? 0 : 1, `after ${i} failed tries`);
  }
  assert.deepEqual(faults[0][1], { attempts: 3, reason: 'no connection could be opened' });
  await Socket.latest.welcomes({ resumed: true });
  assert.equal(it.state, 'connected');
});

test('several addresses are tried in turn', async () => {
  const { connect } = await import('../dist/index.js');
  const it = connect(['ws://a/ws', 'ws://b/ws'], { WebSocket: Socket });
  await Socket.latest.ends(1006);
  await pass(500);
  await Socket.latest.ends(1006);
  await pass(1000);
  assert.deepEqual(Socket.opened.map(({ url }) => url), ['ws://a/ws', 'ws://b/ws', 'ws://a/ws']);
  it.close();
});

test('no WebSocket, and no address, are errors that say what to do', async () => {
  const { connect } = await import('../dist/index.js');
  assert.throws(() => connect([], { WebSocket: Socket }), /needs the address/);
  const before = globalThis.WebSocket;
  globalThis.WebSocket = undefined;
  assert.throws(() => connect('ws://x/ws'), /package ws/);
  globalThis.WebSocket = before;
});

test('an address that cannot be opened ends it with the reason', async () => {
  class Never {
    constructor() {
      throw new SyntaxError('not an address');
    }
  }
  const it = client({ WebSocket: Never });
  await assert.rejects(it.ready(), { code: 'closed', message: /not an address/ });
  assert.equal(it.state, 'closed');
});

// Tokens.

test('a token is asked for before each connect, and again when it was refused', async () => {
  const asked = [];
  const it = client({ token: (refused) => `t${asked.push(refused)}` });
  await turn();
  await Socket.latest.opens();
  assert.equal(Socket.latest.last('connect').token, 't1');
  await Socket.latest.refuses('connect', 'unauthorized');
  await Socket.latest.ends(4401, 'unauthorized');
  assert.equal(it.state, 'waiting');
  await pass(500);
  await Socket.latest.welcomes();
  assert.equal(Socket.latest.last('connect').token, 't2');
  assert.deepEqual(asked, [false, true]);
});

test('a token that runs out on a live connection is replaced, and the session resumed', async () => {
  let tokens = 0;
  const it = client({ token: async () => `t${++tokens}` });
  await turn();
  await Socket.latest.welcomes();
  await Socket.latest.ends(4401, 'unauthorized');
  await pass(500);
  await turn();
  await Socket.latest.welcomes({ resumed: true });
  assert.equal(Socket.latest.last('connect').token, 't2');
  assert.equal(Socket.latest.last('connect').session, 's1');
  assert.equal(it.state, 'connected');
});

test('three tokens refused in a row end it, and a fixed one at once', async () => {
  const it = client({ token: () => 'bad' });
  const states = record(it, 'state');
  for (let i = 0; i < 3; i++) {
    await turn();
    await Socket.latest.opens();
    await Socket.latest.refuses('connect', 'unauthorized');
    await Socket.latest.ends(4401, 'unauthorized');
    await pass(30_000);
  }
  assert.deepEqual(states.at(-1)[1], { state: 'closed', code: 4401, reason: 'unauthorized it is' });
  const fixed = client({ token: 'bad' });
  await Socket.latest.opens();
  await Socket.latest.ends(4401, 'unauthorized');
  assert.equal(fixed.state, 'closed');
});

test('a token that cannot be had is a failed try', async () => {
  let fails = true;
  const it = client({ token: () => (fails ? Promise.reject(new Error('no network')) : 'good') });
  const states = record(it, 'state');
  await turn();
  assert.match(states.at(-1)[1].reason, /no network/);
  fails = false;
  await pass(500);
  await Socket.latest.welcomes();
  assert.equal(it.state, 'connected');
});

// Resuming.

test('it resumes with session, newest token, positions and inbox', async () => {
  const { client: it, socket } = await subscribed({ offset: 5 });
  it.inbox.on('message', () => {});
  await socket.publishes(6, 7);
  await socket.says({ type: 'direct', offset: 3, data: 'psst' });
  await socket.ends(1006);
  await pass(500);
  assert.equal(it.state, 'resuming');
  await Socket.latest.opens();
  const { session, resume, positions, inbox, attributes } = Socket.latest.last('connect');
  assert.deepEqual({ session, resume, positions, inbox, attributes }, {
    session: 's1',
    resume: 'token-1',
    positions: { [CHANNEL]: { epoch: 'e', offset: 7 } },
    inbox: 3,
    attributes: undefined,
  });
  await Socket.latest.grants({ resumed: true, resume: 'token-2' });
  assert.deepEqual(Socket.latest.all('subscribe'), [], 'the server restores it');
});

test('what is missed comes in its place, and is told after the last', async () => {
  const { subscription, socket } = await subscribed({ offset: 5 });
  const happened = record(subscription, 'message', 'recovery');
  await socket.publishes(6);
  const next = await comesBack();
  await next.restores(8, { recovered: true, missed: 2 });
  assert.deepEqual(subscription.position, { epoch: 'e', offset: 6 }, 'another cut may come before they do');
  await next.publishes(7, 8, 9);
  assert.deepEqual(
    happened.map(([type, event]) => (type === 'message' ? [event.position.offset, event.missed] : event)),
    [[6, false], [7, true], [8, true], { recovered: true, missed: 2 }, [9, false]],
  );
});

test('a gap among the missed messages ends them, a new epoch does not', async () => {
  const { subscription } = await subscribed({ offset: 5 });
  const heard = record(subscription, 'message');
  const recovery = record(subscription, 'recovery');
  const second = await comesBack();
  await second.restores(9, { recovered: true, missed: 4 });
  await second.publishes(6);
  await second.says({ type: 'subscribed', channel: CHANNEL, recovered: true, position: { epoch: 'f', offset: 6 } });
  assert.deepEqual(recovery, []);
  await second.says({ type: 'gap', channel: CHANNEL, reason: 'trimmed', position: { epoch: 'f', offset: 8 } });
  await second.publishes(9, 10);
  assert.deepEqual(recovery, [['recovery', { recovered: false, reason: 'trimmed', missed: 1 }]]);
  assert.deepEqual(offsets(heard), [6, 9, 10]);
});

test('a cut within the missed messages loses none and repeats none', async () => {
  const { subscription } = await subscribed({ offset: 5 });
  const heard = record(subscription, 'message');
  const second = await comesBack();
  await second.restores(8, { recovered: true, missed: 3 });
  await second.publishes(6);
  const third = await comesBack();
  assert.equal(third.last('connect').positions[CHANNEL].offset, 6);
  await third.restores(8, { recovered: true, missed: 2 });
  await third.publishes(7, 8);
  assert.deepEqual(offsets(heard), [6, 7, 8]);
});

test('offsets that were seen are dropped', async () => {
  const { subscription, socket } = await subscribed({ offset: 5 });
  const heard = record(subscription, 'message');
  await socket.publishes(5, 6, 6, 4, 7);
  assert.deepEqual(offsets(heard), [6, 7]);
});

test('an offset that leaps is told as a hole, unless a gap was told', async () => {
  const { subscription, socket } = await subscribed({ offset: 5 });
  const gaps = record(subscription, 'gap');
  await socket.publishes(7);
  assert.deepEqual(gaps, [['gap', { reason: 'hole' }]]);
  await socket.says({ type: 'gap', channel: CHANNEL, reason: 'overflow' });
  await socket.publishes(12);
  assert.deepEqual(gaps.slice(1), [['gap', { reason: 'overflow' }]]);
});

test('what could not be recovered is told with its reason, and the new position is taken', async () => {
  const { subscription } = await subscribed({ offset: 50 });
  const told = record(subscription, 'recovery');
  const second = await comesBack();
  await second.restores(7, { recovered: false, reason: 'diverged' }, 'f');
  assert.deepEqual(told, [['recovery', { recovered: false, reason: 'diverged', missed: 0 }]]);
  const heard = record(subscription, 'message');
  await second.publishes(8);
  assert.deepEqual(offsets(heard), [8]);
  const third = await comesBack();
  assert.deepEqual(third.last('connect').positions[CHANNEL], { epoch: 'f', offset: 8 }, 'never again from the old one');
});

test('the server moves a client to the next epoch without losing its place', async () => {
  const { subscription, socket } = await subscribed({ offset: 5 });
  const heard = record(subscription, 'message');
  await socket.publishes(6);
  await socket.restores(6, { recovered: true }, 'r2');
  await socket.publishes(7);
  assert.deepEqual(heard.map(([, { position }]) => position), [{ epoch: 'e', offset: 6 }, { epoch: 'r2', offset: 7 }]);
});

test('a gap with a position moves there', async () => {
  const { subscription, socket } = await subscribed({ offset: 5 });
  const gaps = record(subscription, 'gap');
  await socket.says({ type: 'gap', channel: CHANNEL, reason: 'trimmed', position: { epoch: 'e', offset: 90 } });
  await socket.publishes(91);
  assert.deepEqual(gaps, [['gap', { reason: 'trimmed' }]]);
  assert.equal(subscription.position.offset, 91);
});

test('a gap may lead back, and what follows it is heard though the offsets were there before', async () => {
  const { subscription, socket } = await subscribed({ offset: 5 });
  const heard = record(subscription, 'message', 'gap');
  await socket.publishes(6);
  await socket.publishes(7);
  await socket.says({ type: 'gap', channel: CHANNEL, reason: 'diverged', position: { epoch: 'f', offset: 5 } });
  await socket.publishes(6);
  assert.deepEqual(heard.map(([type, { position }]) => position ?? type), [
    { epoch: 'e', offset: 6 },
    { epoch: 'e', offset: 7 },
    'gap',
    { epoch: 'f', offset: 6 },
  ]);
  assert.deepEqual(subscription.handled, { epoch: 'f', offset: 6 });
});

test('a session that is gone is made anew on the same connection, and reads on from its positions', async () => {
  const { client: it, socket } = await subscribed({ offset: 5 });
  const expired = record(it, 'expired');
  await socket.publishes(6);
  await socket.ends(1006);
  await pass(500);
  await Socket.latest.opens();
  await Socket.latest.refuses('connect', 'session_expired');
  assert.equal(expired.length, 1);
  assert.equal(it.state, 'connecting');
  assert.equal(Socket.latest.last('connect').session, undefined);
  await Socket.latest.grants({ session: 's2' });
  assert.equal(it.session.id, 's2');
  assert.deepEqual(Socket.latest.last('subscribe').position, { epoch: 'e', offset: 6 });
});

test('it comes back or stays away as the range of the close code says', async () => {
  const away = [1000, 1002, 1003, 1007, 1008, 1009, 1010, 1015, 4400, 4403, 4409, 4410, 4411, 4412, 4999];
  const back = [1001, 1005, 1006, 1011, 1012, 1013, 1014, 4000, 4001, 4002, 4008, 4029, 4030, 4399];
  for (const code of [...away, ...back]) {
    const it = client();
    await Socket.latest.welcomes();
    await Socket.latest.ends(code);
    assert.equal(it.state, away.includes(code) ? 'closed' : 'waiting', `after ${code}`);
  }
});

test('whose session was taken over never comes back, and forgets it', async () => {
  let kept = null;
  const it = client({ store: { load: () => kept, save: (held) => (kept = structuredClone(held)) } });
  await Socket.latest.welcomes();
  assert.equal(kept.session, 's1');
  await Socket.latest.ends(4409, 'taken_over');
  await pass(3_600_000);
  assert.equal(Socket.opened.length, 1);
  assert.equal(kept.session, '');
  await assert.rejects(it.publish(CHANNEL, 1), { code: 'closed' });
});

test('a store or a network name that throws is told to the program, and the client goes on', async () => {
  const told = mock.method(console, 'error', () => {});
  const fails = (what) => () => {
    throw new Error(`${what} is broken`);
  };
  const it = client({ store: { load: () => null, save: fails('the store'), release: fails('the lock') }, heartbeat: 'adaptive', network: fails('the network') });
  const socket = await Socket.latest.welcomes();
  assert.equal(it.state, 'connected');
  it.subscribe(CHANNEL);
  await turn();
  await socket.subscribes();
  await pass(30_000);
  assert.equal(socket.all('ping').length, 1, 'it is watched');
  it.close();
  assert.equal(it.state, 'closed');
  await assert.rejects(it.publish(CHANNEL, 1), { code: 'closed' });
  const reasons = told.mock.calls.map(({ arguments: [error] }) => error.message);
  for (const what of ['the store', 'the network', 'the lock']) assert.ok(reasons.includes(`${what} is broken`), `${reasons}`);
});

test('sent away, it comes back after the time that the server says', async () => {
  const it = client();
  await Socket.latest.welcomes();
  await Socket.latest.says({ type: 'reconnect', afterMs: 1200, reason: 'drain' });
  assert.equal(it.state, 'connected', 'answers under way still come');
  const states = record(it, 'state');
  await Socket.latest.ends(1012);
  assert.equal(states[0][1].waitMs, 1200);
  await pass(1200);
  assert.equal(it.state, 'resuming');
});

test('sent away by a server that does not close, it leaves by itself', async () => {
  const it = client();
  await Socket.latest.welcomes();
  await Socket.latest.says({ type: 'reconnect', afterMs: 1200, reason: 'drain' });
  await pass(9999);
  assert.equal(it.state, 'connected');
  await pass(1);
  assert.equal(it.state, 'waiting');
});

test('sent away, and gone before of its own will, it owes nothing to that server', async () => {
  mock.method(Math, 'random', () => 1);
  const it = client();
  await Socket.latest.welcomes();
  await Socket.latest.says({ type: 'reconnect', afterMs: 60_000, reason: 'drain' });
  it.reconnect();
  const states = record(it, 'state');
  await Socket.latest.ends(1006);
  assert.equal(states[0][1].waitMs, 500);
});

test('no server sends it away for longer than ten minutes', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const states = record(it, 'state');
  await Socket.latest.says({ type: 'reconnect', afterMs: Number.MAX_SAFE_INTEGER });
  await Socket.latest.ends(1012);
  assert.equal(states[0][1].waitMs, 600_000);
});

test('a refused token leaves the session to the next run of the program', async () => {
  let kept = null;
  client({ token: 'old', store: { load: () => kept, save: (held) => (kept = structuredClone(held)) } });
  await Socket.latest.welcomes();
  await Socket.latest.ends(4401, 'unauthorized');
  assert.equal(kept.session, 's1');
});

test('nothing more is heard of a connection that a listener has left', async () => {
  const { client: it, subscription, socket } = await subscribed();
  const heard = [];
  subscription.on('message', ({ position }) => {
    heard.push(position.offset);
    if (position.offset === 1) it.reconnect();
  });
  await socket.publishes(1, 2);
  assert.deepEqual(heard, [1]);
  await Socket.latest.opens();
  assert.equal(Socket.latest.last('connect').positions[CHANNEL].offset, 1, 'the second comes again');
});

test('an engine that is away for connect is a reason to wait', async () => {
  const it = client();
  await Socket.latest.opens();
  await Socket.latest.refuses('connect', 'unavailable', true);
  assert.equal(it.state, 'waiting');
});

test('frames of a connection that was left are not heard', async () => {
  const { client: it, subscription, socket } = await subscribed({ offset: 5 });
  const late = socket.onmessage;
  it.reconnect();
  await Socket.latest.welcomes({ resumed: true });
  await Socket.latest.restores(5);
  const heard = record(subscription, 'message');
  late({ data: JSON.stringify({ type: 'message', channel: CHANNEL, offset: 6, data: 'late' }) });
  assert.deepEqual(heard, []);
});

// The heartbeat.

test('a dead server is found within interval and time-out', async () => {
  const it = client();
  const states = record(it, 'state');
  await Socket.latest.welcomes();
  await pass(HEARTBEAT.interval * 1000);
  assert.equal(Socket.latest.all('ping').length, 1);
  await pass(HEARTBEAT.timeout * 1000 - 1);
  assert.equal(it.state, 'connected');
  await pass(1);
  assert.equal(it.state, 'waiting');
  assert.equal(states.at(-1)[1].reason, 'no answer to a ping');
});

test('a page that stood still asks again before it counts the server as dead', async () => {
  const it = client();
  await Socket.latest.welcomes();
  await pass(HEARTBEAT.interval * 1000);
  await pass(HEARTBEAT.timeout * 1000 + 60_000); // the answer waits in the socket meanwhile
  assert.equal(it.state, 'connected');
  assert.equal(Socket.latest.all('ping').length, 2);
  await pass(HEARTBEAT.timeout * 1000);
  assert.equal(it.state, 'waiting');
});

test('whatever the server says is a sign of life', async () => {
  const { client: it, socket } = await subscribed();
  for (let i = 1; i <= 4; i++) {
    await pass(20_000);
    await socket.publishes(i);
  }
  assert.deepEqual(socket.all('ping'), []);
  await pass(30_000);
  await socket.publishes(5);
  await pass(10_000);
  assert.equal(it.state, 'connected');
});

test('adaptive: it asks for the longest interval, begins with 30 seconds, and grows', async () => {
  client({ heartbeat: 'adaptive', network: () => 'wifi' });
  const socket = Socket.latest;
  await socket.welcomes({ heartbeat: { interval: 240, timeout: 10 } });
  assert.deepEqual(socket.last('connect').heartbeat, { interval: 240 });
  const pings = async (ms) => {
    const before = socket.all('ping').length;
    await pass(ms);
    return socket.all('ping').length - before;
  };
  for (const seconds of [30, 30, 45, 45, 67.5]) {
    assert.equal(await pings(seconds * 1000 - 1), 0, `silent for ${seconds} s`);
    assert.equal(await pings(1), 1);
    await socket.says({ type: 'pong' });
    await pass(10_000);
    // The time-out is part of the next silence.
    await socket.says({ type: 'degraded', active: false });
  }
});

test('adaptive: a server that says goodbye after a silence teaches nothing', async () => {
  client({ heartbeat: { start: 60 }, network: () => 'wifi' });
  const heartbeat = { interval: 240, timeout: 10 };
  await Socket.latest.welcomes({ heartbeat });
  await pass(50_000);
  await Socket.latest.ends(1012);
  await pass(500);
  await Socket.latest.welcomes({ resumed: true, heartbeat });
  await pass(59_000);
  assert.equal(Socket.latest.all('ping').length, 0);
});

test('adaptive: what one network taught does not hold on another', async () => {
  let network = 'wifi';
  const it = client({ heartbeat: { start: 60 }, network: () => network });
  const heartbeat = { interval: 240, timeout: 10 };
  await Socket.latest.welcomes({ heartbeat });
  await pass(60_000);
  await pass(10_000);
  assert.equal(it.state, 'waiting', 'silence killed it');
  await pass(500);
  await Socket.latest.welcomes({ resumed: true, heartbeat });
  await pass(10_000);
  assert.equal(Socket.latest.all('ping').length, 1, 'shorter here');
  network = 'cellular';
  it.reconnect();
  await Socket.latest.welcomes({ resumed: true, heartbeat });
  await pass(59_000);
  assert.equal(Socket.latest.all('ping').length, 0, 'as long as ever there');
});

// Publishing.

test('publish resolves with the level and the place that the server says', async () => {
  const it = client();
  const published = it.publish(CHANNEL, { a: 1 }, { durability: 'replicated' });
  await Socket.latest.welcomes();
  const { data, durability, dedupe } = Socket.latest.last('publish');
  assert.deepEqual({ data, durability }, { data: { a: 1 }, durability: 'replicated' });
  assert.ok(dedupe.length >= 16);
  await Socket.latest.answers('publish', { type: 'published', level: 'replicated', position: { epoch: 'e', offset: 1 } });
  assert.deepEqual(await published, { level: 'replicated', position: { epoch: 'e', offset: 1 }, duplicate: false });
});

test('what was under way when the connection broke goes again, with the same dedupe and in order', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const all = [1, 2, 3].map((data) => it.publish(CHANNEL, data));
  const first = Socket.latest.all('publish').map(({ data, dedupe }) => [data, dedupe]);
  assert.equal(first.length, 3);
  const next = await comesBack();
  assert.deepEqual(next.all('publish').map(({ data, dedupe }) => [data, dedupe]), first);
  for (const { id } of next.all('publish')) await next.says({ type: 'published', id, level: 'accepted', duplicate: true });
  assert.deepEqual((await Promise.all(all)).map(({ duplicate }) => duplicate), [true, true, true]);
});

test('in a new session a publication without an answer is unknown, not repeated', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const tried = assert.rejects(it.publish(CHANNEL, 'tried'), { code: 'unknown' });
  await Socket.latest.ends(1006);
  const waiting = it.publish(CHANNEL, 'waiting');
  await pass(500);
  await Socket.latest.opens();
  await Socket.latest.refuses('connect', 'session_expired');
  await Socket.latest.grants({ session: 's2' });
  await tried;
  assert.deepEqual(Socket.latest.all('publish').map(({ data }) => data), ['waiting']);
  await Socket.latest.answers('publish', { type: 'published', level: 'accepted' });
  assert.equal((await waiting).level, 'accepted');
});

test('unknown is repeated with the same dedupe until there is an answer', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const published = it.publish(CHANNEL, 1);
  await Socket.latest.refuses('publish', 'unknown', true);
  await pass(1000);
  const [first, second] = Socket.latest.all('publish');
  assert.equal(second.dedupe, first.dedupe);
  await Socket.latest.answers('publish', { type: 'published', level: 'accepted', duplicate: true });
  assert.equal((await published).duplicate, true);
});

test('after four minutes it is unknown if it may be stored, and timeout if it surely is not', async () => {
  mock.method(Math, 'random', () => 0.9); // so that no try is under way when the time is over
  for (const [code, outcome] of [['unknown', 'unknown'], ['unavailable', 'timeout']]) {
    const it = client();
    await Socket.latest.welcomes({ heartbeat: { interval: 3600, timeout: 10 } });
    const socket = Socket.latest;
    const settled = assert.rejects(it.publish(CHANNEL, 1), { code: outcome });
    for (let ms = 0; ms < 4 * 60_000; ms += 1000) {
      const asked = socket.last('publish').id;
      if (asked !== socket.refused) await socket.refuses('publish', code, true);
      socket.refused = asked;
      await pass(1000);
    }
    await settled;
  }
});

test('what the server refuses for good is refused with its code', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const isForbidden = (error) => error instanceof ByssusError && error.code === 'forbidden' && !error.retryable;
  const refused = assert.rejects(it.publish(CHANNEL, 1), isForbidden);
  await Socket.latest.refuses('publish', 'forbidden');
  await refused;
});

test('a refusal of the repetition says nothing of the first try', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const refused = assert.rejects(it.publish(CHANNEL, 1), { code: 'unknown' });
  const next = await comesBack();
  await next.refuses('publish', 'forbidden');
  await refused;
});

test('what is longer than the server takes is refused here, and nothing else suffers', async () => {
  const it = client();
  await Socket.latest.welcomes({ maxMessage: 1000 });
  const bytesOfAll = JSON.stringify({ type: 'publish', channel: CHANNEL, data: '', dedupe: 'd', id: 2 }).length;
  const signs = (bytes) => 'é'.repeat((bytes - bytesOfAll) / 2) + 'e'.repeat((bytes - bytesOfAll) % 2);
  const most = it.publish(CHANNEL, signs(1000), { dedupe: 'd' });
  await Socket.latest.answers('publish', { type: 'published', level: 'accepted' });
  await most;
  const isTooLarge = { code: 'too_large', message: '1001 bytes; the server takes 1000', retryable: false };
  await assert.rejects(it.publish(CHANNEL, signs(1001), { dedupe: 'd' }), isTooLarge);
  await assert.rejects(it.send({ user: '8' }, signs(1100)), { code: 'too_large' });
  await assert.rejects(it.session.set({ attributes: { a: signs(1100) } }), { code: 'too_large' });
  assert.equal(Socket.latest.all('publish').length, 1);
  assert.equal(it.state, 'connected');
});

test('the outbox is bounded, and what does not fit was surely not sent', async () => {
  const it = client({ outboxMax: 2 });
  const kept = [it.publish(CHANNEL, 1), it.publish(CHANNEL, 2)];
  await assert.rejects(it.publish(CHANNEL, 3), { code: 'outbox_full' });
  it.close();
  for (const promise of kept) await assert.rejects(promise, { code: 'not_sent' });
});

test('closing leaves what was under way unknown', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const published = it.publish(CHANNEL, 1);
  it.close();
  await assert.rejects(published, { code: 'unknown' });
});

test('when the server asks for patience everything waits, and the order stays', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const socket = Socket.latest;
  for (let i = 0; i < 100; i++) it.publish(CHANNEL, i).catch(() => {});
  assert.equal(socket.all('publish').length, 64, 'as many as the server takes under way');
  const ids = socket.all('publish').map(({ id }) => id);
  for (const id of ids) await socket.says({ type: 'error', id, code: 'rate_limited', message: '', retryable: true });
  assert.equal(socket.all('publish').length, 64, 'none before the pause is over');
  await pass(11_000);
  const again = socket.all('publish').slice(64);
  assert.ok(again.length < 64, 'fewer at once');
  assert.deepEqual(again.map(({ data }) => data), again.map((_, i) => i), 'the first first');
});

// Directed messages are repeated and paced like publications.

test('a directed message goes again with the same dedupe, and resolves with what the server says', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const answered = it.send({ user: '7' }, 'psst');
  const cut = it.send({ user: '8' }, 'psst');
  const [first, second] = Socket.latest.all('send');
  assert.ok(second.dedupe.length >= 16);
  assert.notEqual(first.dedupe, second.dedupe);
  await Socket.latest.says({ type: 'sent', id: first.id, sessions: 2 });
  assert.deepEqual(await answered, { sessions: 2, full: 0, duplicate: false });
  const next = await comesBack();
  assert.deepEqual(next.all('send').map(({ to, data, dedupe }) => [to, data, dedupe]), [[{ user: '8' }, 'psst', second.dedupe]]);
  await next.answers('send', { type: 'sent', sessions: 3, full: 1, duplicate: true });
  assert.deepEqual(await cut, { sessions: 3, full: 1, duplicate: true });
});

test('directed messages wait when the server asks for patience, and none is lost', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const socket = Socket.latest;
  const all = Array.from({ length: 200 }, (_, i) => it.send({ user: '7' }, i));
  const limited = new Set();
  const taken = [];
  for (let round = 0; taken.length < 200; round++) {
    assert.ok(round < 500, 'it goes on');
    for (const { id, data } of socket.all('send').filter(({ id }) => !socket.seen?.has(id))) {
      (socket.seen ??= new Set()).add(id);
      // Each one is refused once.
      if (limited.has(data)) {
        taken.push(data);
        await socket.says({ type: 'sent', id, sessions: 1 });
      } else {
        limited.add(data);
        await socket.says({ type: 'error', id, code: 'rate_limited', message: '', retryable: true });
      }
    }
    await pass(1000);
  }
  assert.equal((await Promise.all(all)).length, 200);
});

test('in a new session a directed message without an answer is unknown', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const tried = assert.rejects(it.send({ user: '7' }, 1), { code: 'unknown' });
  await Socket.latest.ends(1006);
  await pass(500);
  await Socket.latest.opens();
  await Socket.latest.refuses('connect', 'session_expired');
  await Socket.latest.grants({ session: 's2' });
  await tried;
  assert.deepEqual(Socket.latest.all('send'), []);
});

test('an inbox that is full is told, and holds up nothing else', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const full = assert.rejects(it.send({ user: '7' }, 1), { code: 'inbox_full', retryable: true });
  await Socket.latest.refuses('send', 'inbox_full', true);
  await full;
  it.publish(CHANNEL, 1).catch(() => {});
  assert.equal(Socket.latest.all('publish').length, 1, 'no pause');
  assert.equal(Socket.latest.all('send').length, 1, 'not repeated');
});

// Deadlines.

test('without a connection a call fails at its deadline, and is not sent afterwards', async () => {
  const it = client();
  const soon = { timeoutMs: 3000 };
  const calls = [
    () => it.ready(soon),
    () => it.publish(CHANNEL, 1, soon),
    () => it.send({ user: '7' }, 1, soon),
    () => it.presence(CHANNEL, soon),
    () => it.history(CHANNEL, soon),
    () => it.ping(soon),
    () => it.session.set({ tags: ['a'] }, soon),
    () => it.session.refresh(soon),
  ];
  const early = [];
  const failing = calls.map((call) =>
    assert.rejects(call().finally(() => early.push(Date.now())), { code: 'timeout', retryable: true }),
  );
  await pass(2999);
  assert.deepEqual(early, []);
  await pass(1);
  await Promise.all(failing);
  await Socket.latest.welcomes();
  assert.deepEqual(Socket.latest.said.map(({ type }) => type), ['connect']);
});

test('what is under way at its deadline is unknown, and not repeated', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const calls = [it.publish(CHANNEL, 1, { timeoutMs: 3000 }), it.send({ user: '7' }, 1, { timeoutMs: 3000 })];
  const failing = calls.map((call) => assert.rejects(call, { code: 'unknown', retryable: true }));
  await pass(3000);
  await Promise.all(failing);
  const next = await comesBack();
  assert.deepEqual([...next.all('publish'), ...next.all('send')], []);
});

test('a deadline beyond what the server remembers does not repeat a message for longer', async () => {
  const it = client();
  await Socket.latest.welcomes({ heartbeat: { interval: 36_000, timeout: 10 } });
  const failing = assert.rejects(it.publish(CHANNEL, 1, { timeoutMs: 3_600_000 }), { code: 'unknown' });
  await pass(4 * 60_000);
  await failing;
});

// Questions.

test('questions wait for the connection and survive its loss', async () => {
  const it = client();
  const members = it.presence('room');
  await Socket.latest.welcomes();
  await turn();
  assert.equal(Socket.latest.all('presence').length, 1);
  const next = await comesBackSoon();
  await turn();
  await next.answers('presence', { type: 'presence', channel: 'room', members: [{ session: 's1' }] });
  assert.deepEqual(await members, [{ session: 's1' }]);
});

test('presence says how many there are, more than it has room for or not', async () => {
  const it = client();
  const asked = [it.presence('room'), it.presence('room'), it.presence('room')];
  await Socket.latest.welcomes();
  await turn();
  const members = [{ session: 's1' }, { session: 's2' }];
  for (const [i, said] of [{ total: 1500 }, { total: 2 }, {}].entries())
    await Socket.latest.says({ type: 'presence', id: Socket.latest.all('presence')[i].id, channel: 'room', members, ...said });
  const [cut, whole, uncounted] = await Promise.all(asked);
  assert.deepEqual(cut.map(({ session }) => session), ['s1', 's2']);
  assert.deepEqual([cut.total, whole.total, uncounted.total], [1500, 2, 2]);
});

async function comesBackSoon() {
  await Socket.latest.ends(1006);
  await pass(500);
  return Socket.latest.welcomes({ resumed: true });
}

test('a question without an answer fails after ten seconds', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const page = assert.rejects(it.history(CHANNEL), { code: 'timeout' });
  await pass(10_000);
  await page;
});

test('set tells what the session carries then', async () => {
  const it = client({ attributes: { name: 'Ann' } });
  assert.deepEqual(it.session.attributes, { name: 'Ann' });
  await Socket.latest.welcomes();
  const set = it.session.set({ attributes: { theme: 'dark' } });
  await turn();
  await Socket.latest.answers('set', { type: 'attributes', attributes: { name: 'Ann', theme: 'dark' }, tags: ['x'] });
  await set;
  assert.deepEqual([it.session.attributes, it.session.tags], [{ name: 'Ann', theme: 'dark' }, ['x']]);
});

test('end ends the session for good', async () => {
  let kept = null;
  const it = client({ store: { load: () => kept, save: (held) => (kept = structuredClone(held)) } });
  await Socket.latest.welcomes();
  const ended = it.end();
  await turn();
  await Socket.latest.answers('end', { type: 'ended' });
  await ended;
  assert.equal(it.state, 'closed');
  assert.equal(kept.session, '');
});

test('an end that meets a session lost to another connection has not ended it', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const ended = it.end();
  await turn();
  const told = assert.rejects(ended, { code: 'closed' });
  await Socket.latest.ends(4409, 'taken_over');
  await told;
  assert.equal(it.state, 'closed');
});

test('an end whose answer is overtaken by the close is done', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const ended = it.end();
  await turn();
  await Socket.latest.ends(4412, 'ended');
  await ended;
  assert.equal(it.state, 'closed');
});

// Subscriptions.

test('a wish is one object, and holds in a new session', async () => {
  const { client: it, subscription } = await subscribed({ offset: 5 });
  assert.equal(it.subscribe(CHANNEL), subscription);
  const next = await comesBack({ resumed: false, session: 's2' });
  assert.equal(next.last('subscribe').channel, CHANNEL);
});

test('a subscribe whose answer was lost is not asked for twice in vain', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const subscription = it.subscribe(CHANNEL);
  const told = record(subscription, 'subscribed', 'error');
  await turn();
  await Socket.latest.ends(1006);
  await pass(500);
  await Socket.latest.welcomes({ resumed: true });
  await Socket.latest.restores(3, {});
  await Socket.latest.refuses('subscribe', 'already_subscribed');
  assert.deepEqual(told.map(([type]) => type), ['subscribed']);
});

test('after a reload each wish is asked for, whatever the last run had', async () => {
  const kept = { session: 's1', resume: 'r', positions: { [CHANNEL]: { epoch: 'e', offset: 4 } }, inbox: 0 };
  const it = client({ store: { load: () => kept, save: () => {} } });
  const subscription = it.subscribe(CHANNEL);
  const heard = record(subscription, 'message', 'error');
  await Socket.latest.welcomes({ resumed: true });
  assert.deepEqual(Socket.latest.last('connect').positions, kept.positions);
  await Socket.latest.restores(5, { recovered: true, missed: 1 });
  await Socket.latest.publishes(5);
  await Socket.latest.refuses('subscribe', 'already_subscribed');
  assert.deepEqual(offsets(heard), [5]);
});

test('subscribed again at once, nothing of the subscription before it is taken for its own', async () => {
  const it = client();
  const before = it.subscribe(CHANNEL);
  await turn();
  const socket = await Socket.latest.welcomes();
  const { id } = socket.last('subscribe');
  before.unsubscribe();
  const after = it.subscribe(CHANNEL);
  assert.notEqual(after, before);
  const told = record(after, 'subscribed', 'message');
  await turn();
  await socket.says({ type: 'subscribed', id, channel: CHANNEL, position: { epoch: 'e', offset: 7 } });
  await socket.publishes(8);
  assert.equal(socket.all('subscribe').length, 1, 'it waits for the end of the one before');
  await socket.answers('unsubscribe', { type: 'unsubscribed', channel: CHANNEL });
  assert.equal(socket.all('subscribe').length, 2);
  assert.deepEqual(told, []);
  await socket.subscribes(9);
  await socket.publishes(10);
  assert.deepEqual(told.map(([type]) => type), ['subscribed', 'message']);
});

test('left and subscribed again when the connection breaks, it is asked for on the next', async () => {
  const { client: it, subscription } = await subscribed();
  subscription.unsubscribe();
  it.subscribe(CHANNEL);
  await turn();
  await Socket.latest.ends(1006);
  await pass(500);
  const next = await Socket.latest.welcomes({ resumed: true });
  assert.equal(next.all('subscribe').length, 1);
});

test('a wish whose answer was lost counts from the first missed message', async () => {
  const it = client();
  const subscription = it.subscribe(CHANNEL);
  const heard = record(subscription, 'message', 'gap');
  await turn();
  await Socket.latest.welcomes();
  await Socket.latest.ends(1006);
  await pass(500);
  await Socket.latest.welcomes({ resumed: true });
  await Socket.latest.restores(6, { recovered: true, missed: 2 });
  await Socket.latest.publishes(5);
  assert.deepEqual(subscription.position, { epoch: 'e', offset: 5 });
  await Socket.latest.publishes(6);
  assert.deepEqual(offsets(heard), [5, 6]);
});

test('what earlier runs left is not said again and again, and is kept for a later wish, to a bound', async () => {
  const positions = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`c${i}`, { epoch: 'e', offset: i }]));
  let kept = { session: 's1', resume: 'r', positions, inbox: 0 };
  const it = client({ store: { load: () => kept, save: (held) => (kept = held) } });
  it.subscribe('c149');
  const socket = await Socket.latest.welcomes({ resumed: true });
  assert.deepEqual(Object.keys(socket.last('connect').positions), ['c149']);
  assert.equal(Object.keys(kept.positions).length, 100);
  assert.equal(Object.keys(kept.positions).at(-1), 'c149', 'what is in use is the last to go');
  it.subscribe('c148');
  await turn();
  assert.deepEqual(socket.last('subscribe').position, { epoch: 'e', offset: 148 });
});

test('a channel that is wished for after the resume is given back first, and read on from where the last run was', async () => {
  const kept = { session: 's1', resume: 'r', positions: { [CHANNEL]: { epoch: 'e', offset: 4 } }, inbox: 0 };
  const it = client({ store: { load: () => kept, save: () => {} } });
  const socket = await Socket.latest.welcomes({ resumed: true });
  await socket.restores(6, {});
  const subscription = it.subscribe(CHANNEL);
  const told = record(subscription, 'unsubscribed', 'message');
  await socket.answers('unsubscribe', { type: 'unsubscribed', channel: CHANNEL });
  assert.deepEqual(socket.last('subscribe').position, { epoch: 'e', offset: 4 });
  await socket.subscribes(6, { recovered: true, missed: 2 });
  await socket.publishes(5, 6);
  assert.deepEqual(offsets(told), [5, 6]);
});

test('after unsubscribe nothing comes, and a resume that brings it back is answered', async () => {
  const { subscription, socket } = await subscribed();
  const heard = record(subscription, 'message', 'unsubscribed');
  const left = subscription.unsubscribe();
  await turn();
  await socket.publishes(1);
  assert.deepEqual(heard, [['unsubscribed', { byServer: false }]]);
  const next = await comesBack();
  await left;
  await next.restores(1);
  assert.equal(next.last('unsubscribe').channel, CHANNEL);
});

test('what the server refuses is told, and ends the wish', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const subscription = it.subscribe('secret');
  const errors = record(subscription, 'error');
  await turn();
  const reading = assert.rejects(subscription[Symbol.asyncIterator]().next(), { code: 'forbidden' });
  await Socket.latest.refuses('subscribe', 'forbidden');
  await reading;
  assert.equal(errors[0][1].code, 'forbidden');
  assert.notEqual(it.subscribe('secret'), subscription);
});

test('what may succeed later is asked for again', async () => {
  const it = client();
  await Socket.latest.welcomes();
  it.subscribe(CHANNEL);
  await turn();
  await Socket.latest.refuses('subscribe', 'unavailable', true);
  await pass(1000);
  assert.equal(Socket.latest.all('subscribe').length, 2);
});

test('the server can take a subscription away', async () => {
  const { subscription, socket } = await subscribed();
  const told = record(subscription, 'unsubscribed');
  await socket.says({ type: 'unsubscribed', channel: CHANNEL });
  assert.deepEqual(told, [['unsubscribed', { byServer: true }]]);
});

test('a pattern hears its channels, without places', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const pattern = it.subscribe('news.*');
  const heard = record(pattern, 'message');
  await turn();
  await Socket.latest.answers('subscribe', { type: 'subscribed', channel: 'news.*' });
  await Socket.latest.says({ type: 'message', channel: 'news.sport', pattern: 'news.*', offset: 3, data: 'goal' });
  assert.deepEqual(heard[0][1], { channel: 'news.sport', data: 'goal', from: undefined, missed: false });
});

test('what a newer server says is ignored, what is not of the protocol is told', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const notices = record(it, 'notice');
  await Socket.latest.says({ type: 'task', group: 'g', data: 1 }, { type: 'weather' });
  assert.deepEqual(notices, []);
  Socket.latest.onmessage({ data: 'not json' });
  await Socket.latest.says({ type: 'message', offset: 1, data: 1 }, { type: 'error', code: 'malformed', message: 'm' });
  assert.deepEqual(notices.map(([, { code }]) => code), ['malformed', 'malformed', 'malformed']);
});

// Handling.

test('a handler that blocks while the connection is replaced gets nothing twice', async () => {
  const { subscription, socket } = await subscribed({ offset: 0 });
  const heard = [];
  let release;
  subscription.on('message', async ({ position }) => {
    heard.push(position.offset);
    if (position.offset === 1) await new Promise((resolve) => (release = resolve));
  });
  await socket.publishes(1, 2, 3);
  assert.deepEqual(heard, [1], 'the next one waits');
  const next = await comesBack();
  assert.equal(next.last('connect').positions[CHANNEL].offset, 3, 'they are received already');
  await next.restores(4, { recovered: true, missed: 1 });
  await next.publishes(4);
  release();
  await turn();
  assert.deepEqual(heard, [1, 2, 3, 4]);
});

test('a reload gets again what was not handled yet', async () => {
  let kept = null;
  const store = { load: () => structuredClone(kept), save: (held) => (kept = structuredClone(held)) };
  const { client: it, subscription, socket } = await subscribed({ offset: 0, store });
  subscription.on('message', ({ position }) => (position.offset === 2 ? new Promise(() => {}) : undefined));
  await socket.publishes(1, 2, 3);
  await pass(100);
  it.close();
  const reloaded = client({ store });
  assert.equal(reloaded.state, 'resuming');
  reloaded.subscribe(CHANNEL);
  await Socket.latest.opens();
  const { session, positions } = Socket.latest.last('connect');
  assert.deepEqual([session, positions], ['s1', { [CHANNEL]: { epoch: 'e', offset: 1 } }]);
});

for (const [what, claim] of [
  ['is another client’s too', () => false],
  ['cannot be claimed', () => Promise.reject(new Error('no'))],
]) {
  test(`what a store has and ${what} is left to the other, but for where it was`, async () => {
    const kept = { session: 's1', resume: 'r', positions: { [CHANNEL]: { epoch: 'e', offset: 4 } }, inbox: 3 };
    const saved = [];
    const it = client({ store: { load: () => kept, save: (held) => saved.push(structuredClone(held)), claim: async () => claim() } });
    it.subscribe(CHANNEL);
    assert.equal(Socket.opened.length, 0, 'it does not connect before it knows');
    await turn();
    await Socket.latest.opens();
    const { session, positions, inbox } = Socket.latest.last('connect');
    assert.deepEqual([session, positions, inbox], [undefined, undefined, undefined]);
    await Socket.latest.grants({ session: 's2' });
    assert.deepEqual(Socket.latest.last('subscribe').position, { epoch: 'e', offset: 4 });
    assert.deepEqual([saved.at(-1).session, saved.at(-1).inbox], ['s2', 0]);
  });
}

test('what is claimed is resumed, and released with the client', async () => {
  const kept = { session: 's1', resume: 'r', positions: {}, inbox: 0 };
  let released = 0;
  const it = client({ store: { load: () => kept, save: () => {}, claim: async () => true, release: () => released++ } });
  await turn();
  await Socket.latest.opens();
  assert.equal(Socket.latest.last('connect').session, 's1');
  assert.equal(released, 0);
  it.close();
  assert.equal(released, 1);
});

test('a client that is closed while it claims connects no more, and keeps nothing back', async () => {
  let mine;
  let released = 0;
  const it = client({ store: { load: () => null, save: () => {}, claim: () => new Promise((resolve) => (mine = resolve)), release: () => released++ } });
  it.close();
  released = 0;
  mine(true);
  await turn();
  assert.deepEqual([Socket.opened.length, released, it.state], [0, 1, 'closed']);
});

test('a handler that throws is reported, and the next message comes', async () => {
  const { subscription, socket } = await subscribed();
  const reported = mock.method(console, 'error', () => {});
  const heard = [];
  subscription.on('message', ({ position }) => {
    heard.push(position.offset);
    throw new Error('mine');
  });
  await socket.publishes(1, 2);
  assert.deepEqual(heard, [1, 2]);
  assert.equal(reported.mock.callCount(), 2);
});

test('it can be read with for await, one after the other', async () => {
  const { subscription, socket } = await subscribed();
  const read = [];
  const reading = (async () => {
    for await (const { position } of subscription) {
      read.push(position.offset);
      if (position.offset === 3) break;
    }
  })();
  await turn();
  await socket.publishes(1, 2, 3, 4);
  await reading;
  assert.deepEqual(read, [1, 2, 3]);
});

test('an iteration ends with the subscription', async () => {
  const { subscription, socket } = await subscribed();
  const read = [];
  const reading = (async () => {
    for await (const { position } of subscription) read.push(position.offset);
  })();
  await turn();
  await socket.publishes(1);
  const left = subscription.unsubscribe();
  await turn();
  await socket.answers('unsubscribe', { type: 'unsubscribed', channel: CHANNEL });
  await left;
  await reading;
  assert.deepEqual(read, [1]);
});

test('a program that is too slow is told what it missed, in its place', async () => {
  const { subscription, socket } = await subscribed({ queueMax: 2 });
  const happened = record(subscription, 'gap');
  let release;
  subscription.on('message', ({ position }) => {
    happened.push(position.offset);
    return position.offset === 1 ? new Promise((resolve) => (release = resolve)) : undefined;
  });
  await socket.publishes(1, 2, 3, 4, 5);
  release();
  await turn();
  await socket.publishes(6);
  assert.deepEqual(happened, [1, 2, 3, ['gap', { reason: 'overflow' }], 6]);
});

// Directed messages.

test('what was handled is acknowledged, many with one word', async () => {
  const it = client();
  it.inbox.on('message', () => {});
  await Socket.latest.welcomes();
  await Socket.latest.says(...[1, 2, 3].map((offset) => ({ type: 'direct', offset, data: offset })));
  assert.deepEqual(Socket.latest.all('ack'), [], 'not each by itself');
  await pass(100);
  assert.deepEqual(Socket.latest.all('ack').map(({ offset }) => offset), [3]);
  await pass(1000);
  assert.equal(Socket.latest.all('ack').length, 1);
});

test('what is being handled is not acknowledged', async () => {
  const it = client();
  let release;
  it.inbox.on('message', ({ offset }) => (offset === 2 ? new Promise((resolve) => (release = resolve)) : undefined));
  await Socket.latest.welcomes();
  await Socket.latest.says(...[1, 2, 3].map((offset) => ({ type: 'direct', offset, data: offset })));
  await pass(100);
  assert.equal(Socket.latest.last('ack').offset, 1);
  release();
  await turn();
  await pass(100);
  assert.equal(Socket.latest.last('ack').offset, 3);
});

test('without a consumer they wait, unacknowledged', async () => {
  const it = client();
  await Socket.latest.welcomes();
  await Socket.latest.says({ type: 'direct', offset: 1, data: 'a' });
  await pass(1000);
  assert.deepEqual(Socket.latest.all('ack'), []);
  const heard = record(it.inbox, 'message');
  await turn();
  assert.equal(heard[0][1].data, 'a');
});

test('an acknowledgement that was lost is said again after the resume', async () => {
  const it = client();
  it.inbox.on('message', () => {});
  await Socket.latest.welcomes();
  await Socket.latest.says({ type: 'direct', offset: 4, data: 1 });
  const next = await comesBack();
  await pass(100);
  assert.equal(next.last('ack').offset, 4);
});

test('after a failover that lost the end of the inbox, offsets start anew and none is acknowledged unseen', async () => {
  const it = client();
  const heard = [];
  let release;
  it.inbox.on('message', ({ data }) => {
    heard.push(data);
    return data === 'old' ? new Promise((resolve) => (release = resolve)) : undefined;
  });
  const gaps = record(it.inbox, 'gap');
  await Socket.latest.welcomes();
  await Socket.latest.says({ type: 'direct', offset: 90, data: 'old' });
  await Socket.latest.says({ type: 'gap', reason: 'diverged' }, { type: 'direct', offset: 3, data: 'new' });
  release();
  await turn();
  await pass(100);
  assert.deepEqual(heard, ['old', 'new']);
  assert.deepEqual(gaps, [['gap', { reason: 'diverged' }]]);
  assert.deepEqual(Socket.latest.all('ack').map(({ offset }) => offset), [3]);
});

// What JSON.parse would round.

const exact = (text) =>
  JSON.parse(text, (name, value) => (typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value));

test('a parser of the program reads what the server says', async () => {
  const it = client({ parse: exact });
  const heard = [];
  it.subscribe(CHANNEL).on('message', ({ data }) => heard.push(data));
  const socket = await Socket.latest.welcomes();
  await turn();
  await socket.subscribes();
  await socket.says({ type: 'message', channel: CHANNEL, offset: 1, data: { id: '9007199254740993n' } });
  assert.deepEqual(heard, [{ id: 9007199254740993n }]);
  const page = it.history(CHANNEL);
  await turn();
  const items = [{ offset: 1, data: '9007199254740993n' }];
  await socket.answers('history', { type: 'history', channel: CHANNEL, top: { epoch: 'e', offset: 1 }, items });
  assert.equal((await page).items[0].data, 9007199254740993n);
});

test('a parser that throws, or makes something else of a message, is told and ends nothing', async () => {
  let parse = JSON.parse;
  const it = client({ parse: (text) => parse(text) });
  const socket = await Socket.latest.welcomes();
  const notices = [];
  it.on('notice', ({ code, message }) => notices.push([code, message]));
  parse = () => {
    throw new TypeError('no BigInt here');
  };
  await socket.says({ type: 'pong' });
  parse = () => 7;
  await socket.says({ type: 'pong' });
  assert.deepEqual(notices.map(([code]) => code), ['malformed', 'malformed']);
  assert.match(notices[0][1], /no BigInt here/);
  parse = JSON.parse;
  assert.equal(it.state, 'connected');
  const waiting = it.ping();
  await turn();
  await socket.answers('ping', { type: 'pong' });
  assert.ok((await waiting) >= 0);
});

test('what nobody waits for can be refused without a word', async () => {
  const unhandled = [];
  const note = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const it = client();
  await Socket.latest.welcomes();
  it.publish(CHANNEL, 1).catch(() => {});
  it.send({ user: 'nobody' }, 1).catch(() => {});
  it.session.set({ attributes: { a: 1 } }).catch(() => {});
  it.close();
  await turn();
  await turn();
  process.off('unhandledRejection', note);
  assert.deepEqual(unhandled, []);
});
