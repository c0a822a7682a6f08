import { randomId } from './platform.js';
import type { Position } from './protocol.js';

/** What it takes to resume a session, and to read on where the program was. The token is a secret. */
export interface SavedSession {
  session: string;
  resume: string;
  /** Up to where the program has handled each channel, and its directed messages. */
  positions: Record<string, Position>;
  inbox: number;
}

/** Keeps a session for the next run of the program. */
export interface Store {
  load(): SavedSession | null;
  save(held: SavedSession): void;
  /**
   * Asked once, after `load` and before the first connection, where the same may be kept twice.
   * Resolves with whether what was loaded is this client's; if not, or if it rejects, the client makes
   * a session of its own and reads on from where the other was.
   */
  claim?(): Promise<boolean>;
  /** The client is closed: another may claim what is kept. */
  release?(): void;
}

export const nothingSaved = (): SavedSession => ({ session: '', resume: '', positions: {}, inbox: 0 });

/** A page that is reloaded lets go of its lock when it is gone; one that was duplicated does not. */
const RELOAD_MS = 1000;

/**
 * Keeps the session for this browser tab: a reload resumes it, another tab has its own. So has a
 * duplicated one, which the browser gives a copy of what is kept here: where there are Web Locks
 * (https and localhost) each tab holds one for as long as it lives.
 *
 * @param key of the entry in `sessionStorage`; another one for each client of a page
 */
export function tabStore(key = 'byssus'): Store {
  let tab = randomId();
  let release = () => {};
  const hold = (signal?: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const held = () => new Promise<void>((end) => (resolve(true), (release = end)));
      const locks = globalThis.navigator?.locks;
      // Without locks, or forbidden to use them: nothing tells a copy.
      if (!locks) resolve(true);
      else locks.request(`byssus ${tab}`, { signal }, held).catch(() => resolve(!signal?.aborted));
    });
  return {
    load() {
      try {
        const { tab: kept, ...held } = JSON.parse(sessionStorage.getItem(key) ?? '{}');
        tab = kept ?? tab;
        return held;
      } catch {
        return null; // written by another program under the same name, or storage is switched off
      }
    },
    save(held) {
      try {
        sessionStorage.setItem(key, JSON.stringify({ ...held, tab }));
      } catch {
        // Full or switched off: a reload starts anew then, which is what no store means.
      }
    },
    async claim() {
      const late = new AbortController();
      const timer = setTimeout(() => late.abort(), RELOAD_MS);
      const mine = await hold(late.signal);
      clearTimeout(timer);
      if (!mine) {
        tab = randomId();
        await hold();
      }
      return mine;
    },
    release: () => release(),
  };
}
