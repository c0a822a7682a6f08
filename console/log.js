/** The list of messages: each in its place, once. Everything is written as text, never as markup. */

const ENTRIES_MOST = 400;
const NEAR_END_PX = 80;

export class Log {
  #list;
  #newer;
  #choose;
  #entries = []; // {li, epoch, offset, at} as they stand in the list
  #seen = new Set(); // epoch/offset
  #pending = new Map(); // dedupe id → li of a message of ours without an answer

  /**
   * @param newer the button that leads to the end while the reader is elsewhere
   * @param choose called with {session, name} when a sender's name is clicked
   */
  constructor(list, newer, choose) {
    this.#list = list;
    this.#newer = newer;
    this.#choose = choose;
    list.addEventListener('scroll', () => this.#atEnd() && (newer.hidden = true));
    newer.addEventListener('click', () => this.#toEnd());
  }

  /** A message of the channel that has just come, at the end. */
  message(message) {
    if (this.#known(message)) return;
    this.settle(message.id);
    this.#append(this.#bubble(message), message);
  }

  /** One that was there before: it goes to its place by offset, among other things by time. */
  earlier(message) {
    if (this.#known(message)) return;
    this.settle(message.id);
    const { epoch, offset, at } = message;
    const before = (e) => (e.epoch === epoch ? e.offset > offset : e.at > at);
    const from = 1 + this.#entries.findLastIndex((e) => e.epoch === epoch && e.offset < offset);
    const found = this.#entries.findIndex((e, i) => i >= from && before(e));
    this.#insert(found < 0 ? this.#entries.length : found, this.#bubble(message), message);
  }

  /** One of ours that the server has not answered yet. */
  pending(message) {
    const li = this.#bubble({ ...message, kind: 'pending', note: 'waiting to be published' });
    this.#pending.set(message.id, li);
    this.#append(li, message);
  }

  /** It has come back with its place, or is known to be stored: the waiting copy goes. */
  settle(id) {
    const li = this.#pending.get(id);
    if (!li) return;
    this.#pending.delete(id);
    this.#entries = this.#entries.filter((entry) => entry.li !== li);
    li.remove();
  }

  refuse(id, why) {
    const li = this.#pending.get(id);
    if (!li) return;
    this.#pending.delete(id);
    li.classList.replace('pending', 'failed');
    li.querySelector('.note').textContent = why;
  }

  /** A message between two. Returns a function that changes its note. */
  direct(message) {
    const li = this.#bubble({ ...message, kind: 'direct' });
    this.#append(li, message);
    return (note, failed = false) => {
      li.classList.toggle('failed', failed);
      li.querySelector('.note').textContent = note;
    };
  }

  notice(text, kind = '') {
    const li = element('li', `notice ${kind}`, text);
    this.#append(li, { at: Date.now() });
  }

  #known({ epoch, offset }) {
    if (!offset) return false;
    const place = `${epoch}/${offset}`;
    if (this.#seen.has(place)) return true;
    this.#seen.add(place);
    return false;
  }

  #bubble({ session, name, text, at, offset, mine, kind = '', note = '', hue }) {
    const li = element('li', `message hue-${hue} ${kind}`);
    li.classList.toggle('mine', mine);
    const head = element('p', 'head');
    const who = element(mine || !session ? 'span' : 'button', 'who', name);
    if (who instanceof HTMLButtonElement) {
      who.type = 'button';
      who.title = `Write to ${name} alone`;
      who.addEventListener('click', () => this.#choose({ session, name }));
    }
    head.append(who, time(at));
    if (offset && kind !== 'direct') head.append(element('span', 'offset', `#${offset}`));
    head.append(element('span', 'note', note));
    li.append(head, element('p', 'text', text));
    return li;
  }

  #append(li, entry) {
    this.#insert(this.#entries.length, li, entry);
  }

  #insert(index, li, { epoch, offset, at }) {
    const follow = this.#atEnd();
    this.#list.insertBefore(li, this.#entries[index]?.li ?? null);
    this.#entries.splice(index, 0, { li, epoch, offset, at });
    if (this.#entries.length > ENTRIES_MOST) this.#entries.shift().li.remove();
    if (follow) this.#toEnd();
    else this.#newer.hidden = false;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#list;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#newer.hidden = true;
  }
}

export function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

export function time(at) {
  const made = element('time', 'time');
  const date = new Date(at);
  made.dateTime = date.toISOString();
  made.textContent = date.toLocaleTimeString();
  return made;
}

export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
