package io.byssus.transport;

import io.byssus.core.Budgets;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a server has for all its connections together, and which of them have some of it.
 *
 * @param halfOpen by event loop, as are the holders
 */
record Room(Budgets budgets, Map<EventLoop, Holders> holders, Map<EventLoop, HalfOpen> halfOpen) {
  /** A socket with its handlers, as it was measured, rounded up. */
  static final int SOCKET_BYTES = 1_280;

  /** And one whose request has not come as a whole: with its headers, twice. */
  private static final int HALF_OPEN_BYTES = 12 << 10;

  /** All half-open ones together may have this part of what sessions may. */
  private static final int HALF_OPEN_PART = 4;

  private static final int HALF_OPEN_LEAST = 64;

  /**
   * @param handshakes most that are half open at once; 0: by the budget
   */
  static Room of(Budgets budgets, int handshakes, EventLoops loops, TransportObserver observer) {
    var most = handshakes > 0 ? handshakes : byMemory(budgets);
    var all = new ArrayList<Holders>();
    var holders = new HashMap<EventLoop, Holders>();
    var halfOpen = new HashMap<EventLoop, HalfOpen>();
    for (var executor : loops.group()) {
      var loop = (EventLoop) executor;
      var lane = loops.lane(loop);
      var here = new Holders(lane, budgets.sending(), all);
      all.add(here);
      holders.put(loop, here);
      halfOpen.put(loop, new HalfOpen(Math.ceilDiv(most, loops.lanes().all().size()), observer));
    }
    List.copyOf(all).forEach(Holders::start);
    return new Room(budgets, Map.copyOf(holders), Map.copyOf(halfOpen));
  }

  private static int byMemory(Budgets budgets) {
    var most = budgets.sessions().max() / HALF_OPEN_PART / HALF_OPEN_BYTES;
    return (int) Math.clamp(most, HALF_OPEN_LEAST, 1 << 20);
  }

  Holders holders(EventLoop loop) {
    return Objects.requireNonNull(holders.get(loop));
  }

  HalfOpen halfOpen(EventLoop loop) {
    return Objects.requireNonNull(halfOpen.get(loop));
  }

  /** Whether one more connection may become a WebSocket. */
  boolean welcome() {
    if (budgets.welcome()) {
      return true;
    }
    budgets.sessions().refused();
    return false;
  }
}
