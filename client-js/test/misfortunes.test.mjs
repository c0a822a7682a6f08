/**
 * A small server that loses connections, answers and sessions at random, and never a publication, and that subscribes the
 * session to a channel of its own; and a program that comes and goes as it likes. Each subscription must hear each offset
 * once and in order, the inbox too, and each publication and directed message must end as it was told. Run one again with
 * SEED=…
 */

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { HEARTBEAT, client, pass, turn } from './scripted.mjs';

const STEPS = 1500;
const WORLDS = 40;
const CHANNELS = ['a', 'b', 'c'];
/** The server subscribes to it, the program never does. */
const MADE = 'made';

/** Numbers from 0 up to 1, the same for each seed (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class World {
  misfortunes = new Set();
  wrong = [];
  #random;
  #channels = new Map([...CHANNELS, MADE].map((channel) => [channel, []]));
  #wishes = new Map();
  #published = new Map(); // data → how it ended
  #sent = new Map(); // the same of directed messages
  #lastDirected = 0;
  #client;

  // The server's.
  #session = 0;
  #began = new Map();
  #inboxTop = 0;
  #acknowledged = 0;
  #dedupe = new Set();
  #taken = []; // directed messages
  #attached = null;
  #newest = null;
  #kind = false;

  constructor(seed) {
    this.#random = numbers(seed);
    mock.method(Math, 'random', this.#random);
    const world = this;
    class Line {
      toServer = [];
      toClient = [];
      gone = false;

      constructor() {
        world.#newest = this;
        queueMicrotask(() => this.onopen?.());
      }

      send(text) {
        this.toServer.push(JSON.parse(text));
      }

      close() {
        this.gone = true;
      }
    }
    this.#client = client({ WebSocket: Line });
    this.#client.on('connected', ({ resumed }) => resumed || (this.#lastDirected = 0));
    this.#client.on('subscribedByServer', ({ subscription }) => this.#listen(subscription.channel, subscription));
    this.#client.inbox.on('message', ({ offset }) => {
      if (offset !== this.#lastDirected + 1) this.wrong.push(`directed ${offset} behind ${this.#lastDirected}`);
      this.#lastDirected = offset;
    });
  }

  async run() {
    for (let i = 0; i < STEPS; i++) {
      await this.#step();
      await turn();
    }
    this.#kind = true;
    for (let i = 0; i < STEPS; i++) {
      this.#exchange();
      await pass(250);
    }
    assert.deepEqual(this.wrong, []);
    assert.equal(this.#client.state, 'connected');
    for (const [channel, wish] of this.#wishes) assert.equal(wish.position?.offset, this.#channels.get(channel).length, channel);
    assert.equal(this.#acknowledged, this.#inboxTop, 'the inbox');
    assert.equal(this.#wishes.has(MADE), this.#began.has(MADE), 'what the server has made');
    for (const [data, end] of this.#published) this.#endedAsItWasTold(data, end, [...this.#channels.values()].flat());
    for (const [data, end] of this.#sent) this.#endedAsItWasTold(data, end, this.#taken);
    this.#client.close();
  }

  #int(bound) {
    return Math.floor(this.#random() * bound);
  }

  #step() {
    const what = this.#int(36);
    if (what < 16) return this.#exchange();
    if (what < 19) return pass(this.#int(3000));
    if (what < 21) return this.#append(this.#anyChannel(), null);
    if (what < 22) return this.#direct();
    if (what < 25) return this.#publish();
    if (what < 27) return this.#subscribe(this.#anyChannel());
    if (what < 29) return this.#unsubscribe(this.#anyChannel());
    if (what < 30) return this.#cut();
    if (what < 31) return this.#int(4) === 0 && this.#expire();
    if (what < 33) return this.#send();
    return what < 35 ? this.#append(MADE, null) : this.#make();
  }

  #anyChannel() {
    return CHANNELS[this.#int(CHANNELS.length)];
  }

  // The program.

  #publish() {
    const data = `p${this.#published.size}`;
    this.#published.set(data, 'open');
    this.#client.publish(this.#anyChannel(), data).then(
      () => this.#published.set(data, 'done'),
      ({ code }) => this.#published.set(data, code),
    );
  }

  #send() {
    const data = `s${this.#sent.size}`;
    this.#sent.set(data, 'open');
    this.#client.send({ user: '7' }, data).then(
      () => this.#sent.set(data, 'done'),
      ({ code }) => this.#sent.set(data, code),
    );
  }

  #subscribe(channel) {
    if (!this.#wishes.has(channel)) this.#listen(channel, this.#client.subscribe(channel));
  }

  #listen(channel, wish) {
    this.#wishes.set(channel, wish);
    wish.on('unsubscribed', ({ byServer }) => byServer && this.#wishes.delete(channel));
    let before;
    wish.on('message', ({ position }) => {
      if (this.#wishes.get(channel) !== wish) this.wrong.push(`${channel} ${position.offset} after the end`);
      if (before !== undefined && position.offset !== before + 1) this.wrong.push(`${channel} ${position.offset} behind ${before}`);
      before = position?.offset;
    });
    wish.on('gap', ({ reason }) => this.wrong.push(`${channel}: ${reason}, and nothing is ever missing`));
    wish.on('error', ({ code }) => this.wrong.push(`${channel}: ${code}`));
  }

  #unsubscribe(channel) {
    const wish = this.#wishes.get(channel);
    if (!wish) return;
    this.#wishes.delete(channel);
    wish.unsubscribe();
    if (this.#int(2)) this.#subscribe(channel);
  }

  #endedAsItWasTold(data, end, stored) {
    const times = stored.filter((other) => other === data).length;
    if (end === 'done') assert.equal(times, 1, `${data} succeeded`);
    else if (end === 'unknown') assert.ok(times < 2, `${data} unknown`);
    else assert.deepEqual([end === 'open', times], [false, 0], `${data} ${end}`);
  }

  // The network.

  /** Some of what is on the way arrives. */
  #exchange() {
    const line = this.#newest;
    if (!line || line.gone) return;
    for (const command of line.toServer.splice(0, this.#int(4))) this.#serve(line, command);
    const frame = line.toClient.splice(0, this.#int(6));
    if (frame.length) line.onmessage?.({ data: frame.map((message) => JSON.stringify(message)).join('\n') });
  }

  #cut() {
    const line = this.#newest;
    if (!line || line.gone) return;
    this.misfortunes.add('cut');
    line.gone = true;
    if (this.#attached === line) this.#attached = null;
    line.onclose?.({ code: 1006, reason: '' });
  }

  // The server.

  #expire() {
    this.misfortunes.add('expired');
    this.#newSession();
    this.#cut();
  }

  #newSession() {
    this.#session++;
    this.#began.clear();
    this.#dedupe.clear();
    this.#inboxTop = this.#acknowledged = 0;
  }

  /** Whether the client is there or not. */
  #make() {
    if (this.#began.has(MADE)) return;
    this.misfortunes.add('made');
    const offset = this.#channels.get(MADE).length;
    this.#began.set(MADE, offset);
    this.#push({ type: 'subscribed', channel: MADE, position: { epoch: 'e', offset }, by: 'server' });
  }

  #push(message) {
    if (this.#attached && !this.#attached.gone) this.#attached.toClient.push(message);
  }

  #direct() {
    this.#push({ type: 'direct', offset: ++this.#inboxTop, data: null });
  }

  #append(channel, data) {
    const all = this.#channels.get(channel);
    all.push(data);
    if (this.#began.has(channel)) this.#push({ type: 'message', channel, offset: all.length, data });
  }

  #serve(line, command) {
    const refuse = (code, retryable = false) => line.toClient.push({ type: 'error', id: command.id, code, message: 'so', retryable });
    const misfortune = this.#kind ? 99 : this.#int(12);
    if (command.type === 'connect') {
      this.#connect(line, command, refuse);
    } else if (command.type === 'ping') {
      line.toClient.push({ type: 'pong', id: command.id });
    } else if (line !== this.#attached) {
      refuse('not_connected');
    } else if (misfortune === 0) {
      this.misfortunes.add('unavailable');
      refuse('unavailable', true);
    } else if (misfortune === 1) {
      this.misfortunes.add('unknown');
      if (this.#int(2)) this.#obey(command, () => {}, () => {});
      refuse('unknown', true);
    } else {
      this.#obey(command, (reply) => line.toClient.push({ id: command.id, ...reply }), refuse);
    }
  }

  #connect(line, { id, session, positions = {}, inbox }, refuse) {
    if (session && session !== `s${this.#session}`) return refuse('session_expired');
    if (!session) this.#newSession();
    this.#attached = line;
    const name = `s${this.#session}`;
    line.toClient.push({ type: 'connected', id, session: name, resume: 'r', node: 'n1', resumed: !!session, ttl: 1800, heartbeat: HEARTBEAT });
    for (const [channel, from] of this.#began) this.#goOn((reply) => line.toClient.push(reply), channel, positions[channel]?.offset ?? from);
    const handled = inbox ?? this.#acknowledged;
    if (session && (handled < this.#acknowledged || handled > this.#inboxTop)) {
      this.wrong.push(`the inbox goes on from ${handled}, acknowledged is ${this.#acknowledged}`);
    }
    for (let offset = (session ? handled : 0) + 1; offset <= this.#inboxTop; offset++) line.toClient.push({ type: 'direct', offset, data: null });
  }

  #goOn(say, channel, from) {
    const all = this.#channels.get(channel);
    const by = channel === MADE ? 'server' : undefined;
    say({ type: 'subscribed', channel, position: { epoch: 'e', offset: all.length }, recovered: true, missed: all.length - from, by });
    for (let offset = from + 1; offset <= all.length; offset++) {
      this.#push({ type: 'message', channel, offset, data: all[offset - 1] });
    }
  }

  #obey(command, say, refuse) {
    const { type, channel } = command;
    if (channel === MADE) this.wrong.push(`${type} of what only the server may end`);
    if (type === 'subscribe' && this.#began.has(channel)) {
      this.misfortunes.add('already');
      refuse('already_subscribed');
    } else if (type === 'subscribe') {
      const top = this.#channels.get(channel).length;
      const from = command.position?.offset ?? top;
      this.#began.set(channel, from);
      if (command.position) this.#goOn(say, channel, from);
      else say({ type: 'subscribed', channel, position: { epoch: 'e', offset: top } });
    } else if (type === 'unsubscribe') {
      if (this.#began.delete(channel)) say({ type: 'unsubscribed', channel });
      else refuse('not_subscribed');
    } else if (type === 'ack') {
      this.#acknowledged = Math.max(this.#acknowledged, command.offset);
      say({ type: 'acked' });
    } else if (type === 'publish') {
      const key = `${channel}/${command.dedupe}`;
      const duplicate = this.#dedupe.has(key);
      this.#dedupe.add(key);
      if (!duplicate) this.#append(channel, command.data);
      say({ type: 'published', level: 'accepted', duplicate });
    } else if (type === 'send') {
      const key = `to/${command.to.user}/${command.dedupe}`;
      const duplicate = this.#dedupe.has(key);
      this.#dedupe.add(key);
      if (!duplicate) this.#taken.push(command.data);
      say({ type: 'sent', sessions: 1, duplicate });
    }
  }
}

test('each message comes once, and each publication ends as it was told, whatever befalls them', async () => {
  const misfortunes = new Set();
  const seeds = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: WORLDS }, () => Math.floor(Math.random() * 2 ** 31));
  for (const seed of seeds) {
    const world = new World(seed);
    await world.run().catch((error) => assert.fail(`SEED=${seed}: ${error.message}`));
    world.misfortunes.forEach((misfortune) => misfortunes.add(misfortune));
    mock.restoreAll();
  }
  if (seeds.length > 1) assert.deepEqual([...misfortunes].sort(), ['already', 'cut', 'expired', 'made', 'unavailable', 'unknown']);
});
