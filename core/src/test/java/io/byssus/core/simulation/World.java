package io.byssus.core.simulation;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker;
import io.byssus.core.channel.Retention;
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
import java.util.function.ToLongFunction;

/** What all clients of a simulation know together, and must agree on. */
final class World {
  private static final Optional<Position> NOWHERE = Optional.of(new Position("nowhere", 0));

  private final Optional<Check> only;
  private final Map<Place, Json> byPlace = new HashMap<>();
  private final Map<Json, Place> placeOf = new HashMap<>();
  private final Map<String, Set<Position>> wentOn = new HashMap<>();
  private Optional<FailoverBroker> failovers = Optional.empty();
  private ToLongFunction<String> oldestKept = _ -> 0;
  private final Map<String, SimulatedClient> holders = new HashMap<>();
  private final Map<String, Set<Json>> owed = new HashMap<>();
  private final Map<String, Set<Json>> received = new HashMap<>();
  private final Set<String> excused = new HashSet<>();
  private final Map<Gap, Integer> losses = new EnumMap<>(Gap.class);
  private final Set<Json> refused = new HashSet<>();
  private boolean well;
  private long texts;
  private int deliveries;
  private int directs;

  /**
   * @param only the one check that is looked at
   */
  World(Optional<Check> only) {
    this.only = only;
  }

  private record Place(String channel, Position position) {}

  /** From here on positions are those of this broker. */
  void failovers(FailoverBroker broker) {
    failovers = Optional.of(broker);
  }

  /** Whether both are the same place of the channel, {@code later} perhaps in a newer epoch. */
  boolean same(String channel, Position earlier, Position later) {
    return failovers
        .map(broker -> broker.same(channel, earlier, later))
        .orElse(earlier.equals(later));
  }

  /** Whether what is in the one epoch up to {@code earlier} is in that of {@code later} too. */
  boolean goesOn(String channel, Position earlier, Position later) {
    return same(channel, earlier, later.at(earlier.offset()));
  }

  /** The node remembers where the session goes on: by an ack, or after a loss. */
  void wentOn(String session, String channel, Position position) {
    if (position.epoch().startsWith(SimulatedClient.NONSENSE)) {
      return;
    }
    wentOn.computeIfAbsent(session + '@' + channel, none -> new HashSet<>()).add(position);
  }

  /**
   * Whether the node may have told the session to go on here. A client that holds no positions goes
   * on there even if it was cut off before it heard so.
   */
  boolean mayGoOn(String session, String channel, Position position) {
    return wentOn.getOrDefault(session + '@' + channel, Set.of()).stream()
        .anyMatch(known -> same(channel, known, position));
  }

  /** The engine behind all trouble. */
  void truth(Broker broker, Retention retention) {
    oldestKept =
        channel ->
            broker
                .history(channel, NOWHERE, Bounds.NOTHING, retention)
                .toCompletableFuture()
                .join()
                .from()
                .offset();
  }

  /**
   * Somebody who had everything up to {@code mine} goes on from {@code place}. What lies between
   * the two may be lost or dropped, but not still be there.
   */
  void skipsNothing(String channel, Position mine, Position place) {
    var seen =
        failovers
            .map(broker -> broker.shared(channel, mine, place))
            .orElseGet(() -> mine.epoch().equals(place.epoch()) ? mine.offset() : 0);
    check(
        place.offset() <= Math.max(seen, oldestKept.applyAsLong(channel)),
        "who held "
            + mine
            + " of "
            + channel
            + " goes on from "
            + place
            + ", though after "
            + seen
            + " there is more");
  }

  void check(boolean promise, String otherwise) {
    check(Check.DELIVERY, promise, otherwise);
  }

  void check(Check check, boolean promise, String otherwise) {
    if (!promise && only.map(one -> one == check).orElse(check.demanded())) {
      throw new Check.Broken(check, otherwise);
    }
  }

  /** From here on nothing goes wrong any more. */
  void well() {
    well = true;
  }

  boolean isWell() {
    return well;
  }

  /** It was refused, so nobody ever hears of it. */
  void refused(Json data) {
    refused.add(data);
  }

  /** Never the same twice. */
  Json newText() {
    return SimulatedClient.text("m" + ++texts);
  }

  /** A client was shown {@code data} at this place: so everybody is, and nowhere else. */
  void seen(String channel, Position position, Json data) {
    deliveries++;
    check(Check.OUTCOME, !refused.contains(data), data + " was refused, and is published");
    place(channel, position, data);
  }

  void published(Command.Publish publish, Optional<Position> position) {
    position.ifPresent(place -> place(publish.channel(), place, publish.data()));
  }

  private void place(String channel, Position position, Json data) {
    var birth = failovers.map(broker -> broker.birth(channel, position)).orElse(position);
    var place = new Place(channel, birth);
    var there = byPlace.putIfAbsent(place, data);
    check(there == null || there.equals(data), place + " is " + there + " and also " + data);
    var elsewhere = placeOf.put(data, place);
    check(
        elsewhere == null || elsewhere.equals(place) || lost(elsewhere) || lost(place),
        data + " is at " + elsewhere + " and also at " + place);
  }

  /** What a failover has lost may be published again. */
  private boolean lost(Place place) {
    return failovers.map(broker -> broker.lost(place.channel, place.position)).orElse(false);
  }

  void sent(Command.Send send) {
    if (send.to() instanceof Target.ToSession(var session)) {
      owed.computeIfAbsent(session, none -> new HashSet<>()).add(send.data());
    }
  }

  void received(String session, Json data) {
    directs++;
    check(Check.OUTCOME, !refused.contains(data), data + " was refused, and is sent");
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
