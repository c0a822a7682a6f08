/**
 * The demo page: a chat on the SDK, which shows what happens to its session. How the connection
 * stands is shown by line.js; here is what is said on it.
 */

import { connect, tabStore } from './byssus.js';
import { Bot } from './bot.js';
import { Line } from './line.js';
import { duration, Log } from './log.js';
import { Pending } from './pending.js';
import { People, hueOf, nameOf } from './people.js';
import { plug } from './plug.js';
import { Strip } from './strip.js';
import { tab } from './tab.js';
import { startWire } from './wire.js';

const HISTORY_ITEMS = 50;
const DIRECTS_MOST = 50;
const PRESENCE_MS = 4000;

const $ = (id) => document.getElementById(id);

// Where, who, with what.

const room = new URLSearchParams(location.search).get('room') || 'lobby';
const channel = `chat:${room}`;
const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;

// A token comes behind the #, which no server and no log sees.
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) {
  tab.set('token', given);
  history.replaceState(null, '', location.pathname + location.search);
}
const token = tab.get('token') ?? undefined;

const SEA = ['Limpet', 'Periwinkle', 'Cockle', 'Whelk', 'Sea urchin', 'Blenny', 'Starfish', 'Barnacle', 'Anemone', 'Shanny', 'Dulse', 'Goby'];
let name = tab.get('name') || `${SEA[Math.floor(Math.random() * SEA.length)]} ${1 + Math.floor(Math.random() * 98)}`;
tab.set('name', name);

// The client, and what it is subscribed to. It connects, reconnects and resumes by itself.

const client = connect(url, {
  token,
  attributes: { name },
  store: tabStore(`byssus.session.${channel}`),
  WebSocket: plug.WebSocket, // so that there is something to unplug; leave it out, and it is the browser's
});
const chat = client.subscribe(channel);

const log = new Log($('log'), $('newer'), writeTo);
const people = new People($('people'), [$('count'), $('count-small')], writeTo);
const strip = new Strip($('strip'));
const line = new Line(client, strip, () => log.notice('You pulled the plug. What is said now does not reach this tab.', 'cut'));

// What the channel says.

chat.on('message', (message) => {
  const shown = understood(message);
  log.message({ ...shown, kind: message.missed ? 'missed' : '', note: message.missed ? 'caught up' : '' });
  strip.dot(shown.at, message.missed ? 'missed' : shown.mine ? 'mine' : 'live');
  if (shown.session && !people.heard(shown.session, shown.name)) lookAround();
  showPosition();
});

chat.on('subscribed', () => {
  if (!historyShown) showHistory();
  lookAround();
  showPosition();
});

let historyShown = false;

async function showHistory() {
  try {
    const { top, items } = await client.history(channel, { limit: HISTORY_ITEMS });
    for (const item of items) log.earlier(understood({ ...item, position: { epoch: top.epoch, offset: item.offset } }));
    historyShown = true;
  } catch ({ message }) {
    log.notice(`The history could not be read: ${message}`);
  }
}

/** What another client put into a message may be anything: it is shown as text. */
function understood({ position, data, from }) {
  const fields = typeof data === 'object' && data ? data : {};
  const text = [fields.text, data].find((value) => typeof value === 'string') ?? JSON.stringify(data);
  const mine = !!from && from.session === client.session.id;
  return {
    ...position,
    mine,
    text,
    id: mine ? fields.id : undefined,
    session: from?.session,
    name: nameOf(fields.name) || (from ? `session ${from.session.slice(0, 6)}` : 'the server'),
    at: Number.isFinite(fields.at) && Math.abs(fields.at) < 8e15 ? fields.at : Date.now(),
    hue: hueOf(from?.session ?? ''),
  };
}

function showPosition() {
  const { epoch, offset } = chat.position ?? {};
  $('fact-position').textContent = epoch === undefined ? 'none: this channel keeps nothing' : `${epoch} / ${offset}`;
}

// What became of an absence, and of what could not be had.

const REASONS = {
  expired: 'they were older than this channel keeps them',
  trimmed: 'there were more than this channel keeps',
  epoch: 'the server has begun this channel anew',
  diverged: 'the server lost, in a failover, messages that this tab had seen',
  overflow: 'there were more than can be sent again at once',
  ephemeral: 'this channel keeps nothing',
  hole: 'the server left out an offset, which is a defect',
};

chat.on('recovery', ({ recovered, reason, missed }) => {
  const back = line.awayMs ? `Back after ${duration(line.awayMs)}` : 'This page was loaded anew';
  if (recovered) {
    const caught = missed ? `${missed} message${missed === 1 ? '' : 's'} caught up, none lost` : 'nothing was missed';
    log.notice(`${back}: ${caught} (recovered: true).`, 'back');
    line.happened(`${caught} (recovered: true)`);
  } else {
    log.notice(`${back}, but some messages could not be had: ${REASONS[reason] ?? reason} (recovered: false, ${reason}). Shown is what is still kept.`, 'lost');
    line.happened(`not everything could be had (recovered: false, ${reason})`);
    showHistory();
  }
});

chat.on('gap', ({ reason }) => tellGap('Some messages', reason));
client.inbox.on('gap', ({ reason }) => tellGap('Some messages to you alone', reason));

function tellGap(what, reason) {
  log.notice(`${what} could not be had: ${REASONS[reason] ?? reason} (gap, ${reason}).`, 'lost');
  line.happened(`gap: ${reason}`);
}

client.on('expired', () => {
  line.happened('session expired: a new one');
  log.notice('Your session was gone: it was away for longer than the server keeps it, or the server was started anew. This is a new one.', 'lost');
});

client.on('notice', ({ code, message }) => {
  line.happened(`error: ${code}`);
  log.notice(`The server says ${code}: ${message}`, 'lost');
});

chat.on('error', ({ message }) => log.notice(`This tab is not let into the room: ${message}`, 'lost'));
chat.on('unsubscribed', () => log.notice('The server has taken this tab out of the room.', 'lost'));

// Writing. It can be done at any time: what is written without a connection waits for the next one.

const pending = new Pending(client, channel, {
  published: (id) => log.settle(id),
  refused: (id, { code, message }) =>
    log.refuse(id, code === 'unknown' ? 'perhaps published: there was no answer in time' : `not published: ${message}`),
});
const showPending = (data) => log.pending({ ...understood({ data, from: { session: client.session.id } }), id: data.id });
pending.data.forEach(showPending);

const loaded = Date.now().toString(36);
let written = 0;

$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  $('text').value = '';
  const data = { name, text, at: Date.now() };
  if (target) send(target, data);
  else publish({ ...data, id: `${loaded}-${++written}` });
});

function publish(data) {
  showPending(data);
  pending.publish(data);
}

// To one alone: it waits in that session's inbox until it is acknowledged there.

let target = null;

function writeTo(person) {
  target = person;
  $('to').hidden = !person;
  $('to-name').textContent = person?.name ?? '';
  $('text').placeholder = person ? `Write to ${person.name} alone` : 'Write to everybody';
  show('chat');
  $('text').focus();
}

$('to-all').addEventListener('click', () => writeTo(null));
$('text').addEventListener('keydown', (event) => event.key === 'Escape' && writeTo(null));

async function send(to, data) {
  const shown = { ...understood({ data, from: { session: client.session.id } }), note: `to ${to.name} alone, on its way` };
  const annotate = log.direct(shown);
  try {
    await client.send({ session: to.session }, data);
    keep({ ...shown, note: `to ${to.name} alone` });
    annotate(`to ${to.name} alone, in the inbox`);
  } catch ({ code, message }) {
    if (code === 'unknown') annotate('perhaps sent: the connection broke before the answer', true);
    else annotate(code === 'no_recipient' ? `not sent: the session of ${to.name} is gone` : `not sent: ${message}`, true);
  }
}

// When this returns, the SDK acknowledges the message, and the server forgets it: it is kept here by then.
client.inbox.on('message', (direct) => {
  const shown = { ...understood(direct), note: 'to you alone' };
  keep(shown);
  log.direct(shown);
  strip.dot(shown.at, 'live');
  $('fact-inbox').textContent = `handled up to ${direct.offset}`;
});

const directs = tab.get(`directs.${channel}`) ?? [];
directs.forEach((direct) => log.direct(direct));

function keep(direct) {
  directs.push(direct);
  if (directs.length > DIRECTS_MOST) directs.shift();
  tab.set(`directs.${channel}`, directs);
}

// The name is an attribute of the session, which others see in `presence`.

$('name').value = name;
$('name').addEventListener('change', () => {
  name = nameOf($('name').value) || name;
  $('name').value = name;
  tab.set('name', name);
  tellName();
});
$('name').addEventListener('keydown', (event) => event.key === 'Enter' && $('name').blur());

// It may have been changed while there was no connection.
client.on('connected', tellName);

function tellName() {
  client.session.set({ attributes: { name } }).then(lookAround, () => {});
}

// Who is here. The protocol tells on demand only, so the page asks now and then.

let looking = 0;
let told = true; // false: this channel does not tell

function lookAround() {
  clearTimeout(looking);
  looking = setTimeout(look, 150);
}

async function look() {
  looking = setTimeout(look, PRESENCE_MS);
  if (document.hidden || client.state !== 'connected') return;
  try {
    const members = told ? await client.presence(channel) : [{ session: client.session.id, attributes: { name } }];
    people.present(members, client.session.id, told);
  } catch ({ code }) {
    if (code !== 'no_presence') return;
    told = false;
    $('people-hint').textContent = 'This channel does not tell who is here. Shown is who has spoken; choose a name to write to that person alone.';
    lookAround();
  }
}

document.addEventListener('visibilitychange', () => document.hidden || lookAround());

// The bot, the second tab, the raw console, the views of a small screen.

let bot = null;

$('bot').addEventListener('click', () => {
  bot?.stop();
  bot = bot ? null : new Bot(url, channel, token);
  $('bot').setAttribute('aria-pressed', String(!!bot));
  $('bot').textContent = bot ? 'Stop the bot' : 'Let a bot talk';
  setTimeout(lookAround, 300);
});

$('bot-here').addEventListener('click', () => $('bot').click());
$('second').href = location.pathname + location.search;

startWire({
  panel: $('wire'),
  code: $('wire-code'),
  presets: $('wire-presets'),
  form: $('wire-form'),
  input: $('wire-input'),
  log: $('wire-log'),
  url,
  channel,
});

const views = [...document.querySelectorAll('[data-show]')];
views.forEach((button) => button.addEventListener('click', () => show(button.dataset.show)));

function show(view) {
  document.body.dataset.view = view;
  views.forEach((button) => button.setAttribute('aria-pressed', String(button.dataset.show === view)));
}

$('room').textContent = room;
document.title = `${room} · Byssus`;
