package io.byssus.core.simulation;

import io.byssus.protocol.Command;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Target;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What all clients of a simulation know together, and must agree on. */
final class World {
  private final Map<String, Json> byPlace = new HashMap<>();
  private final Map<Json, String> placeOf = new HashMap<>();
  private final Map<String, SimulatedClient> holders = new HashMap<>();
  private final Map<String, Set<Json>> owed = new HashMap<>();
  private final Map<String, Set<Json>> received = new HashMap<>();
  private final Set<String> excused = new HashSet<>();
  private final Map<Gap, Integer> losses = new EnumMap<>(Gap.class);
  private long texts;
  private int deliveries;
  private int directs;

  void check(boolean promise, String otherwise) {
    if (!promise) {
      throw new AssertionError(otherwise);
    }
  }

  /** Never the same twice. */
  Json newText() {
    return SimulatedClient.text("m" + ++texts);
  }

  /** A client was shown {@code data} at this place: so everybody is, and nowhere else. */
  void seen(String channel, Position position, Json data) {
    deliveries++;
    place(channel, position, data);
  }

  void published(Command.Publish publish, Optional<Position> position) {
    position.ifPresent(place -> place(publish.channel(), place, publish.data()));
  }

  private void place(String channel, Position position, Json data) {
    var place = channel + "@" + position.epoch() + ":" + position.offset();
    var there = byPlace.putIfAbsent(place, data);
    check(there == null || there.equals(data), place + " is " + there + " and also " + data);
    var elsewhere = placeOf.putIfAbsent(data, place);
    check(
        elsewhere == null || elsewhere.equals(place),
        data + " is at " + elsewhere + " and also at " + place);
  }

  void sent(Command.Send send) {
    if (send.to() instanceof Target.ToSession(var session)) {
      owed.computeIfAbsent(session, none -> new HashSet<>()).add(send.data());
    }
  }

  void received(String session, Json data) {
    directs++;
    check(
        received.computeIfAbsent(session, none -> new HashSet<>()).add(data),
        session + " received " + data + " twice");
  }

  void inboxGap(String session) {
    excused.add(session);
  }

  void welcomed(String session, SimulatedClient client) {
    var other = holders.put(session, client);
    check(other == null || other == client, session + " was given to two clients");
  }

  void sessionOver(String session) {
    excused.add(session);
  }

  void lost(Gap reason) {
    losses.merge(reason, 1, Integer::sum);
  }

  /** Everything that was said to be sent to {@code session} has reached it. */
  void checkInbox(String session) {
    if (!excused.contains(session)) {
      var missing = new HashSet<>(owed.getOrDefault(session, Set.of()));
      missing.removeAll(received.getOrDefault(session, Set.of()));
      check(missing.isEmpty(), session + " never received " + missing);
    }
  }

  int deliveries() {
    return deliveries;
  }

  int directs() {
    return directs;
  }

  Map<Gap, Integer> losses() {
    return losses;
  }
}
