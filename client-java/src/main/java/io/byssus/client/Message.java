package io.byssus.client;

import io.byssus.protocol.Position;
import io.byssus.protocol.Sender;
import java.util.Optional;

/**
 * One publication, or one directed message.
 *
 * @param channel where it was published, empty for a directed one
 * @param pattern the pattern through which it came, empty for a plain subscription
 * @param offset its place in the channel or inbox, 0 when the channel keeps nothing
 * @param epoch in which the offset counts, empty for patterns, inbox and ephemeral channels
 * @param data JSON text, as the publisher wrote it
 * @param from who published it, empty when it came from the server's own API
 * @param missed whether it was published while there was no connection
 */
public record Message(
    String channel,
    String pattern,
    long offset,
    String epoch,
    String data,
    Optional<Sender> from,
    boolean missed)
    implements StreamEvent {
  /** Its place, with which {@link Client#history} goes on; empty without epoch. */
  public Optional<Position> position() {
    return epoch.isEmpty() ? Optional.empty() : Optional.of(new Position(epoch, offset));
  }
}
