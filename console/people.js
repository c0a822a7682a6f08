/** Who is in the channel, and who was here a moment ago. */

import { element } from './log.js';

const AWAY_SHOWN_MS = 5 * 60_000;
const AWAY_MOST = 6;
const HUES = 8;

export class People {
  #list;
  #counts;
  #choose;
  #known = new Map(); // session → {name, here, seenAt}
  #me = '';
  #whole = true;
  #total = 0;

  /**
   * @param counts elements that show how many are here
   * @param choose called with {session, name} when someone is clicked
   */
  constructor(list, counts, choose) {
    this.#list = list;
    this.#counts = counts;
    this.#choose = choose;
  }

  /**
   * @param members those of the reply to `presence`, with their `total`
   * @param whole false: there may be others, nobody tells
   */
  present(members, me, whole = true) {
    if (me !== this.#me) this.#known.delete(this.#me);
    this.#me = me;
    this.#whole = whole;
    this.#total = members.total;
    for (const person of this.#known.values()) person.here = false;
    for (const { session, attributes } of members) {
      const name = nameOf(attributes?.name) || this.#known.get(session)?.name || 'someone';
      this.#known.set(session, { name, here: true, seenAt: Date.now() });
    }
    this.#draw();
  }

  /** Someone has said something. False: they were not known to be here. */
  heard(session, name) {
    const here = !!this.#known.get(session)?.here;
    this.#known.set(session, { name, here, seenAt: Date.now() });
    return here;
  }

  #draw() {
    const all = [...this.#known].map(([session, person]) => ({ session, ...person }));
    const here = all.filter((person) => person.here).sort((a, b) => this.#rank(a) - this.#rank(b) || a.name.localeCompare(b.name));
    const away = all
      .filter(({ here, session, seenAt }) => !here && session !== this.#me && Date.now() - seenAt < AWAY_SHOWN_MS)
      .sort((a, b) => b.seenAt - a.seenAt)
      .slice(0, AWAY_MOST);
    const focused = this.#list.contains(document.activeElement) && document.activeElement.dataset.session;
    this.#list.replaceChildren(...here.concat(away).map((person) => this.#item(person)));
    if (focused) this.#list.querySelector(`[data-session="${CSS.escape(focused)}"]`)?.focus();
    for (const count of this.#counts) count.textContent = (this.#whole && this.#total) || '';
  }

  #rank({ session }) {
    return session === this.#me ? 0 : 1;
  }

  #item({ session, name, here }) {
    const mine = session === this.#me;
    const li = element('li', here || !this.#whole ? '' : 'away');
    const who = element(mine ? 'span' : 'button', `person hue-${hueOf(session)}`);
    who.append(element('span', 'face', [...name][0].toUpperCase()), element('span', 'person-name', name));
    if (mine) who.append(element('span', 'tag', 'you'));
    else if (!here && this.#whole) who.append(element('span', 'tag', 'away'));
    if (!mine) {
      who.type = 'button';
      who.dataset.session = session;
      who.title = `Write to ${name} alone`;
      who.addEventListener('click', () => this.#choose({ session, name }));
    }
    li.append(who);
    return li;
  }
}

/** What another client calls itself, if that is something to show. */
export function nameOf(value) {
  return typeof value === 'string' ? value.trim().slice(0, 30) : '';
}

/** The colour goes with the session, so two of the same name differ. */
export function hueOf(session) {
  let hash = 0;
  for (const char of session) hash = (hash * 31 + char.codePointAt(0)) >>> 0;
  return hash % HUES;
}
