package io.byssus.core.node;

import io.byssus.protocol.Decoded;
import java.util.ArrayDeque;

/** The commands of one client that wait for one before them. Confined to its lane. */
final class HeldCommands {
  private final ArrayDeque<Decoded> commands = new ArrayDeque<>();
  private int bytes;

  void add(Decoded command) {
    commands.add(command);
    bytes += CommandWeight.of(command);
  }

  Decoded next() {
    var next = commands.remove();
    bytes -= CommandWeight.of(next);
    return next;
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  int size() {
    return commands.size();
  }

  /** What they take of memory. */
  int bytes() {
    return bytes;
  }
}
