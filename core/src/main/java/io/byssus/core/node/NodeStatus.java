package io.byssus.core.node;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What all lanes of a node know of it. From any thread. */
final class NodeStatus {
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicLong outages = new AtomicLong();
  private volatile boolean reachable = true;
  private volatile boolean draining;

  /** Whether the engine answers. */
  boolean reachable() {
    return reachable;
  }

  /** How many outages there were. */
  long outages() {
    return outages.get();
  }

  /**
   * Whoever calls this tells the lanes in the same order.
   *
   * @return the number of the outage that begins or ends
   */
  long reachable(boolean now) {
    var outage = now ? outages.get() : outages.incrementAndGet();
    reachable = now;
    return outage;
  }

  boolean draining() {
    return draining;
  }

  void drain() {
    draining = true;
  }

  /** Open now. */
  int connections() {
    return connections.get();
  }

  void opened() {
    connections.incrementAndGet();
  }

  void closed() {
    connections.decrementAndGet();
  }
}
