/** A bot that talks: a client of its own, so it goes on while this tab's plug is pulled. */

import { connect } from './byssus.js';

const NAME = 'Byssus bot';
const EVERY_MS = 1500;
const SAYINGS = [
  'A mussel holds its rock with a bundle of threads: the byssus.',
  'Each thread is thinner than a hair and made in about five minutes.',
  'A thread is stiff at one end and soft at the other: it gives, and does not tear.',
  'When a thread breaks, the mussel makes another. It keeps its place.',
  'The glue at the end of a thread sets under water.',
  'Sea silk was woven from byssus. It is golden in the sun.',
  'A wave takes some of the threads, hardly ever all of them.',
  'Mussels move by casting a thread ahead and letting go of one behind.',
];

export class Bot {
  #client;
  #channel;
  #timer;
  #count = 0;

  constructor(url, channel, token) {
    this.#channel = channel;
    this.#client = connect(url, { token, attributes: { name: NAME } });
    this.#client.inbox.on('message', (direct) => this.#reply(direct));
    this.#timer = setInterval(() => this.#say(), EVERY_MS);
    this.#say();
  }

  stop() {
    clearInterval(this.#timer);
    this.#client.end().catch(() => this.#client.close());
  }

  #say() {
    const text = `${this.#count + 1}. ${SAYINGS[this.#count % SAYINGS.length]}`;
    this.#count++;
    // What could not be published is no loss.
    this.#client.publish(this.#channel, { name: NAME, text, at: Date.now() }).catch(() => {});
  }

  #reply({ data, from }) {
    if (!from) return;
    const text = `You said to me alone: ${String(data?.text).slice(0, 200)}`;
    this.#client.send({ session: from.session }, { name: NAME, text, at: Date.now() }).catch(() => {});
  }
}
