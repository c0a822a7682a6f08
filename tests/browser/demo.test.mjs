/** The demo page keeps its promises, in a real browser against a real server. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inRoom, Tab } from './browser.mjs';

const numbered = (word, n, from = 1) => Array.from({ length: n }, (_, i) => `${word} ${from + i}`);

test('a message shows up in the other tab, with its sender', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    await ann.write('Is the tide out?');
    await ben.hears('Is the tide out?');
    assert.equal(await ben.page.textContent('.message .who'), 'Ann');
    assert.match(await ben.page.textContent('.message .time'), /\d/);
  }));

test('a tab whose plug was pulled catches up on everything, once, in order, while the other goes on', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    const waves = [];
    let enough = false;
    const benWrites = (async () => {
      while (!enough) {
        waves.push(`wave ${waves.length + 1}`);
        await ben.write(waves.at(-1));
      }
    })();
    for (let cuts = 1; cuts <= 3; cuts++) {
      await ann.hears(waves.at(-1));
      await ann.pullThePlug();
      await ben.hears(`wave ${waves.length + 5}`);
      await ann.plugIn();
    }
    enough = true;
    await benWrites;
    await ann.hears(waves.at(-1));
    assert.deepEqual(await ann.texts(), waves);
    assert.ok((await ann.texts('.missed')).length >= 15);
  }));

test('the line about the return counts what was caught up', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    await ann.pullThePlug();
    for (const text of numbered('missed', 7)) await ben.write(text);
    await ben.hears('missed 7');
    await ann.plugIn();
    assert.match(await ann.back(), /^Back after \d+ s: 7 messages caught up, none lost \(recovered: true\)\.$/);
    assert.deepEqual(await ann.texts('.missed'), numbered('missed', 7));
  }));

test('a return to nothing new says that nothing was missed', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    await ann.pullThePlug();
    await ann.plugIn();
    assert.match(await ann.back(), /nothing was missed \(recovered: true\)/);
  }));

test('what the channel keeps no more is said to be lost, and what it keeps is shown', () =>
  inRoom(async (openTab, { channel }) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    await ben.write('before');
    await ann.hears('before');
    await ann.pullThePlug();
    const kept = await ben.page.evaluate(publishMoreThanIsKept, channel);
    await ann.plugIn();
    await ann.see('.notice.lost');
    assert.match(await ann.page.textContent('.notice.lost'), /could not be had: .*\(recovered: false, trimmed\)/);
    await ann.hears(`flood ${kept.last}`);
    await ben.write('after');
    await ann.hears('after');
    const texts = await ann.texts();
    assert.deepEqual([texts[0], texts.at(-1)], ['before', 'after']);
    assert.deepEqual(texts.slice(1, -1), numbered('flood', kept.last, kept.last - texts.length + 3).slice(0, texts.length - 2));
  }));

/** In the page: publishes until the history no longer reaches back to the first of these. */
async function publishMoreThanIsKept(channel) {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  const waiting = new Map();
  socket.onmessage = ({ data }) => {
    const reply = JSON.parse(data);
    waiting.get(reply.id)?.(reply);
  };
  await new Promise((opened) => (socket.onopen = opened));
  let id = 0;
  const ask = (command) =>
    new Promise((resolve) => {
      waiting.set(++id, resolve);
      socket.send(JSON.stringify({ ...command, id }));
    });
  await ask({ type: 'connect' });
  let last = 0;
  for (;;) {
    for (let burst = 0; burst < 50; burst++) await ask({ type: 'publish', channel, data: { text: `flood ${++last}`, at: Date.now() } });
    const { items } = await ask({ type: 'history', channel, limit: 1000 });
    if (items[0].data.text !== 'before' && items[0].data.text !== 'flood 1') break;
  }
  await ask({ type: 'end' });
  return { last };
}

test('what is written while unplugged is published once, after the return', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    await ann.pullThePlug();
    await ann.write('written on dry land');
    await ann.see('.message.pending');
    await ben.write('meanwhile');
    await ben.hears('meanwhile');
    assert.deepEqual(await ben.texts(), ['meanwhile']);
    await ann.plugIn();
    await ben.hears('written on dry land');
    await ann.hears('written on dry land');
    assert.deepEqual(await ann.texts(), ['meanwhile', 'written on dry land']);
    assert.deepEqual(await ben.texts(), ['meanwhile', 'written on dry land']);
  }));

test('what is written while unplugged outlives a reload', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    await ann.pullThePlug();
    await ann.write('do not forget me');
    await ann.see('.message.pending');
    let deaf = true;
    await ann.page.routeWebSocket(/\/ws$/, (socket) => void (deaf || socket.connectToServer()));
    await ann.page.reload();
    await ann.see('.message.pending :text("do not forget me")');
    deaf = false;
    await ann.pullThePlug();
    await ann.plugIn();
    await ann.hears('do not forget me');
    assert.deepEqual(await ann.texts(), ['do not forget me']);
  }));

test('what may have been published in a session that is gone is not risked twice, and said to be in doubt', () =>
  inRoom(async (openTab, { address }) => {
    const ben = await openTab('Ben');
    const ann = await openTab('Ann');
    await ann.page.routeWebSocket(/\/ws$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((text) => text.includes('"publish"') || server.send(text));
    });
    await ann.page.reload();
    await ann.connected();
    await ann.write('was it heard?');
    await ann.see('.message.pending');
    const held = await ann.page.evaluate(heldHere);
    await ann.page.goto('about:blank');
    await ben.page.evaluate(endSession, held);
    await ann.page.goto(address);
    await ann.see('.message.failed :text("perhaps published")');
    assert.notEqual(await ann.session(), held.session);
    await ann.page.reload();
    await ann.connected();
    assert.deepEqual(await ann.texts(), []);
  }));

test('a server that cannot be reached is told in a sentence, until it can', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    let away = true;
    await ann.page.routeWebSocket(/\/ws$/, (socket) => (away ? socket.close({ code: 1013, reason: 'try_again_later' }) : socket.connectToServer()));
    await ann.page.reload();
    await ann.see('#trouble:has-text("The server cannot be reached: 3 tries have failed (try_again_later).")');
    await ann.write('patience');
    await ann.page.getByRole('button', { name: 'Try now' }).click();
    away = false; // not before: by itself the page may be back before the click
    await ann.connected();
    await ann.hears('patience');
    assert.ok(!(await ann.page.locator('#trouble').isVisible()));
  }));

test('no button changes its meaning by itself: neither the plug nor another try moves while the client tries', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const plug = ann.page.getByRole('button', { name: 'Pull the plug' });
    const again = ann.page.getByRole('button', { name: 'Try now' });
    assert.ok(!(await again.isVisible()), 'there is nothing to try while the connection stands');
    let away = true;
    let tries = 0;
    await ann.page.routeWebSocket(/\/ws$/, (socket) => (++tries, away ? socket.close({ code: 1013, reason: 'try_again_later' }) : socket.connectToServer()));
    await ann.page.reload();
    await ann.becomes('waiting');
    await ann.page.evaluate(watchTheButtons);
    while (tries < 6) await again.click(); // whether it waits or tries: nothing else comes under the finger
    away = false;
    await ann.connected();
    assert.ok(!(await again.isVisible()));
    const seen = await ann.page.evaluate(() => window.seenOfButtons);
    assert.deepEqual(seen.plug.labels, ['Pull the plug']);
    assert.deepEqual(seen.again.labels, ['Try now']);
    assert.equal(seen.plug.places.length, 1, `the plug moved: ${seen.plug.places}`);
    assert.equal(seen.again.places.length, 1, `Try now moved: ${seen.again.places}`);
    await plug.click();
    await ann.becomes('offline');
    assert.ok(!(await again.isVisible()), 'without a plug there is nothing to try');
    await ann.plugIn();
  }));

test('the plug can be pulled while the client waits, and stays pulled', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    let away = true;
    await ann.page.routeWebSocket(/\/ws$/, (socket) => (away ? socket.close({ code: 1013, reason: 'try_again_later' }) : socket.connectToServer()));
    await ann.page.reload();
    await ann.becomes('waiting');
    await ann.pullThePlug();
    away = false;
    await ann.write('later');
    await ann.see('.message.pending');
    assert.equal(await ann.page.textContent('#state'), 'Unplugged');
    await ann.plugIn();
    await ann.hears('later');
  }));

/** In the page: what the buttons say, and where they are, at every change of the page. */
function watchTheButtons() {
  const seen = (window.seenOfButtons = { plug: { labels: [], places: [] }, again: { labels: [], places: [] } });
  const look = () => {
    for (const [id, { labels, places }] of Object.entries(seen)) {
      const button = document.getElementById(id);
      const { x, y, width, height } = button.getBoundingClientRect();
      const place = [x, y, width, height].map(Math.round).join(' ');
      if (!labels.includes(button.textContent)) labels.push(button.textContent);
      if (!places.includes(place)) places.push(place);
    }
  };
  look();
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}

test('a reload keeps the session and shows everything once', () =>
  inRoom(async (openTab, { address }) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    const session = await ann.session();
    await ben.write('one');
    await ann.write('two');
    await ann.hears('two');
    await ann.page.goto('about:blank');
    await ben.write('three');
    await ben.write('four');
    await ben.hears('four');
    await ann.page.goto(address);
    await ann.hears('one');
    assert.equal(await ann.session(), session);
    assert.equal(await ann.page.inputValue('#name'), 'Ann');
    assert.match(await ann.back(), /2 messages caught up, none lost/);
    assert.deepEqual(await ann.texts(), ['one', 'two', 'three', 'four']);
    assert.deepEqual(await ann.texts('.missed'), ['three', 'four']);
    assert.deepEqual(await ann.texts('.mine'), ['two']);
  }));

test('two tabs are two sessions, and each sees the other', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    assert.notEqual(await ann.session(), await ben.session());
    await ann.see('#people :text("Ben")');
    await ben.see('#people :text("Ann")');
    await ben.pullThePlug();
    await ann.see('#people .away :text("Ben")');
  }));

/** The browser gives the copy what the tab keeps. */
async function duplicate(tab, context, address) {
  const [page] = await Promise.all([context.waitForEvent('page'), tab.page.evaluate((url) => void window.open(url), address)]);
  return new Tab(page);
}

/** As in a page that comes by plain http from another machine. */
const withoutLocks = () => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });

test('a duplicated tab becomes a session of its own, with the same name, and both go on', () =>
  inRoom(async (openTab, { context, address }) => {
    const ann = await openTab('Ann');
    const session = await ann.session();
    const copy = await duplicate(ann, context, address);
    await copy.connected();
    assert.notEqual(await copy.session(), session);
    assert.equal(await copy.page.inputValue('#name'), 'Ann');
    await copy.write('from the copy');
    await ann.hears('from the copy');
    await ann.write('from the first');
    await copy.hears('from the first');
    await ann.page.reload();
    await ann.connected();
    assert.equal(await ann.session(), session);
    assert.equal(ann.sockets, 2, 'one before the reload, and one after it');
  }));

test('without locks, a session that is opened twice goes to the second; the first says so and does not fight', () =>
  inRoom(async (openTab, { context, address }) => {
    await context.addInitScript(withoutLocks);
    const ann = await openTab('Ann');
    const session = await ann.session();
    const copy = await duplicate(ann, context, address);
    await copy.connected();
    assert.equal(await copy.session(), session);
    await ann.becomes('closed');
    assert.match(await ann.page.textContent('#trouble'), /taken over.*let go of it.*\(4409 taken_over\)/);
    const before = ann.sockets;
    for (const text of numbered('undisturbed', 5)) {
      await copy.write(text);
      await copy.hears(text);
    }
    assert.equal(ann.sockets, before);
    assert.equal(await copy.page.textContent('#fact-connections'), '1 since this page was loaded');

    await ann.page.getByRole('button', { name: 'Start a new session' }).click();
    await ann.hears('undisturbed 5');
    assert.notEqual(await ann.session(), session);
    assert.match(await ann.back(), /5 messages caught up, none lost/);
    await copy.write('still here');
    await ann.hears('still here');
  }));

test('without locks, a tab that lost its session does not take it back by a reload', () =>
  inRoom(async (openTab, { context, address }) => {
    await context.addInitScript(withoutLocks);
    const ann = await openTab('Ann');
    const session = await ann.session();
    const copy = await duplicate(ann, context, address);
    await ann.becomes('closed');
    await ann.page.reload();
    await ann.connected();
    assert.notEqual(await ann.session(), session);
    await copy.write('mine');
    await ann.hears('mine');
    assert.equal(await copy.session(), session);
  }));

test('HTML in messages and names stays text', () =>
  inRoom(async (openTab) => {
    const name = '<img src=x onerror=alert(1)>';
    const text = '<script>window.hacked = 1</script><b onmouseover="hacked=1">&amp;</b>';
    const ann = await openTab(name);
    const ben = await openTab('Ben');
    ben.page.on('dialog', () => assert.fail('a script ran'));
    await ann.write(text);
    await ben.hears(text);
    await ben.see(`#people :text("${name}")`);
    assert.equal(await ben.page.textContent('.message .who'), name);
    await ben.page.click('.message .who');
    assert.equal(await ben.page.textContent('#to-name'), name);
    assert.equal(await ben.page.locator('#log img, #log b, #log script, #people img, #to img').count(), 0);
    assert.equal(await ben.page.evaluate(() => window.hacked), undefined);
  }));

test('whatever another client publishes is shown as text and breaks nothing', () =>
  inRoom(async (openTab, { channel }) => {
    const ann = await openTab('Ann');
    const odd = [null, 7, 'bare', [1, 2], { text: 5 }, { text: 'timeless', at: 1e300, name: { toString: 1 } }, { text: 'in time', at: 'soon', id: {} }];
    const presets = ann.page.locator('#wire-input');
    await ann.page.click('#wire summary');
    const say = async (command) => {
      await presets.fill(JSON.stringify(command));
      await presets.press('Enter');
    };
    await say({ type: 'connect' });
    for (const data of odd) await say({ type: 'publish', channel, data });
    await ann.hears('in time');
    assert.deepEqual(await ann.texts(), ['null', '7', 'bare', '[1,2]', '{"text":5}', 'timeless', 'in time']);
  }));

test('the page is no higher than its window with everything open, and its right column fades where it goes on', () =>
  inRoom(
    async (openTab) => {
      const { page } = await openTab('Ann');
      await page.click('#wire summary');
      const seen = await page.evaluate(() => {
        const side = document.querySelector('.side');
        const fade = getComputedStyle(side, '::after');
        const heights = [document.documentElement.scrollHeight, innerHeight];
        return { heights, goesOn: side.scrollHeight > side.clientHeight, fade: [fade.position, fade.backgroundImage] };
      });
      assert.equal(seen.heights[0], seen.heights[1]);
      assert.ok(seen.goesOn);
      assert.equal(seen.fade[0], 'sticky');
      assert.match(seen.fade[1], /gradient/);
    },
    { viewport: { width: 1280, height: 800 } },
  ));

test('a message to one person reaches that person alone, and waits while they are unplugged', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    const cai = await openTab('Cai');
    await ann.see('#people :text("Ben")');
    await ben.pullThePlug();
    await ann.see('#people .away :text("Ben")');
    await ann.page.getByRole('button', { name: 'Ben' }).first().click();
    await ann.write('for you alone');
    await ann.see('.message.direct :text("in the inbox")');
    await ann.page.getByRole('button', { name: 'Write to everybody again' }).click();
    await ann.write('for all');
    await cai.hears('for all');
    await ben.plugIn();
    await ben.hears('for you alone');
    assert.deepEqual(await ben.texts('.direct'), ['for you alone']);
    assert.deepEqual(await cai.texts(), ['for all']);
    await ben.page.reload();
    await ben.hears('for all');
    assert.deepEqual(await ben.texts('.direct'), ['for you alone']);
  }));

test('a message to one person that is written while unplugged goes out after the return', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    await ann.see('#people :text("Ben")');
    await ann.page.getByRole('button', { name: 'Ben' }).first().click();
    await ann.pullThePlug();
    await ann.write('later');
    await ann.see('.message.direct :text("on its way")');
    await ann.plugIn();
    await ben.hears('later');
    await ann.see('.message.direct :text("in the inbox")');
  }));

test('a message to a session that is gone is said not to be sent', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const ben = await openTab('Ben');
    await ben.write('I am leaving');
    await ann.hears('I am leaving');
    await ben.page.evaluate(endSession, await ben.page.evaluate(heldHere));
    await ben.becomes('closed');
    await ann.page.click('.message .who');
    await ann.write('too late');
    await ann.see('.message.failed :text("not sent: the session of Ben is gone")');
  }));

/** In the page: what this tab holds of its session. */
const heldHere = () => {
  const key = Object.keys(sessionStorage).find((name) => name.startsWith('byssus.session.'));
  return JSON.parse(sessionStorage.getItem(key));
};

/** In a page: takes a session over on a bare socket, and ends it. */
async function endSession({ session, resume }) {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  await new Promise((opened) => (socket.onopen = opened));
  socket.send(JSON.stringify({ type: 'connect', session, resume }));
  socket.send(JSON.stringify({ type: 'end' }));
  await new Promise((closed) => (socket.onclose = closed));
}

test('the bot goes on talking while the plug of its tab is pulled, and answers', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    await ann.page.getByRole('button', { name: 'Let a bot talk', exact: true }).click();
    await ann.see('.message :text("Byssus bot")');
    await ann.pullThePlug();
    const ben = await openTab('Ben');
    await ben.page.waitForFunction(() => document.querySelectorAll('.message').length >= 3);
    await ann.plugIn();
    assert.match(await ann.back(), /caught up, none lost/);
    await ann.page.locator('.message button.who').first().click();
    await ann.write('hello bot');
    await ann.hears('You said to me alone: hello bot');
  }));

test('everything can be done with the keyboard', () =>
  inRoom(async (openTab) => {
    const ann = await openTab('Ann');
    const reach = async (selector) => {
      for (let i = 0; i < 40; i++) {
        if (await ann.page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
        await ann.page.keyboard.press('Tab');
      }
      assert.fail(`${selector} cannot be reached`);
    };
    await ann.page.focus('body');
    await reach('#plug');
    await ann.page.keyboard.press('Enter');
    await ann.becomes('offline');
    await ann.page.keyboard.press('Space');
    await ann.connected();
    await reach('#text');
    await ann.page.keyboard.type('typed');
    await ann.page.keyboard.press('Enter');
    await ann.hears('typed');
    await reach('#bot');
    await reach('#wire summary');
    await ann.page.keyboard.press('Enter');
    await reach('#wire-input');
    await ann.page.keyboard.press('Enter');
    await ann.see('#wire-log .in :text("PONG")');
  }));

test('a phone shows one view at a time, and nothing sticks out', () =>
  inRoom(
    async (openTab) => {
      const ann = await openTab();
      await ann.write('x'.repeat(300));
      await ann.hears('x'.repeat(300));
      for (const view of ['People', 'Session', 'Chat']) {
        await ann.page.getByRole('navigation').getByRole('button', { name: view }).click();
        assert.ok(await ann.page.getByRole('button', { name: 'Pull the plug' }).isVisible());
        const [width, shown] = await ann.page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
        assert.ok(width <= shown, `${view} is ${width} px wide on a screen of ${shown}`);
      }
      assert.ok(await ann.page.locator('#composer').isVisible());
      assert.ok(!(await ann.page.locator('#people').isVisible()));
    },
    { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true },
  ));
