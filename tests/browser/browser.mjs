/** A browser with tabs on the demo page of a running server; its address comes in the environment. */

import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';

const { BYSSUS_URL, CHROMIUM = '/usr/bin/chromium' } = process.env;
const PATIENCE_MS = 30_000;

/** So that the browser talks to nobody but our server. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

assert.ok(BYSSUS_URL, 'BYSSUS_URL must name a running server, for example http://127.0.0.1:8080/');

let browser;
let rooms = 0;

before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
});
after(() => browser?.close());

/**
 * Runs `story` with a way to open tabs of one browser profile on one room that nobody else uses.
 * Afterwards the consoles of all tabs must be clean: no error, no broken content security policy.
 */
export async function inRoom(story, { room = `test-${process.pid}-${++rooms}`, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const complaints = [];
  context.on('page', (page) => {
    page.on('console', (message) => {
      // The browser asks for it on every page that does not name its icon.
      const icon = message.location().url.endsWith('/favicon.ico');
      if (/error|warning/.test(message.type()) && !icon) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.stack));
  });
  const address = new URL(`?room=${room}`, BYSSUS_URL).href;
  const openTab = async (name) => {
    const tab = new Tab(await context.newPage());
    await tab.page.goto(address);
    await tab.connected();
    if (name) await tab.rename(name);
    return tab;
  };
  try {
    await story(openTab, { context, address, channel: `chat:${room}`, server: new URL(BYSSUS_URL) });
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** What a person does with the page, and sees on it. */
export class Tab {
  constructor(page) {
    this.page = page;
    this.sockets = 0;
    page.on('websocket', () => this.sockets++);
  }

  // Does.

  async rename(name) {
    await this.page.fill('#name', name);
    await this.page.press('#name', 'Enter');
    await this.see(`#people :text("${name}")`);
  }

  async write(text) {
    await this.page.fill('#text', text);
    await this.page.press('#text', 'Enter');
  }

  async pullThePlug() {
    await this.page.getByRole('button', { name: 'Pull the plug' }).click();
    await this.becomes('offline');
  }

  async plugIn() {
    await this.page.getByRole('button', { name: 'Plug in again' }).click();
    await this.connected();
  }

  // Sees.

  see(selector) {
    return this.page.waitForSelector(selector);
  }

  becomes(state) {
    return this.see(`body[data-state="${state}"]`);
  }

  connected() {
    return this.becomes('connected');
  }

  /** Waits until a message of exactly this text is there, with a place in the channel. */
  hears(text) {
    return this.page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll('.message:not(.pending) .text')].some(({ textContent }) => textContent === wanted),
      text,
    );
  }

  texts(selector = '.message') {
    return this.page.locator(`#log ${selector} .text`).allTextContents();
  }

  session() {
    return this.page.textContent('#fact-session');
  }

  /** The newest line that tells of a return. */
  async back() {
    await this.see('.notice.back');
    return this.page.locator('.notice.back').last().textContent();
  }
}
