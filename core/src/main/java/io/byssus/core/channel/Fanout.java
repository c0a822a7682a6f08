package io.byssus.core.channel;

import io.byssus.core.NodeObserver;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Frame;
import io.byssus.core.lane.Lane;
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
import java.util.Optional;
import java.util.function.Function;

/**
 * The subscriptions of one lane's connections, and the writing of publications to them. Confined to
 * that lane; feeds send it tasks.
 *
 * <p>Publications of a channel wait until the turn ends (or {@code joinDelay} has passed) and leave
 * together: one block of bytes for each encoding, one write and one flush for each connection.
 * System calls are what a broadcast costs.
 */
final class Fanout {
  private final Lane lane;
  private final Namespaces namespaces;
  private final NodeObserver observer;
  private final long joinDelayNs;
  private final Map<String, Audience> audiences = new HashMap<>();
  private final List<Audience> due = new ArrayList<>();

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
   * @param offset where the subscription stands, 0 where there are no positions
   */
  void add(Subscription subscription, long offset) {
    lane.check();
    var audience = audiences.computeIfAbsent(subscription.channel(), this::audience);
    audience.write();
    audience.delivered = Math.max(audience.delivered, offset);
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

  /** The newest offset that was delivered on the channel here; 0 if none was. */
  long delivered(String channel) {
    lane.check();
    var audience = audiences.get(channel);
    return audience == null ? 0 : audience.delivered;
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
    audience.waiting.add(push);
    if (audience.waiting.size() == 1) {
      due.add(audience);
      if (due.size() == 1) {
        writeSoon();
      }
    }
  }

  /** Tells the subscriptions that they miss something, and where they go on. */
  void gap(String channel, Gap reason, Position position) {
    lane.check();
    var audience = audiences.get(channel);
    if (audience != null) {
      audience.write();
      audience.delivered = Math.max(audience.delivered, position.offset());
      var missed = new ServerMessage.Missed(channel, reason, Optional.of(position));
      List.copyOf(audience.members)
          .forEach(member -> member.connection().sendAfter(channel, missed));
    }
  }

  /** Tells the subscriptions that they stand where they did, in a newer epoch. */
  void move(String channel, Position position) {
    lane.check();
    var audience = audiences.get(channel);
    if (audience != null) {
      audience.write();
      var here = Optional.of(position);
      var moved = new ServerMessage.Subscribed(Command.NO_ID, channel, here, Recovery.COMPLETE, 0);
      List.copyOf(audience.members)
          .forEach(member -> member.connection().sendAfter(channel, moved));
    }
  }

  private void writeSoon() {
    if (joinDelayNs > 0) {
      lane.schedule(joinDelayNs, this::writeDue);
    } else {
      lane.afterTurn(this::writeDue);
    }
  }

  private void writeDue() {
    if (due.size() == 1) {
      due.getFirst().write();
    } else {
      due.forEach(audience -> audience.write(Flush.LATER));
      due.forEach(Audience::flush);
    }
    due.clear();
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

    Audience(String channel, Namespace namespace) {
      this.channel = channel;
      this.namespace = namespace;
    }

    void write() {
      write(Flush.EACH);
    }

    void write(Flush flush) {
      if (waiting.isEmpty()) {
        return;
      }
      try (var blocks = new Blocks(encoding -> block(encoding))) {
        // Downwards, because a member whose outbox overflows leaves, and the last takes its slot.
        for (int i = members.size() - 1; i >= 0; i--) {
          var connection = members.get(i).connection();
          connection.push(blocks.of(connection.encoding()).retain(), channel, namespace.overflow());
          if (flush == Flush.EACH) {
            connection.flush();
          }
        }
      }
      delivered = Math.max(delivered, waiting.getLast().item().offset());
      observer.delivered(channel, waiting.size(), members.size());
      waiting.clear();
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
        members.get(i).connection().flush();
      }
    }
  }

  /** The same publications in each encoding that someone here reads; mostly there is one. */
  private static final class Blocks implements AutoCloseable {
    private final Function<Encoding, Frame> make;
    private final List<Encoding> encodings = new ArrayList<>(2);
    private final List<Frame> frames = new ArrayList<>(2);

    Blocks(Function<Encoding, Frame> make) {
      this.make = make;
    }

    Frame of(Encoding encoding) {
      for (int i = 0; i < encodings.size(); i++) {
        if (encodings.get(i) == encoding) {
          return frames.get(i);
        }
      }
      var frame = make.apply(encoding);
      encodings.add(encoding);
      frames.add(frame);
      return frame;
    }

    @Override
    public void close() {
      frames.forEach(Frame::release);
    }
  }
}
