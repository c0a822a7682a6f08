/** A bot that talks: a session of its own, so it goes on while this tab's plug is pulled. */

import { Session, noStore } from './session.js';

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
  #channel;
  #session;
  #timer = 0;
  #count = 0;

  constructor(url, channel, token) {
    this.#channel = channel;
    this.#session = new Session({
      url,
      channels: [channel],
      connect: () => ({ token, attributes: { name: 'Byssus bot' } }),
      store: noStore(),
    });
    this.#session.addEventListener('direct', ({ detail }) => this.#reply(detail));
  }

  start() {
    this.#session.open();
    this.#timer = setInterval(() => this.#say(), EVERY_MS);
    this.#say();
  }

  stop() {
    clearInterval(this.#timer);
    this.#session.cut();
  }

  #say() {
    const text = `${this.#count + 1}. ${SAYINGS[this.#count % SAYINGS.length]}`;
    this.#count++;
    this.#session.publish(this.#channel, { name: 'Byssus bot', text, at: Date.now() });
  }

  #reply({ data, from }) {
    const text = `You said to me alone: ${String(data?.text).slice(0, 200)}`;
    const reply = { name: 'Byssus bot', text, at: Date.now() };
    this.#session.request({ type: 'send', to: { session: from.session }, data: reply }).catch(() => {});
  }
}
