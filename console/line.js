/**
 * The line between this tab and the server: how it stands, what went wrong, and the plug to pull.
 * What a button does depends on nothing that happens by itself: the finger is slower than the line.
 */

import { duration, element, time } from './log.js';
import { plug } from './plug.js';

const PING_MS = 10_000;
const TICK_MS = 500;
const EVENTS_MOST = 100;

const $ = (id) => document.getElementById(id);

/** `offline` is this page's own word for a pulled plug; the others are states of the client. */
const TITLE = {
  offline: 'Unplugged',
  connecting: 'Connecting',
  resuming: 'Resuming',
  connected: 'Connected',
  waiting: 'Waiting to reconnect',
  closed: 'Closed',
};
const BAND = { offline: 'away', waiting: 'away', closed: 'away', connecting: 'trying', resuming: 'trying', connected: 'up' };

/** After these close codes a client does not come back by itself (spec section 17). */
const CLOSED = {
  4401: 'The server wants to know who you are, and the token of this page will not do. Open it with #token=… at the end of the address: ./byssus token --user ann makes one, with the --config of the server.',
  4403: 'The server does not let this tab have the session that it asked for.',
  4409: 'This session was taken over: it is open on another connection, most likely in a copy of this tab. Only one can have it, so this tab has let go of it.',
  4410: 'You have opened a newer session elsewhere, and this server lets a user have one.',
  4411: 'You have as many sessions as this server lets a user have.',
  4412: 'The session was ended.',
};

export class Line {
  /** How long this tab was away before it was connected last; 0 after a load of the page. */
  awayMs = 0;
  #client;
  #strip;
  #standing; // {state, since}, and of the client's event {code, reason, waitMs, attempts}
  #lostAt = 0;
  #fault = '';
  #degraded = false;
  #waited = false; // since it was connected last: there has been a wait that a person may cut short
  #connections = 0;
  #pinged = null; // {at, rttMs}

  /** @param pulled called when the plug was pulled */
  constructor(client, strip, pulled) {
    this.#client = client;
    this.#strip = strip;
    client.on('state', (event) => this.#changed(event));
    client.on('connected', (event) => this.#connected(event));
    client.on('fault', ({ attempts, reason }) => {
      this.#fault = `The server cannot be reached: ${attempts} tries have failed${reason && ` (${reason})`}. This page goes on trying, and what you write waits here.`;
    });
    client.on('degraded', ({ active }) => {
      this.#degraded = active;
      this.#draw();
    });
    $('plug').addEventListener('click', () => (plug.pulled ? this.#plugIn() : this.#pull(pulled)));
    $('again').addEventListener('click', () => this.#tryNow());
    $('anew').addEventListener('click', () => location.reload());
    setInterval(() => this.#ping(), PING_MS);
    setInterval(() => this.#describe(), TICK_MS);
    this.#changed({ state: client.state });
  }

  /** A line among what happened. */
  happened(text) {
    const li = element('li');
    li.append(time(Date.now()), element('span', '', text));
    $('events').prepend(li);
    if ($('events').children.length > EVENTS_MOST) $('events').lastChild.remove();
  }

  #pull(pulled) {
    this.happened('plug pulled');
    plug.pull();
    pulled();
    this.#changed({ state: this.#client.state }); // while it waits, the client does not notice
  }

  #plugIn() {
    this.happened('plugged in again');
    plug.putIn();
    this.#client.reconnect();
  }

  /** When a try is under way already, this is it. */
  #tryNow() {
    if (this.#standing.state !== 'waiting') return;
    this.happened('trying now');
    this.#client.reconnect();
  }

  #changed(event) {
    const before = this.#standing?.state;
    const state = plug.pulled ? 'offline' : event.state;
    if (state === 'offline' && before === 'offline') return; // the client goes on trying, in vain
    this.#standing = { ...event, state, since: Date.now() };
    this.#degraded = false;
    if (state !== 'connecting' && state !== 'resuming') this.#waited = state === 'waiting';
    if (before === 'connected') this.#lostAt = Date.now();
    if (state === 'waiting' && event.attempts <= 1) this.happened(`${event.attempts ? 'no connection' : 'connection lost'} (${ending(event)})`);
    if (state === 'closed') this.happened(`closed: ${ending(event)}`);
    this.#strip.state(BAND[state]);
    this.#draw();
  }

  #connected({ session, node, resumed }) {
    this.awayMs = this.#lostAt && Date.now() - this.#lostAt;
    this.#fault = '';
    $('fact-session').textContent = session;
    $('fact-node').textContent = node;
    $('fact-connections').textContent = `${++this.#connections} since this page was loaded`;
    this.happened(`${resumed ? 'session resumed' : 'new session'} on node ${node}`);
    this.#draw();
    this.#ping();
  }

  async #ping() {
    if (this.#client.state !== 'connected') return;
    const rttMs = await this.#client.ping().catch(() => null);
    if (rttMs !== null) this.#pinged = { at: Date.now(), rttMs };
  }

  #draw() {
    const { state } = this.#standing;
    document.body.dataset.state = state;
    $('state').textContent = TITLE[state];
    $('plug').textContent = plug.pulled ? 'Plug in again' : 'Pull the plug';
    $('plug').disabled = state === 'closed';
    $('again').classList.toggle('absent', !this.#waited);
    $('anew').hidden = state !== 'closed';
    $('anew').textContent = this.#client.session.id ? 'Connect again' : 'Start a new session';
    const trouble = this.#trouble();
    $('trouble').hidden = !trouble;
    $('trouble-text').textContent = trouble;
    this.#describe();
  }

  #trouble() {
    const { state, code } = this.#standing;
    if (state === 'closed') return `${CLOSED[code] ?? 'The server has ended the connection for good.'} (${ending(this.#standing)})`;
    if (state === 'offline') return '';
    return this.#degraded ? 'The node cannot reach its store. The connection stays; what you write waits.' : this.#fault;
  }

  #describe() {
    const { state, since, waitMs, attempts } = this.#standing;
    const { ttl, node } = this.#client.session;
    const past = Date.now() - since;
    $('detail').textContent = {
      offline: () => `for ${duration(past)}${ttl ? `; the session is kept ${duration(ttl * 1000 - past)} more` : ''}`,
      connecting: () => 'a new session',
      resuming: () => 'with the token and positions of this tab',
      connected: () => `to node ${node}`,
      waiting: () => `lost (${ending(this.#standing)}): attempt ${attempts + 1} in ${duration(waitMs - past)}`,
      closed: () => ending(this.#standing),
    }[state]();
    if (!this.#pinged) return;
    const { at, rttMs } = this.#pinged;
    $('fact-heartbeat').textContent = `${duration(Date.now() - at)} ago, ${rttMs < 1 ? 'less than 1' : Math.round(rttMs)} ms`;
  }
}

const ending = ({ code, reason }) => [code, reason].filter(Boolean).join(' ');
