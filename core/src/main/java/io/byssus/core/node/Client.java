package io.byssus.core.node;

import io.byssus.core.connection.Connection;
import io.byssus.core.lane.Lane;

/**
 * A connection's client, as those see it who do what it asks: in which order its commands go on,
 * how much is under way for it, and what of the node's memory it has. On the connection's lane.
 */
interface Client {
  Connection connection();

  default Lane lane() {
    return connection().lane();
  }

  /** Later commands wait from here on until {@link #resumeCommands}. */
  void holdCommands();

  void resumeCommands();

  /**
   * Does what somebody else asks of the client's session: now, or when no command holds the later
   * ones back. When the client goes before, it is done then, without a client.
   *
   * @return false when too many wait
   */
  boolean inTurn(Runnable request);

  /** Whether later commands wait. */
  boolean holdsCommands();

  /** So many more commands, or fewer, are with the engine; {@link #balance} follows. */
  void underWay(int change);

  /** Reads more commands from the socket, or no more, by what is under way and waits. */
  void balance();

  /** Takes so many bytes of the node's budget for sessions, or gives them back. */
  void keep(int bytes);

  /** As {@link #keep}, for large data that is with the engine. */
  void carry(int bytes);

  /** An answer was that long, and costs it like so many commands. */
  void charge(int bytes);

  /** What is read from the engine for it. */
  Readings readings();
}
