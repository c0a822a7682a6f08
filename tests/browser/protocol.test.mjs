/** The protocol from a page that knows nothing of Byssus: new WebSocket and JSON.parse. */

import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { inRoom } from './browser.mjs';

/** In a page: all that a client of the PING kind does. */
function plainClient() {
  const ws = new WebSocket(`ws://${location.host}/ws`);
  const ping = () => ws.send('{"type":"PING"}');
  ws.onmessage = (event) => window.heard(JSON.parse(event.data));
  ws.onclose = (event) => window.heard({ type: 'closed', code: event.code });
  ws.onopen = () => {
    ping();
    setInterval(ping, 30_000);
  };
}

test('a page that only sends PING every 30 seconds gets PONG each time', () =>
  inRoom(async (_, { context, server }) => {
    const page = await context.newPage();
    await page.clock.install();
    const heard = new EventEmitter();
    await page.exposeFunction('heard', (message) => heard.emit('message', message));
    // Any page of the server will do; this one is plain text.
    await page.goto(new URL('health/live', server).href);
    let next = once(heard, 'message');
    await page.evaluate(plainClient);
    for (let pings = 1; pings <= 4; pings++) {
      assert.deepEqual(await next, [{ type: 'PONG' }]);
      next = once(heard, 'message');
      await page.clock.runFor(30_000);
    }
  }));

test('the first example of the protocol works as it is printed', () =>
  inRoom(async (openTab) => {
    const { page } = await openTab();
    const heard = await page.evaluate(async () => {
      const all = [];
      const ws = new WebSocket(`ws://${location.host}/ws`);
      const say = (message) => ws.send(JSON.stringify(message));
      ws.onopen = () => {
        say({ type: 'connect' });
        say({ type: 'subscribe', channel: 'news' });
        say({ type: 'publish', channel: 'news', data: { hello: 'world' } });
      };
      await new Promise((done) => {
        ws.onmessage = (frame) => all.push(JSON.parse(frame.data)) === 3 && done();
      });
      ws.close();
      return all;
    });
    assert.deepEqual(heard.map((message) => message.type), ['connected', 'subscribed', 'message']);
    assert.deepEqual(heard[2].data, { hello: 'world' });
  }));

test('nonsense is answered and the connection lives on', () =>
  inRoom(async (openTab) => {
    const ann = await openTab();
    await ann.page.click('#wire summary');
    const input = ann.page.locator('#wire-input');
    for (const [said, answer] of [['nonsense', 'malformed'], ['{"type":"dance"}', 'unknown_type'], ['{"type":"get"}', 'not_connected'], ['{"type":"ping"}', '"pong"']]) {
      await input.fill(said);
      await input.press('Enter');
      await ann.page.locator('#wire-log .in', { hasText: answer }).waitFor();
    }
  }));
