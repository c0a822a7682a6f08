package io.byssus.core.node;

import java.util.ArrayDeque;

/**
 * How many connects of one lane are with the engine at once; the others wait in line. When a node
 * or a Redis is back, all clients come together: the engine then gets them at the rate at which it
 * answers, and has room for those who are there already. Confined to the lane.
 */
final class ConnectGate {
  private final int places;
  private final ArrayDeque<Waiting> line = new ArrayDeque<>();
  private int taken;
  private boolean opening;

  ConnectGate(int places) {
    this.places = places;
  }

  private record Waiting(long until, Runnable enter, Runnable tooLate) {}

  /**
   * Runs {@code enter} once there is a place, which is then taken until {@link #leave}.
   *
   * @param until when the wait is over, and {@code tooLate} is run instead
   */
  void enter(long until, Runnable enter, Runnable tooLate) {
    line.add(new Waiting(until, enter, tooLate));
    open();
  }

  /** Those who are inside and those who wait. */
  int size() {
    return taken + line.size();
  }

  void leave() {
    taken--;
    open();
  }

  /** A loop and no recursion: who enters may leave at once. */
  private void open() {
    if (opening) {
      return;
    }
    opening = true;
    try {
      while (taken < places && !line.isEmpty()) {
        taken++;
        line.poll().enter.run();
      }
    } finally {
      opening = false;
    }
  }

  /** Sends away those who have waited for too long: all wait equally long, so they stand first. */
  void tick(long now) {
    while (!line.isEmpty() && now - line.element().until >= 0) {
      line.poll().tooLate.run();
    }
  }
}
