/**
 * A backend that pushes notifications to a user by id. npm start, beside ./byssus serve --config examples/notifications/byssus.yaml
 *
 * Its own list is the truth: what is pushed and not seen is there at the next load of the page. The push only saves the waiting.
 */

import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const {
  BYSSUS_API = 'http://127.0.0.1:9080',
  BYSSUS_API_KEY, // not needed for an API on loopback without keys
  BYSSUS_WS = 'ws://localhost:8080/ws',
  BYSSUS_SECRET = 'an-example-key-that-everybody-knows-0123456789',
  PORT = 3001,
} = process.env;

// Notifications. In an application of your own this is a table in your database.

const notifications = []; // {id, user, text, at}

async function notify(user, text) {
  const notification = { id: randomUUID(), user, text, at: Date.now() };
  notifications.unshift(notification);
  return { id: notification.id, ...(await push(notification)) };
}

const TRIES = 5;

/** The id is the dedupe: however often this is repeated, each session of the user has it once. */
async function push({ id, user, ...rest }) {
  const body = JSON.stringify({ to: { user }, data: { id, ...rest }, dedupe: id });
  const headers = { 'Content-Type': 'application/json' };
  if (BYSSUS_API_KEY) headers.Authorization = `Bearer ${BYSSUS_API_KEY}`;
  for (let tried = 1; ; tried++) {
    let problem;
    try {
      const signal = AbortSignal.timeout(5_000);
      const response = await fetch(`${BYSSUS_API}/api/v1/send`, { method: 'POST', headers, body, signal });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return { outcome: 'pushed', sessions: answer.sessions, attached: answer.attached };
      if (response.status === 404) return { outcome: 'away' }; // no session: the page reads the list when it comes
      problem = `${response.status} ${answer.error?.code ?? ''}`;
      // Below 500 it is our mistake, and repeating it changes nothing; 429 asks for patience.
      if (response.status < 500 && response.status !== 429) return { outcome: 'refused', problem };
    } catch (failure) {
      problem = failure.message; // nobody answered: it may have been pushed or not
    }
    if (tried === TRIES) return { outcome: 'unknown', problem };
    await wait(200 * 2 ** tried * Math.random());
  }
}

// A token for the page. Whoever calls this must be logged in as the user; that part is yours.

function token(user) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const seconds = Math.floor(Date.now() / 1000);
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: user, iat: seconds, exp: seconds + 3600 })}`;
  return `${content}.${createHmac('sha256', BYSSUS_SECRET).update(content).digest('base64url')}`;
}

// The pages and calls of this backend.

const file = (path, type) => ({ type, content: readFileSync(new URL(path, import.meta.url)) });
const FILES = {
  '/': file('page/index.html', 'text/html; charset=utf-8'),
  '/page.js': file('page/page.js', 'text/javascript'),
  '/style.css': file('page/style.css', 'text/css'),
  '/byssus.js': file('../../console/byssus.js', 'text/javascript'),
};

const server = createServer(async (request, response) => {
  const reply = (status, value) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
  const { pathname, searchParams } = new URL(request.url, 'http://any');
  const user = searchParams.get('user');
  try {
    if (request.method === 'POST' && pathname === '/notify') {
      let text = '';
      for await (const part of request) text += part;
      const asked = JSON.parse(text);
      reply(200, await notify(String(asked.user), String(asked.text)));
    } else if (pathname === '/notifications') reply(200, notifications.filter((each) => each.user === user));
    else if (pathname === '/connection') reply(200, { address: BYSSUS_WS, token: token(user) });
    else if (FILES[pathname]) response.writeHead(200, { 'Content-Type': FILES[pathname].type, 'Cache-Control': 'no-cache' }).end(FILES[pathname].content);
    else reply(404, { error: `nothing at ${pathname}` });
  } catch (failure) {
    reply(400, { error: failure.message });
  }
});

server.listen(PORT, '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`Notifications of user 42: http://localhost:${port}/?user=42`);
  console.log(`Push one: curl -d '{"user":"42","text":"Your order is on its way"}' http://localhost:${port}/notify`);
});
