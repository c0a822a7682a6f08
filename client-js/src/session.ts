import type { CallOptions } from './options.js';

/** What the program may change of its session. */
export interface SessionChange {
  /** Each is set; `null` removes it; those that are not named stay. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Replaces all tags. Only where the server lets clients choose them. */
  readonly tags?: readonly string[];
}

/** The durable identity that the server keeps for this client; it outlives its connections. */
export interface Session {
  /** Names it; others may know it. Empty before the first `connected`. */
  readonly id: string;
  /** Who the client is; empty for an anonymous one. */
  readonly user: string;
  /** The node that serves it now. */
  readonly node: string;
  /** Seconds for which the server keeps it without a connection. */
  readonly ttl: number;
  /** As last heard from the server, or as given to `connect`. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly tags: readonly string[];
  /** Resolves when the change is made, or rejects with the server's reason. */
  set(change: SessionChange, options?: CallOptions): Promise<void>;
  /** Asks the server for attributes and tags: another connection or the operator may have changed them. */
  refresh(options?: CallOptions): Promise<void>;
}
