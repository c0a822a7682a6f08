package io.byssus.core.connection;

import io.byssus.core.NodeObserver;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bounded way to one socket. Confined to the connection's lane.
 *
 * <p>While the peer reads, frames go straight through. When it falls behind, they wait here, at
 * most {@code maxBytes} of them; what happens to one that finds no room is its {@link Overflow}.
 * Replies and the like belong to no channel and are never dropped.
 */
final class Outbox {
  /** The channel of frames that must not be dropped. */
  static final String ESSENTIAL = "";

  private final Socket socket;
  private final int maxBytes;
  private final NodeObserver observer;
  private @Nullable Backlog backlog;

  Outbox(Socket socket, int maxBytes, NodeObserver observer) {
    this.socket = socket;
    this.maxBytes = maxBytes;
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

  /** As {@link #offer}, but without bound: for what is bounded elsewhere. */
  void force(Frame frame) {
    if (backlog == null && socket.writable()) {
      socket.write(frame);
    } else {
      backlog().append(new Waiting(frame, ESSENTIAL, Overflow.DISCONNECT));
    }
  }

  boolean congested() {
    return backlog != null;
  }

  /**
   * The channels that something was dropped of since the last call: say so before what is still
   * waiting.
   */
  Set<String> takeGaps() {
    return backlog == null ? Set.of() : backlog.takeGaps();
  }

  /** Writes what waits for as long as the socket takes it. */
  void drain() {
    if (backlog != null && backlog.drain(socket)) {
      backlog = null;
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
      backlog = new Backlog(observer);
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
    private final NodeObserver observer;
    private final ArrayDeque<Waiting> inOrder = new ArrayDeque<>();
    private final LinkedHashMap<String, Waiting> latest = new LinkedHashMap<>();
    private final Set<String> gaps = new LinkedHashSet<>();
    private long bytes;

    Backlog(NodeObserver observer) {
      this.observer = observer;
    }

    boolean add(Waiting push, int maxBytes) {
      if (push.overflow == Overflow.LATEST) {
        return addLatest(push, maxBytes);
      }
      makeRoom(push.frame.bytes(), maxBytes);
      if (bytes + push.frame.bytes() <= maxBytes) {
        append(push);
        return true;
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
      bytes += push.frame.bytes();
    }

    private boolean addLatest(Waiting push, int maxBytes) {
      var older = latest.remove(push.channel);
      if (older != null) {
        bytes -= older.frame.bytes();
        drop(older);
      }
      if (bytes + push.frame.bytes() > maxBytes) {
        drop(push);
        return true;
      }
      latest.put(push.channel, push);
      bytes += push.frame.bytes();
      return true;
    }

    private void makeRoom(int needed, int maxBytes) {
      var oldest = inOrder.iterator();
      while (bytes + needed > maxBytes && oldest.hasNext()) {
        var push = oldest.next();
        if (push.droppable()) {
          oldest.remove();
          bytes -= push.frame.bytes();
          gaps.add(push.channel);
          drop(push);
        }
      }
    }

    private void drop(Waiting push) {
      observer.dropped(1, push.frame.bytes());
      push.frame.release();
    }

    Set<String> takeGaps() {
      var taken = Set.copyOf(gaps);
      gaps.clear();
      return taken;
    }

    /** True when nothing waits any more. */
    boolean drain(Socket socket) {
      while (socket.writable()) {
        var next = inOrder.isEmpty() ? pollLatest() : inOrder.poll();
        if (next == null) {
          return gaps.isEmpty();
        }
        bytes -= next.frame.bytes();
        socket.write(next.frame);
      }
      return inOrder.isEmpty() && latest.isEmpty() && gaps.isEmpty();
    }

    private @Nullable Waiting pollLatest() {
      var first = latest.pollFirstEntry();
      return first == null ? null : first.getValue();
    }

    void clear() {
      inOrder.forEach(push -> push.frame.release());
      latest.values().forEach(push -> push.frame.release());
    }
  }
}
