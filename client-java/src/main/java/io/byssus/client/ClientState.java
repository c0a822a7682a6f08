package io.byssus.client;

/** Where a client stands, as section 18 of the protocol draws it. */
public enum ClientState {
  /** Opens a connection for a new session. */
  CONNECTING,
  /** Sends and receives. */
  CONNECTED,
  /** Opens a connection for the session that it has. */
  RESUMING,
  /** Has no connection, and will try again after a delay. */
  WAITING,
  /** The end: it never comes back by itself. */
  CLOSED
}
