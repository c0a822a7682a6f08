package io.byssus.core.session;

import io.byssus.core.connection.Connection;

/**
 * A session's interest in a channel or a pattern, while a connection is attached. Confined to that
 * connection's lane; {@code slot} belongs to the fan-out that lists it there.
 */
public final class Subscription {
  private final Session session;
  private final String channel;
  private int slot = APART;

  private static final int JOINING = -1;
  private static final int LEFT = -2;
  private static final int APART = -3;

  Subscription(Session session, String channel) {
    this.session = session;
    this.channel = channel;
  }

  public Session session() {
    return session;
  }

  public Connection connection() {
    return session.connection();
  }

  /** A channel name, or a pattern. */
  public String channel() {
    return channel;
  }

  /** Whether publications reach it: false before it has joined and after it has left. */
  public boolean live() {
    return slot >= 0;
  }

  /** Whether its channel has not heard of it yet. */
  public boolean apart() {
    return slot == APART;
  }

  public void joining() {
    slot = JOINING;
  }

  public boolean left() {
    return slot == LEFT;
  }

  public void leave() {
    slot = LEFT;
  }

  public int slot() {
    return slot;
  }

  public void slot(int newSlot) {
    slot = newSlot;
  }
}
