package io.byssus.core.node;

import io.byssus.protocol.Decoded;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one client that wait for one before them, and what others want done to its
 * session meanwhile. Confined to its lane.
 */
final class HeldCommands {
  /** Of others: who asks for more is told to come again. */
  static final int REQUESTS_MAX = 64;

  private final ArrayDeque<Decoded> commands = new ArrayDeque<>();
  private final IntConsumer keep;
  private @Nullable ArrayDeque<Runnable> requests;
  private int bytes;

  /**
   * @param keep takes so many bytes of the node's budget, or gives them back
   */
  HeldCommands(IntConsumer keep) {
    this.keep = keep;
  }

  void add(Decoded command) {
    commands.add(command);
    count(CommandWeight.of(command));
  }

  /** False when too many wait. */
  boolean offer(Runnable request) {
    if (requests == null) {
      requests = new ArrayDeque<>();
    }
    return requests.size() < REQUESTS_MAX && requests.add(request);
  }

  /** Does the next request, or else hands on the next command; false when nothing waits. */
  boolean next(Consumer<Decoded> perform) {
    if (requests != null && !requests.isEmpty()) {
      requests.remove().run();
      return true;
    }
    var command = commands.poll();
    if (command == null) {
      return false;
    }
    count(-CommandWeight.of(command));
    perform.accept(command);
    return true;
  }

  /** The client is gone: who has requests is told, and its commands are nobody's. */
  void end() {
    commands.clear();
    count(-bytes);
    while (next(none -> {})) {
      // each is answered, by what it finds
    }
  }

  int size() {
    return commands.size();
  }

  /** What they take of memory. */
  int bytes() {
    return bytes;
  }

  private void count(int change) {
    bytes += change;
    keep.accept(change);
  }
}
