package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import java.util.List;
import java.util.Optional;

/**
 * A part of a channel's history, oldest first. The next page is after the last item.
 *
 * @param top where the channel ends now
 * @param lost why something after the given position is missing: before the first item, or before
 *     the top when there is none
 */
public record Page(Position top, Optional<Gap> lost, List<Message> items) {
  /** Copies the items. */
  public Page {
    items = List.copyOf(items);
  }
}
