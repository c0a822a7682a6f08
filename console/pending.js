/**
 * What this tab has written and the server has not confirmed. While the page lives, the SDK repeats
 * it until there is an answer; this keeps it over a reload, with the same `dedupe`, so that it is
 * stored once.
 */

import { tab } from './tab.js';

/** The server remembers a `dedupe` for 5 minutes, within a session; a repetition must arrive well within. */
const REPEATABLE_MS = 4 * 60_000;

export class Pending {
  #client;
  #channel;
  #told;
  #items; // {data, tried: null or {session, at}, the first time it may have been on its way}
  #early; // those that wait for the first connection: only then it is known which session this is

  /** @param told {published(id), refused(id, error)}, called with the `id` in the data that was given to `publish` */
  constructor(client, channel, told) {
    this.#client = client;
    this.#channel = channel;
    this.#told = told;
    this.#items = tab.get(`pending.${channel}`) ?? [];
    this.#early = [...this.#items];
    client.on('connected', () => this.#connected());
  }

  /** What was written and not confirmed, oldest first. */
  get data() {
    return this.#items.map(({ data }) => data);
  }

  publish(data) {
    const item = { data, tried: null };
    this.#items.push(item);
    if (this.#early) this.#early.push(item);
    else this.#hand(item);
    this.#save();
  }

  #connected() {
    const early = this.#early ?? [];
    this.#early = null;
    for (const item of early) {
      if (this.#repeatable(item)) this.#hand(item);
      else this.#settle(item, () => this.#told.refused(item.data.id, { code: 'unknown' }));
    }
    for (const item of this.#items) this.#trying(item);
    this.#save();
  }

  #repeatable({ tried }) {
    return !tried || (tried.session === this.#client.session.id && Date.now() - tried.at < REPEATABLE_MS);
  }

  #hand(item) {
    if (this.#client.state === 'connected') this.#trying(item);
    const { id } = item.data;
    this.#client.publish(this.#channel, item.data, { dedupe: id }).then(
      () => this.#settle(item, () => this.#told.published(id)),
      (error) => {
        // Surely not published, and nothing is wrong with it: it is for the next load of this page.
        if (error.code === 'not_sent' || error.code === 'closed') return;
        this.#settle(item, () => this.#told.refused(id, error));
      },
    );
  }

  #trying(item) {
    item.tried ??= { session: this.#client.session.id, at: Date.now() };
  }

  #settle(item, tell) {
    this.#items = this.#items.filter((other) => other !== item);
    this.#save();
    tell();
  }

  #save() {
    tab.set(`pending.${this.#channel}`, this.#items);
  }
}
