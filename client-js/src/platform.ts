/** What a browser or a worker tells of its network and its page. Node.js tells nothing. */
export interface PlatformListener {
  /** There may be a network again, or somebody looks: a good time to try. */
  tryNow(): void;
  /** The network has changed: a good time to ask for a sign of life. */
  changed(): void;
  /** The page may be gone after this. */
  leaving(): void;
}

/** Returns what ends it. */
export function listenToThePlatform({ tryNow, changed, leaving }: PlatformListener): () => void {
  const { addEventListener, removeEventListener, document } = globalThis as Partial<typeof globalThis>;
  if (!addEventListener || !removeEventListener) return () => {};
  const shown = () => document?.visibilityState === 'visible' && tryNow();
  const listeners: [string, () => unknown, EventTarget?][] = [
    ['online', tryNow],
    ['offline', changed],
    ['pagehide', leaving],
  ];
  if (document) listeners.push(['visibilitychange', shown, document]);
  for (const [event, listener, target] of listeners) (target ?? globalThis).addEventListener(event, listener);
  return () => {
    for (const [event, listener, target] of listeners) (target ?? globalThis).removeEventListener(event, listener);
  };
}

/** Such as `wifi` or `cellular`; empty where it is not told. */
export const networkOfThePlatform = (): string =>
  (globalThis.navigator as { connection?: { type?: string } } | undefined)?.connection?.type ?? '';

/** Not crypto.randomUUID: that exists on https and localhost only. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
