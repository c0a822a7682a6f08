package io.byssus.client;

import io.byssus.protocol.Position;
import java.util.Optional;

/**
 * Something in a stream, on its way to the program.
 *
 * @param number counts up within the stream
 * @param event empty when it was told already, and only the place counts
 * @param place where the stream stands when this has been handled
 */
record Entry(long number, Optional<StreamEvent> event, Optional<Position> place) {
  boolean isMessage() {
    return event.isPresent() && event.get() instanceof Message;
  }

  Entry silent() {
    return isMessage() ? this : new Entry(number, Optional.empty(), place);
  }
}
