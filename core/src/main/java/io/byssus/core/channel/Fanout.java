package io.byssus.core.channel;

import io.byssus.core.NodeObserver;
import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one lane's connections, and the writing of publications to them. Confined to
 * that lane; feeds send it tasks.
 *
 * <p>Publications of a channel wait until the turn ends (or {@code joinDelay} has passed) and leave
 * together: one block of bytes for each encoding, one write and one flush for each connection.
 * System calls are what a broadcast costs.
 */
@LaneConfined
final class Fanout {
  /** So often may a channel move on while an acknowledgement is under way. */
  private static final int EPOCHS_BEFORE = 8;

  private final Lane lane;
  private final Namespaces namespaces;
  private final NodeObserver observer;
  private final long joinDelayNs;
  private final Map<String, Audience> audiences = new HashMap<>();
  private final Runnable writeDue = this::writeDue;

  /** Whom something waits for, and, while it is written, whom something has come for meanwhile. */
  private List<Audience> due = new ArrayList<>();

  private List<Audience> spare = new ArrayList<>();
  private boolean scheduled;
  private final List<Runnable> probes = new ArrayList<>();
  private @Nullable Throwable told;

  Fanout(Lane lane, Namespaces namespaces, NodeObserver observer, long joinDelayNs) {
    this.lane = lane;
    this.namespaces = namespaces;
    this.observer = observer;
    this.joinDelayNs = joinDelayNs;
  }

  Lane lane() {
    return lane;
  }

  /**
   * From here on the subscription gets what is delivered. What was delivered before has gone to the
   * others first.
   *
   * @param position where the subscription stands, empty where there are no positions
   */
  void add(Subscription subscription, Optional<Position> position) {
    lane.check();
    var audience = audiences.computeIfAbsent(subscription.channel(), this::audience);
    audience.write();
    position.ifPresent(audience::reach);
    subscription.slot(audience.members.size());
    audience.members.add(subscription);
  }

  void remove(Subscription subscription) {
    lane.check();
    var audience = audiences.get(subscription.channel());
    if (audience != null && subscription.live()) {
      var members = audience.members;
      var last = members.removeLast();
      if (last != subscription) {
        members.set(subscription.slot(), last);
        last.slot(subscription.slot());
      }
      subscription.connection().forget(subscription.channel());
      if (members.isEmpty()) {
        audiences.remove(subscription.channel());
      }
    }
    subscription.leave();
  }

  /** How many channels have live subscriptions here. */
  int size() {
    return audiences.size();
  }

  /**
   * Whether a client here can have handled the channel up to {@code position}: it was sent so far,
   * in this epoch or, the channel having moved on since, in one before.
   */
  boolean sent(String channel, Position position) {
    lane.check();
    var audience = audiences.get(channel);
    return audience != null
        && position.offset() <= audience.delivered
        && (position.epoch().equals(audience.epoch)
            || audience.epochsBefore.contains(position.epoch()));
  }

  /**
   * @param name the channel, or the pattern that it matches
   */
  void deliver(String name, Push push) {
    lane.check();
    var audience = audiences.get(name);
    if (audience == null) {
      return;
    }
    try {
      audience.waiting.add(push);
      if (audience.waiting.size() == 1) {
        due.add(audience);
      }
      writeSoon();
    } catch (Throwable failure) {
      audience.fail(failure);
    }
  }

  /** Runs {@code alive} by the way that publications take: when all that is due is written. */
  void probe(Runnable alive) {
    lane.check();
    probes.add(alive);
    writeSoon();
  }

  /** Tells the subscriptions that they miss something, and where they go on. */
  void gap(String channel, Gap reason, Position position) {
    lane.check();
    var audience = audiences.get(channel);
    if (audience != null) {
      audience.write();
      audience.reach(position);
      var missed = new ServerMessage.Missed(channel, reason, Optional.of(position));
      audience.tell(missed);
    }
  }

  /** Tells the subscriptions that they stand where they did, in a newer epoch. */
  void move(String channel, Position position) {
    lane.check();
    var audience = audiences.get(channel);
    if (audience != null) {
      audience.write();
      audience.reach(position);
      var here = Optional.of(position);
      var moved = new ServerMessage.Subscribed(Command.NO_ID, channel, here, Recovery.COMPLETE, 0);
      audience.tell(moved);
    }
  }

  private void writeSoon() {
    if (scheduled) {
      return;
    }
    if (joinDelayNs > 0) {
      lane.schedule(joinDelayNs, writeDue);
    } else {
      lane.afterTurn(writeDue);
    }
    scheduled = true;
  }

  /** The list is taken out first: whatever becomes of it, the next publication finds a new one. */
  private void writeDue() {
    scheduled = false;
    var now = due;
    due = spare;
    spare = now;
    try {
      if (now.size() == 1) {
        now.getFirst().write();
      } else {
        now.forEach(audience -> audience.write(Flush.LATER));
        now.forEach(Audience::flush);
      }
    } finally {
      now.clear();
    }
    while (!probes.isEmpty()) {
      lane.attempt(probes.removeLast());
    }
  }

  private Audience audience(String channel) {
    return new Audience(channel, namespaces.of(channel));
  }

  private enum Flush {
    EACH,
    LATER
  }

  /** The live subscriptions of one channel on this lane, and what they have yet to be sent. */
  private final class Audience {
    private final String channel;
    private final Namespace namespace;
    private final ArrayList<Subscription> members = new ArrayList<>(1);
    private final List<Push> waiting = new ArrayList<>(1);
    private long delivered;
    private String epoch = "";

    /** Those that clients here may still count in, newest last. */
    private List<String> epochsBefore = List.of();

    Audience(String channel, Namespace namespace) {
      this.channel = channel;
      this.namespace = namespace;
    }

    void reach(Position position) {
      delivered = Math.max(delivered, position.offset());
      if (!position.epoch().equals(epoch)) {
        if (!epoch.isEmpty()) {
          var before = new ArrayList<>(epochsBefore);
          before.add(epoch);
          var forgotten = Math.max(0, before.size() - EPOCHS_BEFORE);
          epochsBefore = List.copyOf(before.subList(forgotten, before.size()));
        }
        epoch = position.epoch();
      }
    }

    void write() {
      write(Flush.EACH);
    }

    /** Never throws: whom it cannot be written to is told otherwise. */
    void write(Flush flush) {
      if (waiting.isEmpty()) {
        return;
      }
      int reached = 0;
      try (var blocks = new Blocks(encoding -> block(encoding))) {
        // Downwards, because a member whose outbox overflows leaves, and the last takes its slot.
        for (int i = members.size() - 1; i >= 0; i--) {
          var connection = members.get(i).connection();
          try {
            var block = blocks.of(connection.encoding());
            if (block == null) {
              fail(connection, blocks.failure());
              continue;
            }
            connection.push(block.retain(), channel, namespace.overflow());
            if (flush == Flush.EACH) {
              connection.flush();
            }
            if (connection.open()) {
              reached++;
            }
          } catch (Throwable failure) {
            fail(connection, failure);
          }
        }
      } catch (Throwable failure) {
        fail(failure);
      }
      if (!waiting.isEmpty()) {
        delivered = Math.max(delivered, waiting.getLast().item().offset());
        observer.delivered(channel, waiting.size(), reached);
        waiting.clear();
      }
    }

    /**
     * Nobody here gets what waits: the connections end, so that their clients come back and read it
     * from the history, or hear that there is none.
     */
    void fail(Throwable failure) {
      waiting.clear();
      for (int i = members.size() - 1; i >= 0; i--) {
        fail(members.get(i).connection(), failure);
      }
    }

    /** A failure that many share is told once. */
    private void fail(Connection connection, Throwable failure) {
      if (failure != told) {
        told = failure;
        lane.failed(failure);
      }
      connection.abort();
    }

    void tell(ServerMessage message) {
      for (int i = members.size() - 1; i >= 0; i--) {
        var connection = members.get(i).connection();
        try {
          connection.sendAfter(channel, message);
        } catch (Throwable failure) {
          fail(connection, failure);
        }
      }
    }

    private Frame block(Encoding encoding) {
      var units = new ArrayList<byte[]>(waiting.size());
      for (var push : waiting) {
        units.add(push.encoded(encoding));
      }
      return encoding.frame(units);
    }

    void flush() {
      for (int i = members.size() - 1; i >= 0; i--) {
        var connection = members.get(i).connection();
        try {
          connection.flush();
        } catch (Throwable failure) {
          fail(connection, failure);
        }
      }
    }
  }

  /** The same publications in each encoding that someone here reads; mostly there is one. */
  private static final class Blocks implements AutoCloseable {
    private final Function<Encoding, Frame> make;
    private final List<Encoding> encodings = new ArrayList<>(2);
    private final List<@Nullable Frame> frames = new ArrayList<>(2);
    private @Nullable Throwable failure;

    Blocks(Function<Encoding, Frame> make) {
      this.make = make;
    }

    /** Null when it could not be made; {@link #failure} says why. */
    @Nullable Frame of(Encoding encoding) {
      for (int i = 0; i < encodings.size(); i++) {
        if (encodings.get(i) == encoding) {
          return frames.get(i);
        }
      }
      Frame frame = null;
      try {
        frame = make.apply(encoding);
      } catch (Throwable thrown) {
        failure = thrown;
      }
      encodings.add(encoding);
      frames.add(frame);
      return frame;
    }

    Throwable failure() {
      return Objects.requireNonNull(failure);
    }

    @Override
    public void close() {
      for (var frame : frames) {
        if (frame != null) {
          frame.release();
        }
      }
    }
  }
}
