package io.byssus.client;

import io.byssus.protocol.Gap;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A queue of so many messages. What finds no room is left out, and so is all that follows until the
 * queue has been drained; in its place stands a gap. What is not a message always finds room: the
 * server says such things rarely. Its owner keeps threads apart.
 */
final class Entries {
  private final int max;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private int messages;
  private boolean leavingOut;

  Entries(int max) {
    this.max = max;
  }

  /** Returns the gap, when one begins here. */
  Optional<Entry> add(Entry entry) {
    if (!entry.isMessage()) {
      entries.add(entry);
      return Optional.empty();
    }
    if (leavingOut) {
      return Optional.empty();
    }
    if (messages == max) {
      leavingOut = true;
      var gap =
          new Entry(
              entry.number(),
              Optional.of(new StreamEvent.Lost(Gap.OVERFLOW.wire())),
              entry.place());
      entries.add(gap);
      return Optional.of(gap);
    }
    messages++;
    entries.add(entry);
    return Optional.empty();
  }

  @Nullable Entry peek() {
    return entries.peek();
  }

  Entry remove() {
    var entry = entries.remove();
    if (entry.isMessage()) {
      messages--;
    }
    if (entries.isEmpty()) {
      leavingOut = false;
    }
    return entry;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Empties it. */
  List<Entry> takeAll() {
    var all = List.copyOf(entries);
    entries.clear();
    messages = 0;
    leavingOut = false;
    return all;
  }
}
