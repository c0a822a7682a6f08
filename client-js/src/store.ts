import type { Position } from './protocol.js';

/** What it takes to resume a session, and to read on where the program was. The token is a secret. */
export interface Held {
  session: string;
  resume: string;
  /** Up to where the program has handled each channel, and its directed messages. */
  positions: Record<string, Position>;
  inbox: number;
}

/** Keeps a session for the next run of the program. Both are called on the program's own thread. */
export interface Store {
  load(): Held | null;
  save(held: Held): void;
}

export const nothingHeld = (): Held => ({ session: '', resume: '', positions: {}, inbox: 0 });

/**
 * Keeps the session for this browser tab: a reload resumes it, another tab has its own.
 *
 * @param key of the entry in `sessionStorage`; another one for each client of a page
 */
export const tabStore = (key = 'byssus'): Store => ({
  load() {
    try {
      return JSON.parse(sessionStorage.getItem(key) ?? 'null');
    } catch {
      return null; // written by another program under the same name, or storage is switched off
    }
  },
  save(held) {
    try {
      sessionStorage.setItem(key, JSON.stringify(held));
    } catch {
      // Full or switched off: a reload starts anew then, which is what no store means.
    }
  },
});
