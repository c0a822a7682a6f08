/**
 * A page on one node sees what a device on another one says, and tells it what to do. Not one of the *.test.mjs: it
 * needs two nodes and a device, which DeviceMeetsABrowserOnAnotherNodeTest starts.
 */

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const { BYSSUS_URL, CHROMIUM = '/usr/bin/chromium' } = process.env;
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];

/** In the page: all that a dashboard does. Answers the first reading and what became of the command. */
function dashboard() {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`ws://${location.host}/ws`);
    const say = (message) => ws.send(JSON.stringify(message));
    let reading;
    ws.onopen = () => {
      say({ type: 'connect' });
      say({ type: 'subscribe', channel: 'device.g1.7' });
    };
    ws.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'error') reject(new Error(data));
      if (message.type === 'message' && !reading) {
        reading = message;
        const command = { control: 'switch', data: btoa('\x2a') };
        say({ type: 'send', id: 7, to: { session: message.from.session }, data: command });
      }
      if (message.type === 'sent') resolve({ reading, sent: message });
    };
    ws.onclose = ({ code }) => reject(new Error(`closed with ${code}`));
  });
}

const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
try {
  const page = await browser.newPage();
  await page.goto(new URL('health/live', BYSSUS_URL).href);
  const { reading, sent } = await page.evaluate(dashboard);
  assert.equal(reading.channel, 'device.g1.7');
  assert.deepEqual(reading.from, { user: 'g1', session: 'device:g1:7' });
  const { data, ...rest } = reading.data;
  assert.deepEqual(rest, { gateway: 'g1', address: 7, control: 1, name: 'temperature' });
  assert.equal(atob(data).length, 2);
  assert.equal(sent.sessions, 1);
  console.log(`the page saw ${JSON.stringify(reading.data)}`);
} finally {
  await browser.close();
}
