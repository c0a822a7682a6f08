import type { BackoffBounds } from './backoff.js';
import type { WebSocketConstructor } from './connection.js';
import type { AdaptiveHeartbeat } from './heartbeat.js';
import type { Durability, GapReason, HistoryItem, Member, Parse, Position } from './protocol.js';
import type { Store } from './store.js';
import type { Subscription } from './subscription.js';

/** spec/protocol.md section 18 draws them. */
export type State = 'connecting' | 'connected' | 'resuming' | 'waiting' | 'closed';

export interface StateEvent {
  readonly state: State;
  /** With `waiting` and `closed`: the close code, or 0 when an error was the reason. */
  readonly code?: number;
  /** With `waiting` and `closed`: why, as a word of the protocol or a sentence. */
  readonly reason?: string;
  /** With `waiting`: until the next try. */
  readonly waitMs?: number;
  /** With `waiting`: how many tries have failed since the last connection. */
  readonly attempts?: number;
}

export interface ClientEvents {
  state: StateEvent;
  /** There is a connection with the session. `resumed`: the session is one that was there before. */
  connected: { readonly session: string; readonly node: string; readonly resumed: boolean };
  /** The session is gone, the client was away for too long; a new session is being made. Positions are kept. */
  expired: Record<string, never>;
  /** Three tries in a row have failed: time to tell a person. The client goes on trying. Once for each outage. */
  fault: { readonly attempts: number; readonly reason: string };
  /** The node cannot reach its engine (`true`), or can again. Connections stay, commands wait or fail. */
  degraded: { readonly active: boolean };
  /**
   * The server has subscribed the session to a channel to which the program has not subscribed. Listeners that are added to
   * `subscription` now get all of its messages; later `subscribe` gives it as well.
   */
  subscribedByServer: { readonly subscription: Subscription };
  /** Somebody else has changed the attributes or tags of the session. These are all of them. */
  attributes: { readonly attributes: Readonly<Record<string, unknown>>; readonly tags: readonly string[] };
  /** An error that belongs to no command, or a message that is not of the protocol. */
  notice: { readonly code: string; readonly message: string };
}

export interface Options {
  /** The credential, or a function that returns it: called before each connect, told whether the last one was refused. */
  readonly token?: string | ((refused: boolean) => string | undefined | Promise<string | undefined>);
  /** Attributes of a new session. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  /** Keeps the session for the next run of the program; see `tabStore`. */
  readonly store?: Store;
  /** Seconds of silence before the client sends `ping`; `adaptive` learns how many a network allows. Default: the server's. */
  readonly heartbeat?: number | 'adaptive' | AdaptiveHeartbeat;
  /** Names the network for the adaptive heartbeat, which learns for each. */
  readonly network?: () => string;
  readonly backoff?: BackoffBounds;
  /** Messages that may wait for the program in one subscription, or in the inbox. Default 10,000. */
  readonly queueMax?: number;
  /** Publications and directed messages that may wait for the server. Default 1,000. */
  readonly outboxMax?: number;
  /**
   * Replaces `JSON.parse`, which rounds numbers of more than 53 bits: called with a whole message of the server, whose
   * own numbers (offsets and the like) must stay numbers.
   */
  readonly parse?: Parse;
  /** Default: that of the platform. Node.js before 22 has none: give that of the package `ws`. */
  readonly WebSocket?: WebSocketConstructor;
}

/** The members of a channel, in the order of their sessions. */
export interface Members extends ReadonlyArray<Member> {
  /** How many there are; when this is more than `length`, the reply had no room for the others. */
  readonly total: number;
}

/** To whom a directed message goes: exactly one of them. */
export type Target = { readonly session: string } | { readonly user: string } | { readonly tag: string };

export interface CallOptions {
  /**
   * Milliseconds until the call fails without an answer, the wait for a connection included: with `timeout` when it was
   * surely not done, with `unknown` when it may have been. Default: 10 seconds; for `publish` and `send` 4 minutes from the
   * moment in which there is a connection; for `ready` none.
   */
  readonly timeoutMs?: number;
}

export interface PublishOptions extends CallOptions {
  /** An id of this publication within session and channel: repeated within 5 minutes it is stored once. Default: drawn. */
  readonly dedupe?: string;
  /** What must hold before it counts as published. Default `accepted`. */
  readonly durability?: Durability;
}

export interface SendOptions extends CallOptions {
  /** An id of this message within session and target: repeated within 5 minutes, each inbox takes it once. Default: drawn. */
  readonly dedupe?: string;
}

export interface HistoryOptions extends CallOptions {
  /** Read on from here, oldest first. Default: the newest. */
  readonly after?: Position;
  readonly limit?: number;
}

/** What a channel keeps. `recovered: false` (with `after`): something is missing before the first item, or before `top`. */
export interface HistoryPage<T = unknown> {
  readonly top: Position;
  readonly recovered?: boolean;
  readonly reason?: GapReason;
  readonly items: readonly HistoryItem<T>[];
}
