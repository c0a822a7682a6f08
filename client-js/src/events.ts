/** What reports its events to listeners: `on(type, listener)` gives the way to take it off again. */
export class Events<E> {
  readonly #listeners = new Map<keyof E, Set<(event: never) => unknown>>();

  /** Calls `listener` with each event of this type, from now on. Returns what stops that. */
  on<K extends keyof E>(type: K, listener: (event: E[K]) => unknown): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** @internal */
  emit<K extends keyof E>(type: K, event: E[K]): void {
    for (const listener of [...(this.#listeners.get(type) ?? [])]) guarded(() => listener(event as never));
  }
}

/** A listener's mistake is its own: it is reported as an uncaught error, and we go on. */
export function guarded(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    uncaught(error);
    return undefined;
  }
}

export function uncaught(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}
