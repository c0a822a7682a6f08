/** The SDK on two nodes that share a Redis. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Link, Server, client, closeClients, engine, eventually, inState, next, quick } from './nodes.mjs';

let servers;
let links;
let rooms = 0;
const room = () => `room-${process.pid}-${++rooms}`;

before(async () => {
  servers = await Promise.all(['js-1', 'js-2'].map((name) => Server.start(name, ...engine, ...quick)));
  links = await Promise.all(servers.map((server) => Link.to(server)));
});
afterEach(closeClients);
after(async () => {
  links.forEach((link) => link.close());
  await Promise.all(servers.map((server) => server.kill('SIGTERM')));
});

test('ten reconnects over different nodes in five seconds lose nothing and repeat nothing', async (t) => {
  const channel = room();
  const urls = links.map(({ url }) => url);
  const it = client(urls);
  const nodes = [];
  it.on('connected', ({ node }) => nodes.push(node));
  const heard = [];
  const subscription = it.subscribe(channel);
  subscription.on('message', ({ data }) => heard.push(data));
  subscription.on('gap', ({ reason }) => assert.fail(`gap ${reason}`));
  subscription.on('recovery', ({ recovered }) => assert.ok(recovered));
  await next(subscription, 'subscribed');
  const session = it.session.id;
  const other = client(servers[0].url);
  await other.ready();

  let published = 0;
  let publishing = true;
  const talking = (async () => {
    while (publishing) {
      await other.publish(channel, ++published);
      await sleep(5);
    }
  })();
  const from = Date.now();
  for (let i = 1; i <= 10; i++) {
    await sleep(100);
    links.forEach((link) => link.cut());
    it.reconnect(); // at once, to the next address
    await inState(it, 'connected');
  }
  t.diagnostic(`ten reconnects took ${Date.now() - from} ms`); // told, not asserted: the machine may be busy
  publishing = false;
  await talking;
  await eventually(() => heard.length >= published, 'all of it');
  assert.deepEqual(heard, Array.from({ length: published }, (_, i) => i + 1));
  assert.equal(it.session.id, session);
  assert.deepEqual([...new Set(nodes)].sort(), ['js-1', 'js-2']);
  assert.ok(nodes.length >= 11);
});

test('a handler that blocks while the connection is replaced gets each message once', async () => {
  const channel = room();
  const it = client(links.map(({ url }) => url));
  const heard = [];
  let release;
  const subscription = it.subscribe(channel);
  subscription.on('message', async ({ data }) => {
    heard.push(data);
    if (data === 1) await new Promise((resolve) => (release = resolve));
  });
  await next(subscription, 'subscribed');
  const other = client(servers[1].url);
  for (const data of [1, 2, 3]) await other.publish(channel, data);
  await eventually(() => subscription.position.offset === 3, 'all three are here');
  for (let i = 0; i < 3; i++) {
    const back = next(it, 'connected');
    it.reconnect();
    await back;
  }
  await other.publish(channel, 4);
  await eventually(() => subscription.position.offset === 4, 'the fourth is here');
  assert.deepEqual(heard, [1], 'it blocks still');
  release();
  await eventually(() => heard.length >= 4, 'all are handled');
  assert.deepEqual(heard, [1, 2, 3, 4]);
});

test('a node that is killed while it is published to loses nothing that was acknowledged', async () => {
  const channel = room();
  const publisher = client(servers.map(({ url }) => url), { backoff: { first: 50, max: 500 } });
  const listener = client(servers.map(({ url }) => url).reverse(), { backoff: { first: 50, max: 500 } });
  const heard = [];
  const subscription = listener.subscribe(channel);
  subscription.on('message', ({ data }) => heard.push(data));
  subscription.on('gap', ({ reason }) => assert.fail(`gap ${reason}`));
  await next(subscription, 'subscribed');
  const { node } = await publisher.ready();
  const acknowledged = [];
  const outcomes = [];
  for (let i = 0; i < 300; i++) {
    outcomes.push(publisher.publish(channel, i).then(() => acknowledged.push(i)));
    if (i === 150) await servers.find(({ name }) => name === node).kill();
    if (i % 10 === 0) await sleep(2);
  }
  await Promise.all(outcomes);
  await eventually(() => heard.length >= 300, 'all of it');
  assert.deepEqual(heard, Array.from({ length: 300 }, (_, i) => i), 'once and in order');
  assert.equal(acknowledged.length, 300);
  assert.notEqual(publisher.session.node, node);
  await servers.find(({ name }) => name === node).again();
});

test('a node that stands still is left for the other, with the session', async () => {
  const it = client(servers.map(({ url }) => url));
  const { id, node } = await it.ready();
  const frozen = servers.find(({ name }) => name === node);
  frozen.signal('SIGSTOP');
  try {
    await next(it, 'connected');
    assert.equal(it.session.id, id);
    assert.notEqual(it.session.node, node);
  } finally {
    frozen.signal('SIGCONT');
  }
});

test('when no node answers there is a fault after three tries, and it comes back with the session', async () => {
  const channel = room();
  const it = client(links.map(({ url }) => url), { backoff: { first: 50, max: 200 } });
  const { id } = await it.ready();
  const refusing = links.map((link) => link.listener);
  const ports = refusing.map((listener) => listener.address().port);
  await Promise.all(refusing.map((listener) => new Promise((closed) => listener.close(closed) && links.forEach((link) => link.cut()))));
  const { attempts } = await next(it, 'fault');
  assert.equal(attempts, 3);
  const published = it.publish(channel, 'kept');
  refusing.forEach((listener, i) => listener.listen(ports[i], '127.0.0.1'));
  assert.equal((await published).position.offset, 1);
  assert.equal(it.session.id, id);
});
