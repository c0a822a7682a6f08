package io.byssus.core.operations;

import io.byssus.core.Budgets;
import io.byssus.core.Limits;
import io.byssus.core.NodeObserver;
import io.byssus.core.channel.Hub;
import io.byssus.core.channel.Piece;
import io.byssus.core.connection.Connection;
import io.byssus.core.connection.Encoding;
import io.byssus.core.connection.Peer;
import io.byssus.core.connection.Socket;
import io.byssus.core.lane.Lane;
import io.byssus.core.lane.LaneConfined;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.core.session.ResumeTokens;
import io.byssus.core.session.Session;
import io.byssus.core.session.StoredSession;
import io.byssus.core.session.Subscription;
import io.byssus.core.session.TokenHash;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.Command;
import io.byssus.protocol.Decoded;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A program that follows one channel: a connection with one subscription, and a session that no
 * store knows of, because the program itself keeps the position to go on from. So it hears what a
 * client hears, by the same way and with the same consequences when it is slow. Confined to its
 * lane but for {@link #takesMore} and {@link #end}.
 */
@LaneConfined
public final class Watching implements Connection.Receiver {
  private static final int PIECE_BYTES = 64 << 10;

  /** None of the cluster's runs is called so: its names are not empty. */
  private static final Lease NOT_STORED = new Lease("watch", new Owner("", ""), 0);

  private final Lane lane;
  private final Hub hub;
  private final Connection connection;
  private final Subscription subscription;
  private Optional<Position> at;
  private boolean told;
  private boolean readOnWhenDrained;

  private Watching(
      Lane lane,
      Hub hub,
      Limits limits,
      Budgets budgets,
      Watch watch,
      String channel,
      Optional<Position> from) {
    this.lane = lane;
    this.hub = hub;
    this.at = from;
    this.connection =
        new Connection(
            lane,
            watch.socket(),
            watch.encoding(),
            new Peer("", false),
            limits.outboxBytes(),
            budgets.sending(),
            new NodeObserver() {},
            any -> this);
    this.subscription =
        new Session(connection, NOT_STORED, nobody()).subscribe(channel, Optional.empty());
  }

  /**
   * Where what is heard goes, and in which form.
   *
   * @param encoding of this watch alone, used on its lane alone
   */
  public record Watch(Socket socket, Encoding encoding) {}

  /** On {@code lane}. */
  static Watching begin(
      Lane lane,
      Hub hub,
      Limits limits,
      Budgets budgets,
      Watch watch,
      String channel,
      Optional<Position> from) {
    lane.check();
    var watching = new Watching(lane, hub, limits, budgets, watch, channel, from);
    hub.join(watching.subscription, from, PIECE_BYTES, watching::joined);
    return watching;
  }

  private static StoredSession nobody() {
    return new StoredSession(
        "watch", "", ResumeTokens.first(TokenHash.of("watch")), Map.of(), Set.of(), Map.of(), 0);
  }

  private void joined(Piece piece) {
    var moved =
        at.isPresent()
            && piece.from().isPresent()
            && !at.get().epoch().equals(piece.from().get().epoch());
    if (!told || moved && piece.recovery() instanceof Recovery.Complete) {
      told = true;
      connection.send(
          new ServerMessage.Subscribed(
              Command.NO_ID, subscription.channel(), piece.from(), piece.recovery(), 0));
    } else if (piece.recovery() instanceof Recovery.Lost(var reason)) {
      connection.send(new ServerMessage.Missed(subscription.channel(), reason, piece.from()));
    }
    for (var item : piece.items()) {
      connection.send(new ServerMessage.Message(subscription.channel(), "", item));
    }
    at = piece.from().map(from -> from.at(from.offset() + piece.items().size()));
    if (!piece.live() && connection.open()) {
      readOn();
    }
  }

  private void readOn() {
    readOnWhenDrained = connection.congested();
    if (!readOnWhenDrained) {
      hub.readOn(subscription, PIECE_BYTES);
    }
  }

  /** The socket takes more again. From any thread. */
  public void takesMore() {
    lane.execute(connection::drained);
  }

  /** Whoever watched is gone. From any thread. */
  public void end() {
    lane.execute(() -> connection.close(CloseCode.NORMAL));
  }

  @Override
  public void received(Decoded decoded) {
    throw new IllegalStateException("a watch says nothing");
  }

  @Override
  public void drained() {
    if (readOnWhenDrained && !subscription.left()) {
      readOn();
    }
  }

  @Override
  public void gone(CloseCode code) {
    lane.check();
    hub.leave(subscription);
  }
}
