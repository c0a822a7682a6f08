/** What the pages for newcomers tell them to try, tried: the examples, each by its one command, and code for the browser's console. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inRoom } from './browser.mjs';

const ROOT = new URL('../../', import.meta.url);
const EXAMPLES = fileURLToPath(new URL('examples/', ROOT));
const { hostname, port } = new URL(process.env.BYSSUS_URL);
const SERVER = `ws://${hostname}:${port}/ws`;

/** A program in a process group of its own, as npm starts others. */
class Program {
  static #all = new Set();
  said = '';

  constructor(folder, words, env = {}) {
    this.child = spawn('npm', ['start', '--silent', '--prefix', EXAMPLES + folder, '--', ...words], {
      detached: true,
      env: { ...process.env, ...env },
    });
    Program.#all.add(this);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        this.said += text;
        this.child.emit('said');
      });
    }
    this.child.on('exit', () => Program.#all.delete(this)).on('close', () => this.child.emit('said'));
  }

  async says(what) {
    while (!this.said.match(what)) {
      assert.equal(this.child.exitCode, null, `it has ended, and said:\n${this.said}`);
      await once(this.child, 'said');
    }
    return this.said.match(what);
  }

  writes(line) {
    this.child.stdin.write(`${line}\n`);
  }

  static endAll() {
    for (const { child } of Program.#all) process.kill(-child.pid, 'SIGKILL');
    Program.#all.clear();
  }
}
after(() => Program.endAll());

test('the chat speaks with the demo page, says who is here, and to one alone', () =>
  inRoom(async (openTab, { channel }) => {
    const room = channel.slice('chat:'.length);
    const ann = await openTab('Ann');
    const bob = new Program('chat', ['Bob', room, SERVER]);
    const eve = new Program('chat', ['Eve', room, SERVER]);
    await bob.says(/Bob is in/);
    await eve.says(/Eve is in/);

    await ann.write('hello from a page');
    await bob.says(/^Ann: hello from a page$/m);
    bob.writes('hello from a terminal');
    await ann.hears('hello from a terminal');
    await eve.says(/^Bob: hello from a terminal$/m);

    bob.writes('/who');
    await bob.says(/Ann.*Eve|Eve.*Ann/);
    bob.writes('/to Eve psst');
    await eve.says(/^Bob, to you alone: psst$/m);
    bob.writes('/to Nobody psst');
    await bob.says(/Nobody is not here/);

    bob.child.stdin.end('goodbye\n');
    await once(bob.child, 'exit');
    await ann.hears('goodbye');
  }));

test('the dashboard draws what comes, and has missed nothing when its connection was cut', () =>
  inRoom(async (openTab, { context }) => {
    // Between the dashboard and the node, so that it can be cut.
    const sockets = new Set();
    const wire = createServer((socket) => {
      const other = connect(port, hostname);
      socket.pipe(other).pipe(socket);
      for (const one of [socket, other]) {
        sockets.add(one);
        one.on('error', () => {}).on('close', () => [socket, other].forEach((each) => each.destroy() && sockets.delete(each)));
      }
    }).listen(0, '127.0.0.1');
    try {
      await once(wire, 'listening');
      const dashboard = new Program('dashboard', [`ws://127.0.0.1:${wire.address().port}/ws`], { PORT: '0' });
      const [address] = await dashboard.says(/http:\S+/);
      const page = await context.newPage();
      await page.goto(address);
      const shown = (text) => page.waitForFunction((wanted) => document.body.innerText.includes(wanted), text);
      await shown('connected to node');
      await page.waitForFunction(() => parseInt(document.getElementById('count').textContent) > 5);

      sockets.forEach((socket) => socket.destroy());
      await shown('none lost');
      await shown('connected to node');
      const before = parseInt(await page.textContent('#count'));
      await page.waitForFunction((count) => parseInt(document.getElementById('count').textContent) > count + 3, before);
      assert.match(await page.textContent('#count'), /^\d+ points, 0 missing$/);
      const inked = await page.evaluate(() =>
        [...document.querySelectorAll('canvas')].map((canvas) => {
          const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
          return pixels.some((value) => value > 0);
        }),
      );
      assert.deepEqual(inked, [true, true, true, true]);
    } finally {
      wire.close();
      sockets.forEach((socket) => socket.destroy());
      Program.endAll();
    }
  }));

/** The JavaScript of a page of the documentation that has `word` in it. */
function codeOf(file, word) {
  const blocks = [...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code);
  return blocks.find((code) => code.includes(word)).replace('ws://localhost:8080/ws', SERVER);
}

const prints = (page, text) => page.waitForEvent('console', { predicate: (message) => text.test(message.text()) });

test('the lines of the README print what they publish', () =>
  inRoom(async (openTab) => {
    const { page } = await openTab();
    const printed = prints(page, /^\d+ \{hello: world\}$/);
    await page.evaluate(`(async () => {${codeOf('README.md', '/byssus.js')}})()`);
    await printed;
  }));

test('the small client of the specification prints what it has missed', () =>
  inRoom(async (openTab) => {
    const [listener, publisher] = [(await openTab()).page, (await openTab()).page];
    const subscribed = listener.waitForEvent('websocket').then((socket) =>
      socket.waitForEvent('framereceived', { predicate: ({ payload }) => payload.includes('"subscribed"') }),
    );
    await listener.evaluate(`${codeOf('spec/protocol.md', 'let held')}; window.away = () => ws.close(4000)`);
    await subscribed;
    const printed = prints(listener, /^\d+ while you were away$/);
    await listener.evaluate('away()');
    await publisher.evaluate(async () => {
      const { connect } = await import('/byssus.js');
      await connect(`ws://${location.host}/ws`).publish('news', 'while you were away');
    });
    await printed;
  }));
