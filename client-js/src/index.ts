/**
 * Client of Byssus. `connect` gives a client whose session outlives its connections:
 *
 *     const client = connect('ws://localhost:8080/ws');
 *     client.subscribe('news').on('message', ({ data }) => console.log(data));
 *     await client.publish('news', { text: 'hi' });
 */
import { Client } from './client.js';
import type { Options } from './options.js';

/**
 * Opens the first connection at once, and returns without waiting for it.
 *
 * @param url of the WebSocket, for example `wss://example.org/ws`; or several, tried in turn
 */
export const connect = (url: string | URL | readonly (string | URL)[], options: Options = {}): Client => {
  const urls = Array.isArray(url) ? url : [url];
  if (urls.length === 0) throw new TypeError('connect needs the address of a server, for example wss://example.org/ws');
  if (!options.WebSocket && typeof globalThis.WebSocket !== 'function') {
    throw new TypeError('there is no WebSocket here: on Node.js before 22 give that of the package ws, connect(url, { WebSocket })');
  }
  return new Client(urls.map(String), options);
};

export { ByssusError } from './errors.js';
export { tabStore, type SavedSession, type Store } from './store.js';
export type { Client } from './client.js';
export type {
  CallOptions,
  ClientEvents,
  HistoryOptions,
  HistoryPage,
  Members,
  Options,
  PublishOptions,
  SendOptions,
  State,
  StateEvent,
  Target,
} from './options.js';
export type { BackoffBounds } from './backoff.js';
export type { WebSocketConstructor, WebSocketLike } from './connection.js';
export type { StreamEvents } from './message-stream.js';
export type { AdaptiveHeartbeat } from './heartbeat.js';
export type { DirectMessage, Inbox } from './inbox.js';
export type { PublishResult, SendResult } from './outbox.js';
export type { Durability, GapReason, HistoryItem, Member, Parse, Position, Sender } from './protocol.js';
export type { Session, SessionChange } from './session.js';
export type { Message, Subscription, SubscriptionEvents } from './subscription.js';
