package io.byssus.core.connection;

import io.byssus.core.Budget;
import io.byssus.core.NodeObserver;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bounded way to one socket. Confined to the connection's lane.
 *
 * <p>While the peer reads, frames go straight through. When it falls behind, they wait here, at
 * most {@code maxBytes} of them, and less when much waits for all readers together; what happens to
 * one that finds no room is its {@link Overflow}. Replies and the like belong to no channel and are
 * never dropped. The newest push of a channel that keeps only its latest always has a place, of its
 * own: one for each such channel.
 */
final class Outbox {
  /** The channel of frames that must not be dropped. */
  static final String ESSENTIAL = "";

  private final Socket socket;
  private final int maxBytes;
  private final Budget all;
  private final NodeObserver observer;
  private @Nullable Backlog backlog;

  /**
   * @param all of what waits for all connections together
   */
  Outbox(Socket socket, int maxBytes, Budget all, NodeObserver observer) {
    this.socket = socket;
    this.maxBytes = maxBytes;
    this.all = all;
    this.observer = observer;
  }

  /**
   * Takes over the caller's reference. False: there is no room and nothing may be dropped; the
   * frame is released.
   */
  boolean offer(Frame frame, String channel, Overflow overflow) {
    if (backlog == null && socket.writable()) {
      socket.write(frame);
      return true;
    }
    return backlog().add(new Waiting(frame, channel, overflow), maxBytes);
  }

  /** What waits here, in bytes. */
  long bytes() {
    return backlog == null ? 0 : backlog.bytes + backlog.latestBytes;
  }

  boolean congested() {
    return backlog != null;
  }

  /**
   * Writes what waits for as long as the socket takes it.
   *
   * @param gap says that something of a channel was dropped, before what of it is still waiting
   */
  void drain(Function<String, Frame> gap) {
    if (backlog != null && backlog.drain(socket, gap)) {
      backlog = null;
    }
  }

  /** The latest of {@code channel}, if it waits, is not wanted any more. */
  void forget(String channel) {
    if (backlog != null) {
      backlog.forget(channel);
    }
  }

  /** The latest of {@code channel}, if it waits, goes before what is offered from here on. */
  void settle(String channel) {
    if (backlog != null) {
      backlog.settle(channel);
    }
  }

  /** Drops everything: the socket is gone. */
  void clear() {
    if (backlog != null) {
      backlog.clear();
      backlog = null;
    }
  }

  private Backlog backlog() {
    if (backlog == null) {
      backlog = new Backlog(all, observer);
    }
    return backlog;
  }

  private record Waiting(Frame frame, String channel, Overflow overflow) {
    boolean droppable() {
      return overflow == Overflow.DROP_OLDEST && !channel.equals(ESSENTIAL);
    }
  }

  /** What waits for a slow reader; exists only while there is one. */
  private static final class Backlog {
    private final Budget all;
    private final NodeObserver observer;
    private final ArrayDeque<Waiting> inOrder = new ArrayDeque<>();
    private final LinkedHashMap<String, Waiting> latest = new LinkedHashMap<>();
    private final Set<String> gaps = new LinkedHashSet<>();

    /** Of those in {@link #latest}, the ones before which something was dropped. */
    private final Set<String> skipped = new HashSet<>();

    private long bytes;
    private long latestBytes;

    Backlog(Budget all, NodeObserver observer) {
      this.all = all;
      this.observer = observer;
    }

    boolean add(Waiting push, int maxBytes) {
      if (push.overflow == Overflow.LATEST) {
        addLatest(push);
        return true;
      }
      var most = Math.min(maxBytes, all.share());
      makeRoom(push.frame.bytes(), most);
      if (bytes + push.frame.bytes() <= most) {
        append(push);
        return true;
      }
      if (most < maxBytes) {
        all.refused();
      }
      if (push.droppable()) {
        gaps.add(push.channel);
        drop(push);
        return true;
      }
      push.frame.release();
      return false;
    }

    void append(Waiting push) {
      inOrder.add(push);
      count(push.frame.bytes());
    }

    private void count(int more) {
      bytes += more;
      all.add(more);
    }

    private void countLatest(int more) {
      latestBytes += more;
      all.add(more);
    }

    private void addLatest(Waiting push) {
      var older = latest.remove(push.channel);
      latest.put(push.channel, push);
      countLatest(push.frame.bytes());
      if (older != null) {
        countLatest(-older.frame.bytes());
        skipped.add(push.channel);
        drop(older);
      }
    }

    void forget(String channel) {
      var waiting = latest.remove(channel);
      skipped.remove(channel);
      if (waiting != null) {
        countLatest(-waiting.frame.bytes());
        waiting.frame.release();
      }
    }

    void settle(String channel) {
      var waiting = latest.remove(channel);
      if (waiting != null) {
        countLatest(-waiting.frame.bytes());
        append(waiting);
        if (skipped.remove(channel)) {
          gaps.add(channel);
        }
      }
    }

    private void makeRoom(int needed, long maxBytes) {
      var oldest = inOrder.iterator();
      while (bytes + needed > maxBytes && oldest.hasNext()) {
        var push = oldest.next();
        if (push.droppable()) {
          oldest.remove();
          count(-push.frame.bytes());
          gaps.add(push.channel);
          drop(push);
        }
      }
    }

    private void drop(Waiting push) {
      observer.dropped(1, push.frame.bytes());
      push.frame.release();
    }

    /** True when nothing waits any more. */
    boolean drain(Socket socket, Function<String, Frame> gap) {
      gaps.forEach(channel -> socket.write(gap.apply(channel)));
      gaps.clear();
      while (socket.writable() && !inOrder.isEmpty()) {
        var next = inOrder.poll();
        count(-next.frame.bytes());
        socket.write(next.frame);
      }
      while (socket.writable() && !latest.isEmpty()) {
        var next = latest.pollFirstEntry().getValue();
        countLatest(-next.frame.bytes());
        if (skipped.remove(next.channel)) {
          socket.write(gap.apply(next.channel));
        }
        socket.write(next.frame);
      }
      return inOrder.isEmpty() && latest.isEmpty();
    }

    void clear() {
      count((int) -bytes);
      countLatest((int) -latestBytes);
      inOrder.forEach(push -> push.frame.release());
      latest.values().forEach(push -> push.frame.release());
    }
  }
}
