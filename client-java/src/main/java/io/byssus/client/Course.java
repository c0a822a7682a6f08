package io.byssus.client;

import io.byssus.protocol.Gap;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage;
import java.util.List;
import java.util.Optional;

/**
 * Where a subscription stands, by the table of section 8 of the protocol: what each thing that is
 * heard does to the position, and what of it the program is told. A position never jumps to where
 * the missed messages end before they have come. Confined to the lane.
 */
final class Course {
  private Optional<Position> place;
  private int missed;
  private int missedLeft;

  Course(Optional<Position> place) {
    this.place = place;
  }

  /** Up to here all has been received. */
  Optional<Position> place() {
    return place;
  }

  List<FeedEvent> subscribed(ServerMessage.Subscribed said) {
    var told = new FeedEvent.Subscribed(said.position());
    if (said.recovery() instanceof Recovery.Complete && said.missed() > 0) {
      missed = said.missed();
      missedLeft = said.missed();
      return List.of(told);
    }
    if (said.recovery() instanceof Recovery.Lost lost) {
      // Never asked for again from where it cannot be had.
      place = said.position();
      missedLeft = 0;
      return List.of(told, new FeedEvent.Recovered(false, Optional.of(lost.reason()), 0));
    }
    if (said.position().isPresent() || said.recovery() instanceof Recovery.NotAsked) {
      place = said.position();
    }
    return said.recovery() instanceof Recovery.NotAsked || missedLeft > 0
        ? List.of(told)
        : List.of(told, new FeedEvent.Recovered(true, Optional.empty(), 0));
  }

  /** Nothing is told of a message that was there before. */
  List<FeedEvent> message(ServerMessage.Message said) {
    var item = said.item();
    var counted = item.offset() > 0 && said.pattern().isEmpty();
    var wasMissed = missedLeft > 0;
    if (wasMissed) {
      missedLeft--;
    }
    var recovered =
        wasMissed && missedLeft == 0
            ? Optional.of(new FeedEvent.Recovered(true, Optional.empty(), missed))
            : Optional.<FeedEvent>empty();
    if (counted && place.isPresent() && item.offset() <= place.get().offset()) {
      return recovered.map(List::of).orElseGet(List::of);
    }
    if (counted) {
      place = place.map(at -> at.at(item.offset()));
    }
    var epoch = counted ? place.map(Position::epoch).orElse("") : "";
    var message = Messages.of(said, epoch, wasMissed);
    return recovered.<List<FeedEvent>>map(end -> List.of(message, end)).orElse(List.of(message));
  }

  FeedEvent gap(Gap reason, Optional<Position> goesOnFrom) {
    if (goesOnFrom.isPresent()) {
      place = goesOnFrom;
    }
    return new FeedEvent.Lost(reason);
  }

  /** The connection is gone, and with it what was still to come of the missed ones. */
  void broken() {
    missedLeft = 0;
  }
}
