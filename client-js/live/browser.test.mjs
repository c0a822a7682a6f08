/** The SDK in Chromium, in pages and in a worker, on one real node. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { Link, Server, client, closeClients, engine, quick } from './nodes.mjs';

const { CHROMIUM = '/usr/bin/chromium' } = process.env;
const SCRIPT = readFileSync(new URL('../dist/byssus.global.js', import.meta.url), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

let server;
let link;
let browser;
let context;
let rooms = 0;
const room = () => `room-${process.pid}-${++rooms}`;

before(async () => {
  server = await Server.start('js-1', ...quick);
  link = await Link.to(server);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
});
afterEach(async () => {
  closeClients();
  await context?.close();
});
after(async () => {
  await browser?.close();
  link.close();
  await server.kill('SIGTERM');
});

/** A page from behind the link, since the server asks for its own origin; with the SDK as a script tag gives it. */
async function open(at = link) {
  context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await load(page, at);
  return page;
}

async function load(page, at = link) {
  await page.goto(new URL('/health/live', at.url.replace('ws', 'http')).href);
  await page.addScriptTag({ content: SCRIPT });
}

/** In the page: a client that keeps its session in the tab, and writes down what it hears. */
const listen = ({ url, channel }) => {
  window.heard = [];
  window.states = [];
  window.it = window.byssus.connect(url, { store: window.byssus.tabStore(), backoff: { first: 50, max: 200 } });
  window.it.on('state', ({ state }) => window.states.push(state));
  const subscription = window.it.subscribe(channel);
  subscription.on('message', ({ data }) => void window.heard.push(data));
  subscription.on('gap', ({ reason }) => window.heard.push(`gap ${reason}`));
  subscription.on('recovery', ({ recovered }) => recovered || window.heard.push('not recovered'));
  return new Promise((resolve) => subscription.on('subscribed', () => resolve(window.it.session.id)));
};

const heard = (page, count) => page.waitForFunction((n) => window.heard.length >= n, count).then(() => page.evaluate(() => window.heard));

test('a page publishes and hears', async () => {
  const channel = room();
  const page = await open();
  await page.evaluate(listen, { url: link.url, channel });
  const result = await page.evaluate((to) => window.it.publish(to, { hi: '☺' }), channel);
  assert.equal(result.level, 'accepted');
  assert.deepEqual(await heard(page, 1), [{ hi: '☺' }]);
});

test('a reload keeps the session and hears what it missed', async () => {
  const channel = room();
  const page = await open();
  const session = await page.evaluate(listen, { url: link.url, channel });
  const other = client(server.url);
  await other.publish(channel, 1);
  assert.deepEqual(await heard(page, 1), [1]);
  await page.goto('about:blank');
  await other.publish(channel, 2);
  await load(page);
  assert.equal(await page.evaluate(listen, { url: link.url, channel }), session);
  assert.deepEqual(await heard(page, 1), [2]);
});

test('a cut cable, a browser that is offline, and a silent server: it comes back, and nothing is missing', async () => {
  const channel = room();
  const page = await open();
  await page.evaluate(listen, { url: link.url, channel });
  const other = client(server.url);
  link.cut();
  await other.publish(channel, 1);
  assert.deepEqual(await heard(page, 1), [1]);

  await context.setOffline(true);
  link.cut();
  await page.waitForFunction(() => window.it.state !== 'connected');
  await other.publish(channel, 2);
  await context.setOffline(false);
  assert.deepEqual(await heard(page, 2), [1, 2]);

  link.silent = true;
  await page.waitForFunction(() => window.it.state !== 'connected');
  await other.publish(channel, 3);
  link.silent = false;
  link.cut();
  assert.deepEqual(await heard(page, 3), [1, 2, 3]);
});

test('a node that is killed under a page: it goes on upon the other, with its session and without a loss', async () => {
  const nodes = await Promise.all(['js-2', 'js-3'].map((name) => Server.start(name, ...engine, ...quick)));
  const balancer = await Link.to(nodes[0]);
  try {
    const channel = room();
    const page = await open(balancer);
    const session = await page.evaluate(listen, { url: balancer.url, channel });
    const other = client(nodes[1].url);
    for (let i = 1; i <= 3; i++) await other.publish(channel, i);
    await heard(page, 3);
    await nodes[0].kill('SIGKILL');
    for (let i = 4; i <= 6; i++) await other.publish(channel, i);
    balancer.server = nodes[1];
    assert.deepEqual(await heard(page, 6), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(await page.evaluate(() => [window.it.session.id, window.it.session.node]), [session, 'js-3']);
    assert.equal((await page.evaluate((to) => window.it.publish(to, 7), channel)).level, 'accepted');
    assert.deepEqual(await heard(page, 7), [1, 2, 3, 4, 5, 6, 7]);
  } finally {
    balancer.close();
    await Promise.all(nodes.map((node) => node.kill('SIGTERM')));
  }
});

test('online again, it does not wait for its turn', async () => {
  const page = await open();
  await page.evaluate(
    (url) => {
      window.it = window.byssus.connect(url, { backoff: { first: 3_600_000, max: 3_600_000 } });
      return window.it.ready();
    },
    link.url,
  );
  link.cut();
  await page.waitForFunction(() => window.it.state === 'waiting');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await page.waitForFunction(() => window.it.state === 'connected');
});

test('a duplicated tab is a tab of its own, and each keeps its session over a reload', async () => {
  const channel = room();
  const page = await open();
  const session = await page.evaluate(listen, { url: link.url, channel });
  const [copy] = await Promise.all([context.waitForEvent('page'), page.evaluate(() => void window.open(location.href))]);
  await copy.addScriptTag({ content: SCRIPT });
  assert.equal(await copy.evaluate(() => JSON.parse(sessionStorage.getItem('byssus')).session), session, 'the browser copies it');
  const other = await copy.evaluate(listen, { url: link.url, channel });
  assert.notEqual(other, session);
  for (const [tab, own] of [[page, session], [copy, other]]) {
    await tab.reload();
    await tab.addScriptTag({ content: SCRIPT });
    assert.equal(await tab.evaluate(listen, { url: link.url, channel }), own);
  }
  await client(server.url).publish(channel, 'both');
  for (const tab of [page, copy]) {
    assert.deepEqual(await heard(tab, 1), ['both']);
    assert.deepEqual(await tab.evaluate(() => window.states), ['resuming', 'connected']);
  }
});

test('a client that is closed leaves its session to the next one on the page', async () => {
  const channel = room();
  const page = await open();
  const session = await page.evaluate(listen, { url: link.url, channel });
  await page.evaluate(() => window.it.close());
  assert.equal(await page.evaluate(listen, { url: link.url, channel }), session);
});

test('two clients with one session: the newer has it, the older does not come back', async () => {
  const page = await open();
  const [older, newer] = await page.evaluate(async (url) => {
    let kept = null;
    const store = { load: () => kept, save: (held) => (kept = structuredClone(held)) };
    const first = window.byssus.connect(url, { store });
    await first.ready();
    const second = window.byssus.connect(url, { store });
    await second.ready();
    while (first.state !== 'closed') await new Promise((resolve) => first.on('state', resolve));
    return [first.session.id, second.session.id];
  }, link.url);
  assert.equal(older, '');
  assert.notEqual(newer, '');
});

test('a worker has it too', async () => {
  const channel = room();
  const page = await open();
  await page.evaluate(
    ({ script, url, channel }) => {
      const program = `${script};
        const it = byssus.connect(${JSON.stringify(url)});
        const subscription = it.subscribe(${JSON.stringify(channel)});
        subscription.on('message', ({ data }) => postMessage(data));
        subscription.on('subscribed', () => postMessage('subscribed'));`;
      window.heard = [];
      window.worker = new Worker(URL.createObjectURL(new Blob([program], { type: 'text/javascript' })));
      window.worker.onmessage = ({ data }) => window.heard.push(data);
    },
    { script: SCRIPT, url: link.url, channel },
  );
  await heard(page, 1);
  await client(server.url).publish(channel, 'to the worker');
  assert.deepEqual(await heard(page, 2), ['subscribed', 'to the worker']);
});

test('a page that was hidden asks for a sign of life when it is shown', async () => {
  const page = await open();
  await page.evaluate((url) => {
    window.it = window.byssus.connect(url);
    return window.it.ready();
  }, link.url);
  link.silent = true;
  const from = link.accepted;
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await page.waitForFunction(() => window.it.state !== 'connected');
  link.silent = false;
  link.cut();
  await page.waitForFunction(() => window.it.state === 'connected');
  assert.ok(link.accepted > from, 'on another connection');
});
