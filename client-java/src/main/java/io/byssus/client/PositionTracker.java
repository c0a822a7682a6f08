package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a subscription stands, by the table of section 8 of the protocol: what each thing that is
 * heard does to the position, and what of it the program is told. A position never jumps to where
 * the missed messages end before they have come. Confined to the lane.
 */
final class PositionTracker {
  private static final String HOLE = "hole";

  private Optional<Position> place;
  private int missed;
  private int missedLeft;

  /** In which the missed ones count, for a place that is not known before the first of them. */
  private Optional<String> epoch = Optional.empty();

  /** Whether the present connection has said that there is a subscription. */
  private boolean confirmed;

  /** Whether the server has said that the next message is not the next offset. */
  private boolean mayLeap;

  PositionTracker(Optional<Position> place) {
    this.place = place;
  }

  /** Up to here all has been received. */
  Optional<Position> place() {
    return place;
  }

  /** Whether the present connection has said that there is a subscription. */
  boolean confirmed() {
    return confirmed;
  }

  /** There is one, and nobody has said where it stands: it goes on from wherever it is. */
  void confirm() {
    confirmed = true;
  }

  /** Before anything was heard. */
  void startAfter(Position from) {
    place = Optional.of(from);
  }

  List<StreamEvent> onSubscribed(ServerMessage.Subscribed said) {
    var told = new StreamEvent.Subscribed(said.position());
    confirmed = true;
    mayLeap = false;
    if (said.recovery() instanceof Recovery.Complete && said.missed() > 0) {
      missed = said.missed();
      missedLeft = said.missed();
      epoch = said.position().map(Position::epoch);
      return List.of(told);
    }
    if (said.recovery() instanceof Recovery.Lost lost) {
      // Never asked for again from where it cannot be had.
      place = said.position();
      missedLeft = 0;
      return List.of(told, new StreamEvent.Recovered(false, Optional.of(lost.reason()), 0));
    }
    if (said.position().isPresent() || said.recovery() instanceof Recovery.NotAsked) {
      place = said.position();
    }
    return said.recovery() instanceof Recovery.NotAsked || missedLeft > 0
        ? List.of(told)
        : List.of(told, new StreamEvent.Recovered(true, Optional.empty(), 0));
  }

  /** Nothing is told of a message that was there before. */
  List<StreamEvent> onMessage(ServerMessage.Message said) {
    if (!confirmed) {
      return List.of(); // of an earlier subscription, which has ended
    }
    var item = said.item();
    var counted = item.offset() > 0 && said.pattern().isEmpty();
    var wasMissed = missedLeft > 0;
    if (wasMissed) {
      missedLeft--;
    }
    var events = new ArrayList<StreamEvent>();
    if (!counted || place.isEmpty() || item.offset() > place.get().offset()) {
      if (counted && place.isPresent() && leaps(place.get(), item.offset())) {
        events.add(new StreamEvent.Lost(HOLE));
      }
      if (counted) {
        place =
            place.map(Position::epoch).or(() -> epoch).map(in -> new Position(in, item.offset()));
      }
      mayLeap = false;
      events.add(
          Messages.of(said, counted ? place.map(Position::epoch).orElse("") : "", wasMissed));
    }
    if (wasMissed && missedLeft == 0) {
      events.add(new StreamEvent.Recovered(true, Optional.empty(), missed));
    }
    return events;
  }

  private boolean leaps(Position from, long offset) {
    return offset > from.offset() + 1 && !mayLeap;
  }

  /** Among what was missed: the channel dropped some of that before it could be sent. */
  List<StreamEvent> onGap(Gap reason, Optional<Position> goesOnFrom) {
    if (goesOnFrom.isPresent()) {
      place = goesOnFrom;
    }
    mayLeap = goesOnFrom.isEmpty();
    var lost = new StreamEvent.Lost(reason.wire());
    if (missedLeft == 0) {
      return List.of(lost);
    }
    var came = missed - missedLeft;
    missedLeft = 0;
    return List.of(lost, new StreamEvent.Recovered(false, Optional.of(reason), came));
  }

  /** The connection is gone, and with it what was still to come of the missed ones. */
  void onConnectionLost() {
    missedLeft = 0;
    confirmed = false;
  }
}
