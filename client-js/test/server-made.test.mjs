/** What somebody else does to the session: subscriptions that the server makes, attributes that it changes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, comesBack, pass, record, Socket, turn } from './scripted.mjs';

const OFFERS = 'offers';
const made = (offset, more) => ({ type: 'subscribed', channel: OFFERS, position: { epoch: 'e', offset }, by: 'server', ...more });
const offer = (offset) => ({ type: 'message', channel: OFFERS, offset, data: `m${offset}` });

/** A client that listens to whatever the server subscribes it to. */
async function listening(options) {
  const it = client(options);
  const heard = [];
  const subscriptions = [];
  it.on('subscribedByServer', ({ subscription }) => {
    subscriptions.push(subscription);
    subscription.on('message', ({ data, missed }) => heard.push([data, missed]));
  });
  await Socket.latest.welcomes();
  return { it, heard, subscriptions };
}

test('a subscription that the server makes is handed to the program, and not given back', async () => {
  const { it, heard, subscriptions } = await listening();
  await Socket.latest.says(made(3), offer(4), offer(5));
  assert.deepEqual(heard, [['m4', false], ['m5', false]]);
  assert.equal(subscriptions[0].channel, OFFERS);
  assert.deepEqual(subscriptions[0].position, { epoch: 'e', offset: 5 });
  assert.equal(it.subscribe(OFFERS), subscriptions[0], 'the same object');
  await turn();
  assert.deepEqual([...Socket.latest.all('unsubscribe'), ...Socket.latest.all('subscribe')], []);
});

test('it survives a resume, is told once, and goes on where it was', async () => {
  const { heard, subscriptions } = await listening();
  await Socket.latest.says(made(3), offer(4));
  const next = await comesBack();
  assert.deepEqual(next.last('connect').positions, { [OFFERS]: { epoch: 'e', offset: 4 } });
  await next.says(made(6, { recovered: true, missed: 2 }), offer(5), offer(6), offer(7));
  assert.deepEqual(heard, [['m4', false], ['m5', true], ['m6', true], ['m7', false]]);
  assert.equal(subscriptions.length, 1);
  assert.deepEqual(next.all('unsubscribe'), []);
});

test('a new session has it no more', async () => {
  const { subscriptions, it } = await listening();
  await Socket.latest.says(made(3));
  const events = record(subscriptions[0], 'unsubscribed');
  await comesBack({ resumed: false, session: 's2' });
  assert.deepEqual(events, [['unsubscribed', { byServer: true }]]);
  assert.deepEqual(Socket.latest.all('subscribe'), []);
  await Socket.latest.says(made(9), offer(10));
  assert.equal(subscriptions.length, 2, 'made again, told again');
  assert.equal(it.state, 'connected');
});

test('what the program has subscribed to as well stays its own in a new session', async () => {
  const { it, heard } = await listening();
  await Socket.latest.says(made(3));
  it.subscribe(OFFERS);
  const next = await comesBack({ resumed: false, session: 's2' });
  assert.deepEqual(next.all('subscribe').map(({ channel }) => channel), [OFFERS]);
  await next.answers('subscribe', { type: 'subscribed', channel: OFFERS, position: { epoch: 'e', offset: 3 } });
  await next.says(offer(4));
  assert.deepEqual(heard, [['m4', false]]);
});

test('one that the program had first is not told as new', async () => {
  const { it, subscriptions } = await listening();
  const own = it.subscribe(OFFERS);
  await turn();
  await Socket.latest.subscribes(3, { channel: OFFERS });
  await Socket.latest.says(made(3));
  assert.deepEqual(subscriptions, []);
  await own.unsubscribe();
  assert.deepEqual(Socket.latest.all('unsubscribe'), [], 'only the server can end it now');
});

test('the program can leave it: nothing is heard, nothing is said, and it can come back to it', async () => {
  const { it, heard, subscriptions } = await listening();
  await Socket.latest.says(made(3), offer(4));
  await subscriptions[0].unsubscribe();
  await Socket.latest.says(offer(5));
  const next = await comesBack();
  await next.says(made(5, { recovered: true }), offer(6));
  assert.deepEqual(heard, [['m4', false]]);
  assert.equal(subscriptions.length, 1);
  assert.deepEqual(next.all('unsubscribe'), []);
  const again = it.subscribe(OFFERS);
  again.on('message', ({ data }) => heard.push(data));
  await turn();
  await next.answers('subscribe', made(6));
  await next.says(offer(7));
  assert.deepEqual(heard.slice(1), ['m7']);
});

test('the server ends it', async () => {
  const { subscriptions } = await listening();
  await Socket.latest.says(made(3));
  const events = record(subscriptions[0], 'unsubscribed');
  await Socket.latest.says({ type: 'unsubscribed', channel: OFFERS });
  assert.deepEqual(events, [['unsubscribed', { byServer: true }]]);
  await Socket.latest.says(made(3));
  assert.equal(subscriptions.length, 2);
});

/** Answers as a server that keeps its subscription, and does not say so. */
async function refusesAll(socket) {
  for (const { id, type } of socket.said.slice(socket.answered ?? 0)) {
    if (type === 'subscribe') await socket.says({ type: 'error', id, code: 'already_subscribed', message: '', retryable: false });
    if (type === 'unsubscribe') await socket.says({ type: 'error', id, code: 'forbidden', message: '', retryable: false });
  }
}

test('a server that refuses to take it back is asked once', async () => {
  const it = client();
  await Socket.latest.welcomes();
  const socket = Socket.latest;
  const heard = [];
  it.subscribe(OFFERS).on('message', ({ data }) => heard.push(data));
  for (let round = 0; round < 20; round++) {
    await turn();
    const before = socket.said.length;
    await refusesAll(socket);
    socket.answered = before;
    await pass(1000);
  }
  const said = socket.said.map(({ type }) => type).filter((type) => type !== 'ping');
  assert.deepEqual(said, ['connect', 'subscribe', 'unsubscribe', 'subscribe']);
  await socket.says(offer(4));
  assert.deepEqual(heard, ['m4'], 'it is there');
});

test('one that comes while the own one is given back is told', async () => {
  const { it, heard, subscriptions } = await listening();
  const own = it.subscribe(OFFERS);
  await turn();
  await Socket.latest.subscribes(3, { channel: OFFERS });
  const left = own.unsubscribe();
  await Socket.latest.says(made(3), offer(4));
  await Socket.latest.refuses('unsubscribe', 'forbidden');
  await left;
  await Socket.latest.says(offer(5));
  assert.equal(subscriptions.length, 1);
  assert.deepEqual(heard.map(([data]) => data), ['m4', 'm5']);
  assert.equal(Socket.latest.all('unsubscribe').length, 1);
});

test('an epoch that begins anew does not say who made it, and changes nothing', async () => {
  const { heard, subscriptions } = await listening();
  await Socket.latest.says(made(3), offer(4));
  await Socket.latest.says({ type: 'subscribed', channel: OFFERS, position: { epoch: 'f', offset: 4 }, recovered: true }, offer(5));
  assert.equal(heard.length, 2);
  await subscriptions[0].unsubscribe();
  assert.deepEqual(Socket.latest.all('unsubscribe'), []);
});

test('a listener may leave the connection when it is told', async () => {
  const it = client();
  await Socket.latest.welcomes();
  it.on('subscribedByServer', () => it.close());
  await Socket.latest.says(made(3), offer(4));
  assert.equal(it.state, 'closed');
});

test('attributes that somebody else has changed are told, and are those of the session', async () => {
  const it = client({ attributes: { name: 'Ann' } });
  await Socket.latest.welcomes();
  const events = record(it, 'attributes');
  await Socket.latest.says({ type: 'attributes', attributes: { plan: 'gold' }, tags: ['eu'] });
  assert.deepEqual(events, [['attributes', { attributes: { plan: 'gold' }, tags: ['eu'] }]]);
  assert.deepEqual(it.session.attributes, { plan: 'gold' });
  assert.deepEqual(it.session.tags, ['eu']);
  const own = it.session.set({ attributes: { a: 1 } });
  await turn();
  await Socket.latest.answers('set', { type: 'attributes', attributes: { a: 1 }, tags: [] });
  await own;
  assert.equal(events.length, 1, 'an answer is no news');
});
