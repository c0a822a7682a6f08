package io.byssus.core.node;

import io.byssus.core.channel.Hub;
import io.byssus.core.channel.Joined;
import io.byssus.core.channel.Piece;
import io.byssus.core.connection.Connection;
import io.byssus.core.session.Origin;
import io.byssus.core.session.Subscription;
import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import io.byssus.protocol.ServerMessage.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One subscription on its way in: the client is told where it stands, and sent what it missed piece
 * by piece, as it takes them, until it is live. Confined to the connection's lane.
 */
final class Restoring implements Joined {
  private static final int BLOCK_BYTES = 32 << 10;

  private final Hub hub;
  private final Connection connection;
  private final Readings readings;
  private final Subscription subscription;
  private final long id;
  private final boolean asked;
  private final Supplier<Places> places;
  private final Runnable begun;
  private final Runnable done;

  /** Where the client stands when it has all that was sent; empty: from now on. */
  private Optional<Position> at;

  private boolean first = true;

  /**
   * @param id of the command; {@link Command#NO_ID} in a resume
   * @param from where to read on from
   * @param asked whether the client hears of the recovery
   * @param places where it goes on after a loss
   * @param begun the client was told where it stands
   * @param done it is live
   */
  Restoring(
      Hub hub,
      Readings readings,
      Subscription subscription,
      long id,
      Optional<Position> from,
      boolean asked,
      Supplier<Places> places,
      Runnable begun,
      Runnable done) {
    this.hub = hub;
    this.connection = subscription.connection();
    this.readings = readings;
    this.subscription = subscription;
    this.id = id;
    this.at = from;
    this.asked = asked;
    this.places = places;
    this.begun = begun;
    this.done = done;
  }

  void start() {
    readings.ask(() -> {
      if (subscription.left()) {
        readings.came();
      } else {
        hub.join(subscription, at, readings.pieceBytes(), this);
      }
    });
  }

  private void readOn() {
    readings.ask(() -> {
      if (subscription.left()) {
        readings.came();
      } else {
        hub.readOn(subscription, readings.pieceBytes());
      }
    });
  }

  @Override
  public void joined(Piece piece) {
    if (first) {
      tellPlace(piece);
    } else {
      tellChange(piece);
    }
    replay(piece.items());
    if (!connection.open()) {
      return; // it could not take all that; its session goes in a task of its own
    }
    if (piece.recovery() instanceof Recovery.Lost && piece.from().isPresent()) {
      // The position it came with is useless: the next resume must not start there again.
      places.get().keep(subscription, piece.from().get());
    }
    at = piece.from().map(from -> from.at(from.offset() + piece.items().size()));
    if (!piece.live()) {
      readOn();
    }
    readings.came();
    if (first) {
      first = false;
      begun.run();
    }
    if (piece.live()) {
      done.run();
    }
  }

  /**
   * With nothing missing the client keeps its position, and what was missed leads up to the one it
   * is told; else it takes the one that is told, which what follows goes on from.
   */
  private void tellPlace(Piece piece) {
    var told = told(piece);
    if (told instanceof Recovery.Complete && !piece.items().isEmpty()) {
      moveTo(piece);
      var missed = (int) (piece.top() - piece.from().orElseThrow().offset());
      tell(piece.from().map(from -> from.at(piece.top())), told, missed);
    } else {
      tell(piece.from(), told, 0);
    }
  }

  private void tell(Optional<Position> position, Recovery recovery, int missed) {
    var by =
        subscription.session().origin(subscription.channel()) == Origin.SERVER
            ? ServerMessage.Subscribed.SERVER
            : "";
    connection.send(
        new ServerMessage.Subscribed(id, subscription.channel(), position, recovery, missed, by));
  }

  /**
   * A client that asks for the past of a channel which keeps none is told so; one that does not ask
   * hears nothing of it.
   */
  private Recovery told(Piece piece) {
    if (!asked) {
      return piece.recovery() instanceof Recovery.Lost ? piece.recovery() : Recovery.NOT_ASKED;
    }
    return piece.from().isEmpty() ? new Recovery.Lost(Gap.EPHEMERAL) : piece.recovery();
  }

  /** What happened to the channel since the client was told where it stands. */
  private void tellChange(Piece piece) {
    if (piece.recovery() instanceof Recovery.Lost(var reason)) {
      connection.send(new ServerMessage.Missed(subscription.channel(), reason, piece.from()));
    } else {
      moveTo(piece);
    }
  }

  /**
   * When what was missed follows in a newer epoch than that of the position it is read on from, the
   * client is moved there first: it then counts on in the epoch that its next resume needs.
   */
  private void moveTo(Piece piece) {
    if (at.isPresent()
        && piece.from().isPresent()
        && !at.get().epoch().equals(piece.from().get().epoch())) {
      connection.send(
          new ServerMessage.Subscribed(
              Command.NO_ID, subscription.channel(), piece.from(), Recovery.COMPLETE, 0));
    }
  }

  private void replay(List<Item> items) {
    var encoding = connection.encoding();
    var units = new ArrayList<byte[]>();
    long bytes = 0;
    for (var item : items) {
      var unit = encoding.encode(new ServerMessage.Message(subscription.channel(), "", item));
      if (bytes + unit.length > BLOCK_BYTES && !units.isEmpty()) {
        connection.send(encoding.frame(units));
        units.clear();
        bytes = 0;
      }
      units.add(unit);
      bytes += unit.length;
    }
    if (!units.isEmpty()) {
      connection.send(encoding.frame(units));
    }
  }
}
