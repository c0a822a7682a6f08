/** What operators do to a session by the API of another node than the one that has it. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, afterEach, before, test } from 'node:test';
import { Link, Server, client, closeClients, engine, eventually, inState, next, quick } from './nodes.mjs';

let servers;
let link;
let api;

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  return port;
}

before(async () => {
  const ports = [await freePort(), await freePort()];
  const start = (name, port) => Server.start(name, ...engine, ...quick, '--set', `api.listen=127.0.0.1:${port}`);
  servers = await Promise.all([start('op-1', ports[0]), start('op-2', ports[1])]);
  link = await Link.to(servers[0]);
  api = `http://127.0.0.1:${ports[1]}/api/v1`;
  const answers = () => fetch(`${api}/nodes`).then(({ ok }) => ok, () => false);
  await eventually(answers, 'the API is there'); // it comes up last
});
afterEach(closeClients);
after(async () => {
  link.close();
  await Promise.all(servers.map((server) => server.kill('SIGTERM')));
});

async function ask(method, path, body) {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const reply = await fetch(api + path, { method, ...json });
  const said = await reply.json();
  assert.equal(reply.status, 200, `${method} ${path}: ${JSON.stringify(said)}`);
  return said;
}

test('it is changed, subscribed, disconnected and ended from another node', async () => {
  const it = client(link.url);
  await it.ready();
  const path = `/sessions/${it.session.id}`;

  const changed = next(it, 'attributes');
  await ask('PATCH', path, { attributes: { plan: 'gold' } });
  await changed;
  assert.deepEqual(it.session.attributes, { plan: 'gold' });

  const made = next(it, 'subscribedByServer');
  await ask('PUT', `${path}/subscriptions/${encodeURIComponent('js/offers')}`);
  const { subscription } = await made;
  const heard = [];
  subscription.on('message', ({ data }) => heard.push(data));
  await ask('POST', '/publish', { channel: 'js/offers', data: 1 });
  await eventually(() => heard.length === 1, 'a message');

  const back = next(it, 'connected');
  await ask('POST', `${path}/disconnect`, {});
  assert.ok((await back).resumed);
  await ask('POST', '/publish', { channel: 'js/offers', data: 2 });
  await eventually(() => heard.length === 2, 'a message after it');
  assert.deepEqual(heard, [1, 2]);

  const closed = inState(it, 'closed');
  await ask('DELETE', path);
  await closed;
});

test('what is done while its node is dead is there when it is back', async () => {
  const it = client(link.url);
  await it.ready();
  const path = `/sessions/${it.session.id}`;
  const heard = [];
  // In the event: what was missed comes right behind it.
  it.on('subscribedByServer', ({ subscription }) => subscription.on('message', ({ data }) => heard.push(data)));
  const made = next(it, 'subscribedByServer');
  await ask('PUT', `${path}/subscriptions/js-early`);
  await made;
  await ask('POST', '/publish', { channel: 'js-early', data: 1 });
  await eventually(() => heard.length === 1, 'a message');

  await servers[0].kill();
  await ask('POST', '/publish', { channel: 'js-early', data: 2 });
  await eventually(async () => (await ask('GET', path)).state === 'detached', 'detached');
  await ask('PATCH', path, { attributes: { plan: 'gold' } });
  await ask('PUT', `${path}/subscriptions/js-late`);
  await ask('POST', '/publish', { channel: 'js-late', data: 3 });
  await servers[0].again();

  await eventually(() => heard.length === 3, 'what was missed', () => JSON.stringify(heard));
  assert.deepEqual(heard.toSorted(), [1, 2, 3]);
  await it.session.refresh();
  assert.deepEqual(it.session.attributes, { plan: 'gold' });
});
