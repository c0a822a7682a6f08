package io.byssus.core.session;

import io.byssus.core.connection.Connection;
import io.byssus.protocol.Position;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session's interest in a channel or a pattern, while a connection is attached. Confined to that
 * connection's lane; {@code slot} belongs to the fan-out that lists it there.
 */
public final class Subscription {
  private final Session session;
  private final String channel;
  private @Nullable Position acknowledged;
  private int slot = APART;

  private static final int JOINING = -1;
  private static final int LEFT = -2;
  private static final int APART = -3;

  Subscription(Session session, String channel, @Nullable Position acknowledged) {
    this.session = session;
    this.channel = channel;
    this.acknowledged = acknowledged;
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

  /** Where it goes on when the session is resumed, as the store has it; empty for a pattern. */
  public Optional<Position> acknowledged() {
    return Optional.ofNullable(acknowledged);
  }

  public void acknowledged(Position position) {
    session.lane().check();
    acknowledged = position;
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
