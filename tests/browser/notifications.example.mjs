/**
 * The example with notifications, in a real browser: its backend (of Node.js or of Java, as BACKEND says) pushes through the
 * API of a real node, by its one command. Started by NotificationsExampleTest, which names all addresses.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { BACKEND, PORT, JAVA = 'java', CHROMIUM = '/usr/bin/chromium' } = process.env;
const PAGE = `http://localhost:${PORT}/`;
const COMMANDS = {
  node: ['npm', 'start', '--silent', '--prefix', 'examples/notifications'],
  java: [JAVA, 'examples/notifications/Backend.java'],
};

let backend;
let browser;

before(async () => {
  const [program, ...words] = COMMANDS[BACKEND];
  backend = spawn(program, words, { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  for await (const text of backend.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    said += text;
    if (said.includes('/notify')) break;
  }
  assert.match(said, /Notifications of user 42/, 'the backend has ended before it served');
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'], headless: true });
});

after(async () => {
  await browser?.close();
  if (backend?.exitCode === null) {
    process.kill(-backend.pid, 'SIGKILL');
    await once(backend, 'exit');
  }
});

async function open(user) {
  const page = await browser.newPage();
  await page.goto(`${PAGE}?user=${user}`);
  await page.locator('body[data-state="connected"]').waitFor();
  return page;
}

const push = async (user, text) =>
  (await fetch(`${PAGE}notify`, { method: 'POST', body: JSON.stringify({ user, text }) })).json();

const texts = (page) => page.locator('#list li').evaluateAll((items) => items.map((item) => item.firstChild.textContent));

test('what is pushed to a user by id is on the pages of that user, once, and on no other', async () => {
  const one = await open('42');
  const two = await open('42');
  const other = await open('7');

  const { outcome, sessions, answer } = await push('42', 'Your order is on its way');
  assert.equal(outcome, 'pushed');
  assert.equal(sessions ?? answer.sessions, 2);
  for (const page of [one, two]) {
    await page.locator('#list li.new', { hasText: 'Your order is on its way' }).waitFor();
    assert.deepEqual(await texts(page), ['Your order is on its way']);
  }

  await push('7', 'for seven');
  await other.locator('#list li.new', { hasText: 'for seven' }).waitFor();
  assert.deepEqual(await texts(other), ['for seven']);
});

test('what is pushed while nobody is there is in the list when the user comes', async () => {
  assert.equal((await push('ann', 'while you were away')).outcome, 'away');
  const page = await open('ann');
  await page.locator('#list li', { hasText: 'while you were away' }).waitFor();
});

test('the form of the page pushes, and tells who took it', async () => {
  const page = await open('bob');
  await page.locator('[name=text]').fill('to myself');
  await page.locator('button').click();
  await page.locator('#answer', { hasText: 'taken by 1 session, 1 of them connected' }).waitFor();
  assert.deepEqual(await texts(page), ['to myself']);
});
