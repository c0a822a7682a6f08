/** What the program does inside its listeners happens under whoever told it, who must bear that. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Socket, client, pass, record, subscribed, turn } from './scripted.mjs';

const states = (happened) => happened.filter(([type]) => type === 'state').map(([, { state }]) => state);

for (const state of ['resuming', 'waiting', 'connected']) {
  test(`closed while it tells that it is ${state}, it stays closed and opens nothing more`, async () => {
    const it = client();
    await Socket.latest.welcomes();
    const happened = record(it, 'state', 'connected');
    it.on('state', (event) => event.state === state && it.close());
    await Socket.latest.ends(1006);
    await pass(1_000);
    if (state === 'connected') await Socket.latest.welcomes({ resumed: true });
    assert.equal(it.state, 'closed');
    assert.equal(happened.at(-1)[1].state, 'closed');
    assert.equal(Socket.opened.filter((socket) => !socket.closed).length, 0);

    const opened = Socket.opened.length;
    await pass(60_000);
    assert.equal(Socket.opened.length, opened);
  });
}

test('closed while it tells that its session has expired, it stays closed', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const happened = record(it, 'state');
  it.on('expired', () => it.close());
  await Socket.latest.ends(1006);
  await pass(30_000);
  await Socket.latest.opens();
  await Socket.latest.refuses('connect', 'session_expired');
  await pass(60_000);

  assert.equal(it.state, 'closed');
  assert.equal(states(happened).at(-1), 'closed');
  assert.equal(Socket.latest.all('connect').length, 1);
});

test('closed while it goes on without the session that expired, it stays closed', async () => {
  const it = client();
  await Socket.latest.welcomes();
  await Socket.latest.ends(1006);
  await pass(30_000);
  it.on('state', ({ state }) => state === 'connecting' && it.close());
  await Socket.latest.opens();
  await Socket.latest.refuses('connect', 'session_expired');
  assert.equal(it.state, 'closed');
  assert.equal(Socket.latest.all('connect').length, 1);
});

test('of a connection that is left while it is told nothing more is told', async () => {
  const it = client();
  let once = true;
  it.on('state', ({ state }) => {
    if (state === 'connected' && once) {
      once = false;
      it.reconnect();
    }
  });
  const happened = record(it, 'connected');
  await Socket.latest.welcomes();
  assert.deepEqual(happened, []);
  await Socket.latest.welcomes({ resumed: true });
  assert.equal(happened.length, 1);
  assert.equal(it.state, 'connected');
});

test('who goes elsewhere while it is told of a restore hears there what became of it', async () => {
  const it = client();
  const feed = it.subscribe('news');
  await Socket.latest.welcomes();
  await Socket.latest.subscribes(3);
  await Socket.latest.ends(1006);
  await pass(30_000);
  const happened = record(feed, 'recovery', 'message');
  let once = true;
  feed.on('subscribed', () => {
    if (once) {
      once = false;
      it.reconnect();
    }
  });
  await Socket.latest.welcomes({ resumed: true });
  await Socket.latest.restores(5, { recovered: true, missed: 2 });
  await Socket.latest.welcomes({ resumed: true });
  await Socket.latest.restores(3, { recovered: true, missed: 0 });
  await Socket.latest.publishes(4);

  assert.deepEqual(
    happened.map(([type, { missed }]) => [type, missed]),
    [
      ['recovery', 0],
      ['message', false],
    ],
  );
});

test('closed by what gives the token, or names the network, it opens nothing', async () => {
  let asked = 0;
  const it = client({ token: () => (++asked > 1 ? void it.close() : 'good') });
  await turn();
  await Socket.latest.welcomes();
  await Socket.latest.ends(1006);
  await pass(1_000);
  assert.equal(it.state, 'closed');
  assert.equal(Socket.opened.length, 1);

  const other = client({ heartbeat: 'adaptive', network: () => void other.close() });
  await Socket.latest.opens();
  assert.equal(other.state, 'closed');
  assert.deepEqual(Socket.latest.said, []);
});

test('what is done inside a message happens behind it, and its order stays', async () => {
  const it = client();
  const feed = it.subscribe('news');
  const heard = [];
  feed.on('message', ({ position }) => {
    heard.push(position.offset);
    if (position.offset === 1) {
      it.subscribe('other');
      it.publish('news', 'back').catch(() => {});
    }
    if (position.offset === 2) feed.unsubscribe();
  });
  await Socket.latest.welcomes();
  await Socket.latest.subscribes();
  await Socket.latest.publishes(1, 2, 3);
  assert.deepEqual(heard, [1, 2]);
  assert.deepEqual(
    Socket.latest.said.slice(-3).map(({ type, channel }) => `${type} ${channel}`).sort(),
    ['publish news', 'subscribe other', 'unsubscribe news'],
  );
});

test('subscribed again while it is told that it is over, it is another one', async () => {
  const it = client();
  const feed = it.subscribe('news');
  await Socket.latest.welcomes();
  await Socket.latest.subscribes();
  let again;
  feed.on('unsubscribed', () => (again = it.subscribe('news')));
  feed.unsubscribe();
  await turn();
  assert.notEqual(again, feed);
  const heard = record(again, 'message');
  await Socket.latest.publishes(1);
  assert.deepEqual(heard, []);
  await Socket.latest.answers('unsubscribe', { type: 'unsubscribed', channel: 'news' });
  await Socket.latest.subscribes(1);
  await Socket.latest.publishes(2);
  assert.equal(heard.length, 1);
});

test('ended inside a message, nothing follows it', async () => {
  const it = client();
  const feed = it.subscribe('news');
  const happened = record(it, 'state');
  feed.on('message', () => it.end());
  await Socket.latest.welcomes();
  await Socket.latest.subscribes();
  await Socket.latest.publishes(1);
  await Socket.latest.answers('end', { type: 'ended' });
  await turn();
  assert.equal(states(happened).at(-1), 'closed');
});
