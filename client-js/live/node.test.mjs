/** The SDK in Node.js, on one real node. */

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { after, afterEach, before, test } from 'node:test';
import WebSocket from 'ws';
import { Link, Server, client, closeClients, eventually, inState, next, quick } from './nodes.mjs';

let server;
let link;
let rooms = 0;
const room = () => `room-${process.pid}-${++rooms}`;

before(async () => {
  server = await Server.start('js-1', '--set', 'session.client-tags=true', '--set', 'limits.max-message=32KiB', ...quick);
  link = await Link.to(server);
});
afterEach(() => {
  closeClients();
  link.silent = link.deaf = false;
});
after(async () => {
  link.close();
  await server.kill('SIGTERM');
});

test('publish, hear, history, presence, direct messages, attributes: all of it', async () => {
  const channel = `chat:${room()}`;
  const ann = client(server.url, { attributes: { name: 'Ann' } });
  const bob = client(server.url, { attributes: { name: 'Bob' } });
  const heard = [];
  bob.subscribe(channel).on('message', ({ data, from }) => heard.push([data, from.session]));
  await next(bob.subscribe(channel), 'subscribed');
  await ann.ready();
  const { level, position } = await ann.publish(channel, { text: 'hi' });
  assert.equal(level, 'accepted');
  assert.equal(position.offset, 1);
  await eventually(() => heard.length === 1, 'Bob hears it');
  assert.deepEqual(heard, [[{ text: 'hi' }, ann.session.id]]);

  const { items, top } = await bob.history(channel);
  assert.deepEqual(items.map(({ data }) => data), [{ text: 'hi' }]);
  assert.deepEqual(top, position);
  const present = await ann.presence(channel);
  assert.deepEqual(present.map(({ session }) => session), [bob.session.id]);
  assert.equal(present.total, 1);

  const psst = next(bob.inbox, 'message');
  assert.deepEqual(await ann.send({ session: bob.session.id }, 'psst'), { sessions: 1, full: 0, duplicate: false });
  assert.equal((await psst).data, 'psst');
  await assert.rejects(ann.send({ user: 'nobody' }, 1), { code: 'no_recipient' });

  await ann.session.set({ attributes: { name: null, theme: 'dark' } });
  assert.deepEqual(ann.session.attributes, { theme: 'dark' });
  await ann.session.refresh();
  assert.ok((await ann.ping()) >= 0);
  const gone = bob.session.id;
  await bob.end();
  await assert.rejects(bob.publish(channel, 1), { code: 'closed' });
  await assert.rejects(ann.send({ session: gone }, 'too late'), { code: 'no_recipient' });
});

test('what the server refuses has its code', async () => {
  const it = client(server.url);
  await assert.rejects(it.publish('no*stars', 1), { code: 'bad_channel', retryable: false });
  await assert.rejects(it.presence('plain'), { code: 'no_presence' });
});

test('a message as long as the server takes arrives; a longer one costs the program nothing but that message', async () => {
  const it = client(server.url);
  await it.ready();
  const around = JSON.stringify({ type: 'publish', channel: 'long', data: '', dedupe: 'd', id: 1 }).length;
  const longest = 'x'.repeat(32 * 1024 - around);
  await assert.rejects(it.publish('long', `${longest}x`, { dedupe: 'd' }), { code: 'too_large', retryable: false });
  assert.equal((await it.publish('long', longest, { dedupe: 'd' })).level, 'accepted');
  assert.equal(it.state, 'connected');
});

test('a cut connection resumes, and hears what it missed once and in order', async () => {
  const channel = room();
  const it = client(link.url);
  const heard = [];
  const subscription = it.subscribe(channel);
  subscription.on('message', ({ data, missed }) => heard.push([data, missed]));
  await next(subscription, 'subscribed');
  const other = client(server.url);
  await other.publish(channel, 1);
  await eventually(() => heard.length === 1, 'the first one');
  const session = it.session.id;
  const recovery = next(subscription, 'recovery');
  // Held back until the others are stored: the loss is found, but no try arrives.
  link.silent = true;
  link.cut();
  for (const data of [2, 3, 4]) await other.publish(channel, data);
  link.cut();
  link.silent = false;
  assert.deepEqual(await recovery, { recovered: true, missed: 3 });
  assert.equal(it.session.id, session);
  await other.publish(channel, 5);
  await eventually(() => heard.length === 5, 'all five');
  assert.deepEqual(heard, [[1, false], [2, true], [3, true], [4, true], [5, false]]);
});

test('what is published while the connection is cut, over and over, is stored once and in order', async () => {
  const channel = room();
  const it = client(link.url, { backoff: { first: 50, max: 200 } });
  await it.ready();
  const heard = [];
  const other = client(server.url);
  const subscription = other.subscribe(channel);
  subscription.on('message', ({ data }) => heard.push(data));
  await next(subscription, 'subscribed');
  const sent = [];
  for (let i = 0; i < 200; i++) {
    sent.push(it.publish(channel, i));
    if (i % 25 === 24) {
      link.cut();
      await inState(it, 'connected');
    }
  }
  const results = await Promise.all(sent);
  await eventually(() => heard.length >= 200, () => `${heard.length} heard`);
  assert.deepEqual(heard, Array.from({ length: 200 }, (_, i) => i));
  assert.deepEqual(results.map(({ position }) => position.offset), heard.map((i) => i + 1));
});

test('a directed message whose answer is lost is repeated, and taken once', async () => {
  const ann = client(link.url, { backoff: { first: 50, max: 200 } });
  const bob = client(server.url);
  await ann.ready();
  const to = { session: (await bob.ready()).id };
  const taken = [];
  bob.inbox.on('message', ({ data }) => void taken.push(data));
  link.deaf = true;
  const sent = ann.send(to, 1);
  await eventually(() => taken.length === 1, 'it comes');
  link.cut();
  link.deaf = false;
  assert.deepEqual(await sent, { sessions: 1, full: 0, duplicate: true });
  assert.deepEqual(await ann.send(to, 2), { sessions: 1, full: 0, duplicate: false });
  await eventually(() => taken.length === 2, 'the next one comes');
  assert.deepEqual(taken, [1, 2]);
});

test('of 900 directed messages at once, more than a client may say, none is lost', async () => {
  const ann = client(server.url);
  const bob = client(server.url);
  const to = { session: (await bob.ready()).id };
  const taken = [];
  bob.inbox.on('message', ({ data }) => void taken.push(data));
  await Promise.all(Array.from({ length: 900 }, (_, i) => ann.send(to, i)));
  await eventually(() => taken.length >= 900, 'all of them');
  assert.deepEqual(taken.toSorted((a, b) => a - b), Array.from({ length: 900 }, (_, i) => i));
});

test('a directed message that was not handled when the program ended comes again, a handled one does not', async () => {
  let kept = null;
  const store = { load: () => structuredClone(kept), save: (held) => (kept = structuredClone(held)) };
  const first = client(server.url, { store });
  const { id } = await first.ready();
  const handled = [];
  first.inbox.on('message', ({ data }) => (data === 'later' ? new Promise(() => {}) : void handled.push(data)));
  const other = client(server.url);
  await other.send({ session: id }, 'now');
  await other.send({ session: id }, 'later');
  await eventually(() => handled.length === 1 && kept.inbox === 1, 'the first is handled');
  first.close();
  const second = client(server.url, { store });
  const again = next(second.inbox, 'message');
  assert.equal((await again).data, 'later');
  assert.equal(second.session.id, id);
});

test('a server that says nothing is left within interval and time-out', async () => {
  const it = client(link.url);
  await it.ready();
  const waiting = next(it, 'state', ({ state }) => state === 'waiting');
  link.silent = true;
  assert.equal((await waiting).reason, 'no answer to a ping');
  link.silent = false;
  link.cut();
  await inState(it, 'connected');
});

test('a message that the server did not expect is an error push, and the connection stays', async () => {
  const it = client(server.url);
  await it.ready();
  await assert.rejects(it.send({ nobody: 'x' }, 1), { code: 'malformed' });
  assert.equal(it.state, 'connected');
});

test('when its token runs out it comes back with another, and has missed nothing', async () => {
  const secret = 'a secret of these tests, long enough';
  process.env.BYSSUS_AUTH_JWT_SECRET = secret; // a command line can be read by everyone
  const guarded = await Server.start('js-2', '--set', 'auth.jwt.clock-skew=0s');
  delete process.env.BYSSUS_AUTH_JWT_SECRET;
  try {
    const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
    const tokenFor = (seconds) => {
      const content = `${part({ alg: 'HS256' })}.${part({ sub: 'ann', exp: Math.floor(Date.now() / 1000) + seconds })}`;
      return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
    };
    const asked = [];
    const it = client(guarded.url, { token: (refused) => tokenFor(asked.push(refused) === 1 ? 3 : 3600) });
    const other = client(guarded.url, { token: tokenFor(3600) });
    const channel = `chat:${room()}`;
    const heard = [];
    it.subscribe(channel).on('message', ({ data }) => heard.push(data));
    await next(it.subscribe(channel), 'subscribed');
    const { id } = it.session;
    const { code } = await next(it, 'state', ({ state }) => state === 'waiting');
    assert.equal(code, 4401);
    await other.publish(channel, 'while it was away');
    await eventually(() => heard.length === 1, 'it hears what it missed');
    assert.deepEqual(asked, [false, true]);
    assert.equal(it.session.id, id);
  } finally {
    closeClients();
    await guarded.kill('SIGTERM');
  }
});

test('CommonJS programs have it too', async () => {
  const { connect } = createRequire(import.meta.url)('@byssus/client');
  const it = connect(server.url, { WebSocket });
  await it.ready();
  await it.end();
});
