/**
 * The demo page: a chat on one session, which shows what happens to it. What the session is and does
 * is in session.js; here is what the page makes of it.
 */

import { Session, tabStore, randomId } from './session.js';
import { Log, element, time } from './log.js';
import { People, nameOf, hueOf } from './people.js';
import { Strip } from './strip.js';
import { Bot } from './bot.js';
import { startWire } from './wire.js';

const HISTORY_ITEMS = 50;
const DIRECTS_MOST = 50;
const PRESENCE_MS = 4000;
const EVENTS_MOST = 100;

const $ = (id) => document.getElementById(id);
const tab = {
  get: (key) => JSON.parse(sessionStorage.getItem(`byssus.${key}`)),
  set: (key, value) => sessionStorage.setItem(`byssus.${key}`, JSON.stringify(value)),
};

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

const session = new Session({
  url,
  channels: [channel],
  connect: () => ({ token, attributes: { name } }),
  store: tabStore(`byssus.session.${channel}`),
});
const on = (type, then) => session.addEventListener(type, ({ detail }) => then(detail));

const log = new Log($('log'), $('newer'), writeTo);
const people = new People($('people'), [$('count'), $('count-small')], writeTo);
const strip = new Strip($('strip'));
const loadedAt = Date.now();

// The connection.

let standing = { state: 'offline', since: loadedAt };
let ttl = 0;
let connections = 0;

on('state', (detail) => {
  const before = standing.state;
  standing = { ...detail, since: Date.now() };
  document.body.dataset.state = detail.state;
  strip.state(BAND[detail.state]);
  $('plug').textContent = detail.state === 'ended' && session.id ? 'Connect again' : PLUG[detail.state];
  $('state').textContent = STATE[detail.state];
  describe();
  if (detail.state === 'waiting' && (before === 'connected' || detail.attempt === 1)) happened(`connection lost (${ending(detail)})`);
  if (detail.state === 'ended') ended(detail);
  else trouble('');
});

const BAND = { offline: 'away', waiting: 'away', ended: 'away', connecting: 'trying', resuming: 'trying', connected: 'up' };
const PLUG = {
  offline: 'Plug in again',
  connecting: 'Pull the plug',
  resuming: 'Pull the plug',
  connected: 'Pull the plug',
  waiting: 'Try now',
  ended: 'Start a new session',
};
const STATE = {
  offline: 'Unplugged',
  connecting: 'Connecting',
  resuming: 'Resuming',
  connected: 'Connected',
  waiting: 'Waiting to reconnect',
  ended: 'Ended',
};

function describe() {
  const { state, since, waitMs, attempt } = standing;
  const past = Date.now() - since;
  $('detail').textContent = {
    offline: `for ${duration(past)}${ttl ? `; the session is kept ${duration(ttl * 1000 - past)} more` : ''}`,
    connecting: 'a new session',
    resuming: 'with the token and positions of this tab',
    connected: `to node ${$('fact-node').textContent}`,
    waiting: `lost (${ending(standing)}): attempt ${attempt} in ${duration(waitMs - past)}`,
    ended: ending(standing),
  }[state];
}

$('plug').addEventListener('click', () => {
  if (['offline', 'waiting', 'ended'].includes(session.state)) {
    happened(session.state === 'offline' ? 'plugged in again' : 'trying now');
    session.open();
    return;
  }
  session.cut();
  happened('plug pulled');
  log.notice('You pulled the plug. What is said now does not reach this tab.', 'cut');
});

on('connected', ({ node, resumed, ttl: seconds }) => {
  ttl = seconds;
  $('fact-session').textContent = session.id;
  $('fact-node').textContent = node;
  $('fact-connections').textContent = `${++connections} since this page was loaded`;
  describe();
  happened(`${resumed ? 'session resumed' : 'new session'} on node ${node}`);
  facts();
  // A resumed session keeps its attributes; the name may have been changed meanwhile.
  if (resumed) tellName();
});

on('expired', () => {
  happened('session expired: a new one');
  log.notice('Your session was gone: it was away for longer than the server keeps it, or the server was started anew. This is a new one.', 'lost');
});

const ENDINGS = {
  4401: 'The server wants to know who you are, and the token of this page will not do. Open it with #token=… at the end of the address.',
  4403: 'The server does not let this tab have the session that it asked for.',
  4409: 'This session was taken over: it is open on another connection, most likely in a copy of this tab. Only one can have it, so this tab has let go of it.',
  4410: 'You have opened a newer session elsewhere, and this server lets a user have one.',
  4411: 'You have as many sessions as this server lets a user have.',
  4412: 'The session was ended.',
};

const ending = ({ code, reason }) => [code, reason].filter(Boolean).join(' ');

function ended({ code, reason, message }) {
  const why = ENDINGS[code] ?? 'The server has ended the connection for good.';
  happened(`ended: ${ending({ code, reason })}`);
  trouble(`${why} (${ending({ code, reason })}${message && `: ${message}`})`);
}

on('degraded', ({ active }) => trouble(active ? 'The node cannot reach its store. The connection stays; what you write waits.' : ''));

on('notice', ({ code, message }) => {
  happened(`error: ${code}`);
  log.notice(`The server says ${code}: ${message}`, 'lost');
});

function trouble(text) {
  $('trouble').hidden = !text;
  $('trouble-text').textContent = text;
}

// What was missed.

const REASONS = {
  expired: 'they were older than this channel keeps them',
  trimmed: 'there were more than this channel keeps',
  epoch: 'the server has begun this channel anew',
  diverged: 'the server lost, in a failover, messages that this tab had seen',
  overflow: 'there were more than can be sent again at once',
  ephemeral: 'this channel keeps nothing',
  hole: 'the server left out an offset, which is a defect',
};

on('recovery', ({ recovered, reason, missed, awayMs }) => {
  const back = awayMs ? `Back after ${duration(awayMs)}` : 'Same session, page loaded anew';
  if (recovered) {
    const caught = missed ? `${count(missed, 'message')} caught up, none lost` : 'nothing was missed';
    log.notice(`${back}: ${caught} (recovered: true).`, 'back');
    happened(`${caught} (recovered: true)`);
  } else {
    log.notice(`${back}, but some messages could not be had: ${REASONS[reason] ?? reason} (recovered: false, ${reason}). Shown is what is still kept.`, 'lost');
    happened(`not everything could be had (recovered: false, ${reason})`);
    loadHistory();
  }
});

on('gap', ({ channel: where, reason }) => {
  const what = where ? 'Some messages' : 'Some messages to you alone';
  log.notice(`${what} could not be had: ${REASONS[reason] ?? reason} (gap, ${reason}).`, 'lost');
  happened(`gap: ${reason}`);
});

// The channel.

let historyLoaded = false;

on('subscribed', () => {
  if (!historyLoaded) loadHistory();
  historyLoaded = true;
  lookAround();
  facts();
});

on('message', (message) => {
  const shown = understood(message);
  log.message({ ...shown, kind: message.missed ? 'missed' : '', note: message.missed ? 'caught up' : '' });
  strip.dot(shown.at, message.missed ? 'missed' : shown.mine ? 'mine' : 'live');
  if (shown.session && !people.heard(shown.session, shown.name)) lookAround();
  facts();
});

function loadHistory() {
  session.request({ type: 'history', channel, limit: HISTORY_ITEMS }).then(
    ({ top, items }) => items.forEach((item) => log.earlier(understood({ ...item, epoch: top.epoch }))),
    ({ code, message }) => code === 'lost' || log.notice(`The history could not be read: ${message} (${code})`),
  );
}

/** What another client put into a message may be anything: it is shown as text. */
function understood({ epoch, offset, data, from }) {
  const fields = typeof data === 'object' && data ? data : {};
  const text = [fields.text, data].find((value) => typeof value === 'string') ?? JSON.stringify(data);
  const mine = !!from && from.session === session.id;
  return {
    epoch,
    offset,
    mine,
    text,
    id: mine ? fields.id : undefined,
    session: from?.session,
    name: nameOf(fields.name) || (from ? `session ${from.session.slice(0, 6)}` : 'the server'),
    at: Number.isFinite(fields.at) && Math.abs(fields.at) < 8e15 ? fields.at : Date.now(),
    hue: hueOf(from?.session ?? ''),
  };
}

on('published', ({ dedupe }) => log.settle(dedupe));
on('refused', ({ dedupe, code, message }) =>
  log.refuse(dedupe, code === 'unknown' ? 'perhaps published: there was no answer in time' : `not published: ${message}`),
);

// Who is here. The protocol tells on demand only, so the page asks now and then.

let looking = 0;
let lookAround = () => {
  clearTimeout(looking);
  looking = setTimeout(async () => {
    looking = setTimeout(lookAround, PRESENCE_MS);
    if (document.hidden || session.state !== 'connected') return;
    try {
      const { members } = await session.request({ type: 'presence', channel });
      people.present(members, session.id);
    } catch ({ code }) {
      if (code === 'no_presence') presenceUnknown();
    }
  }, 150);
};

function presenceUnknown() {
  clearTimeout(looking);
  lookAround = () => people.present([{ session: session.id, attributes: { name } }], session.id, false);
  lookAround();
  $('people-hint').textContent = 'This channel does not tell who is here. Shown is who has spoken; choose a name to write to that person alone.';
}

document.addEventListener('visibilitychange', () => document.hidden || lookAround());

// To one alone.

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

const directs = tab.get(`directs.${channel}`) ?? [];
directs.forEach((direct) => log.direct(direct));

function keep(direct) {
  directs.push(direct);
  if (directs.length > DIRECTS_MOST) directs.shift();
  tab.set(`directs.${channel}`, directs);
}

on('direct', (direct) => {
  const shown = { ...understood(direct), note: 'to you alone' };
  keep(shown);
  log.direct(shown);
  strip.dot(shown.at, 'live');
  facts();
});

async function send(to, text) {
  const data = { name, text, at: Date.now() };
  const shown = { ...understood({ data, from: { session: session.id } }), note: `to ${to.name} alone` };
  const annotate = log.direct(shown);
  try {
    await session.request({ type: 'send', to: { session: to.session }, data });
    keep(shown);
    annotate(`to ${to.name} alone, in the inbox`);
  } catch ({ code, message }) {
    const lost = 'perhaps sent: the connection broke before the answer';
    annotate(code === 'lost' ? lost : code === 'no_recipient' ? `not sent: the session of ${to.name} is gone` : `not sent: ${message}`, true);
  }
}

// Writing.

$('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value.trim();
  if (!text) return;
  if (target && session.state !== 'connected') {
    happened('a message to one person needs a connection');
    log.notice('A message to one person needs a connection. To everybody you can write now: it waits here.');
    return;
  }
  $('text').value = '';
  if (target) send(target, text);
  else say({ id: randomId(), name, text, at: Date.now() });
});

function say(data) {
  log.pending(understood({ data, from: { session: session.id } }));
  session.publish(channel, data, data.id);
}

session.outbox.forEach(({ data }) => log.pending({ ...understood({ data, from: { session: session.id } }), id: data.id }));

// The name.

$('name').value = name;
$('name').addEventListener('change', () => {
  name = nameOf($('name').value) || name;
  $('name').value = name;
  tab.set('name', name);
  tellName();
});
$('name').addEventListener('keydown', (event) => event.key === 'Enter' && $('name').blur());

function tellName() {
  session.request({ type: 'set', attributes: { name } }).then(lookAround, () => {});
}

// The bot, the second tab, the raw console, the views of a small screen.

let bot = null;

$('bot').addEventListener('click', () => {
  if (bot) {
    bot.stop();
    bot = null;
  } else {
    bot = new Bot(url, channel, token);
    bot.start();
  }
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

// Facts and events.

let heardAt = 0;
let rtt = 0;

on('heartbeat', ({ rttMs }) => {
  heardAt = Date.now();
  rtt = rttMs;
  facts();
});

function facts() {
  const position = session.position(channel);
  $('fact-position').textContent = position ? `${position.epoch} / ${position.offset}` : 'none yet';
  $('fact-inbox').textContent = session.inbox ? `acknowledged up to ${session.inbox}` : 'empty so far';
  $('fact-heartbeat').textContent = heardAt ? `${duration(Date.now() - heardAt)} ago, ${rtt < 10 ? rtt.toFixed(1) : Math.round(rtt)} ms` : '–';
}

function happened(text) {
  const li = element('li', '', '');
  li.append(time(Date.now()), element('span', '', text));
  $('events').prepend(li);
  if ($('events').children.length > EVENTS_MOST) $('events').lastChild.remove();
}

function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const count = (n, noun) => `${n} ${noun}${n === 1 ? '' : 's'}`;

setInterval(() => {
  describe();
  facts();
}, 500);

$('room').textContent = room;
document.title = `${room} · Byssus`;
addEventListener('online', () => session.state === 'waiting' && session.open());
session.open();
