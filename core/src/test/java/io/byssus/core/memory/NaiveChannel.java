package io.byssus.core.memory;

import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Broker.Page;
import io.byssus.core.channel.Retention;
import io.byssus.core.node.EngineSettings;
import io.byssus.protocol.Durability;
import io.byssus.protocol.Gap;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import io.byssus.protocol.Recovery;
import io.byssus.protocol.ServerMessage.Item;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One channel as the prose of the broker tells it, with no thought of speed or memory: everything
 * that was ever published is kept, each with what became of it.
 */
final class NaiveChannel {
  private final EngineSettings settings;
  private final Retention retention;
  private final List<Published> everything = new ArrayList<>();
  private final List<Used> uses = new ArrayList<>();
  private String epoch;
  private Duration now = Duration.ZERO;

  /**
   * @param epoch the one that the real channel happens to have
   */
  NaiveChannel(EngineSettings settings, Retention retention, String epoch) {
    this.settings = settings;
    this.retention = retention;
    this.epoch = epoch;
  }

  private static final class Published {
    final Item item;
    final Duration at;
    Optional<Gap> dropped = Optional.empty();

    Published(Item item, Duration at) {
      this.item = item;
      this.at = at;
    }
  }

  private record Used(String dedupe, Position position, Duration at) {}

  void advance(Duration time) {
    now = now.plus(time);
  }

  Position top() {
    return new Position(epoch, everything.size());
  }

  Outcome publish(Json data, String dedupe) {
    var first =
        uses.stream()
            .filter(use -> use.dedupe.equals(dedupe) && young(use.at, settings.dedupeWindow()))
            .findFirst();
    if (first.isPresent()) {
      return stored(first.get().position, true);
    }
    var item = new Item(everything.size() + 1, data, Optional.empty());
    everything.add(new Published(item, now));
    drop();
    if (!dedupe.isEmpty()) {
      uses.add(new Used(dedupe, top(), now));
    }
    return stored(top(), false);
  }

  private static Outcome stored(Position position, boolean duplicate) {
    return new Outcome.Stored(Optional.of(position), Durability.ACCEPTED, duplicate);
  }

  Page history(Optional<Position> after, int limit) {
    drop();
    var from = after.map(Position::offset).orElse((long) Math.max(0, everything.size() - limit));
    var reason = after.flatMap(this::loss);
    if (reason.isPresent()) {
      return new Page(top(), new Recovery.Lost(reason.get()), List.of());
    }
    var items =
        everything.stream()
            .filter(each -> each.dropped.isEmpty() && each.item.offset() > from)
            .map(each -> each.item)
            .limit(limit)
            .toList();
    return new Page(top(), after.isPresent() ? Recovery.COMPLETE : Recovery.NOT_ASKED, items);
  }

  private Optional<Gap> loss(Position after) {
    if (!after.epoch().equals(epoch)) {
      return Optional.of(Gap.EPOCH);
    }
    if (after.offset() > everything.size()) {
      return Optional.of(Gap.DIVERGED);
    }
    return everything.stream()
        .filter(each -> each.item.offset() > after.offset())
        .flatMap(each -> each.dropped.stream())
        .reduce((older, newer) -> newer);
  }

  /** First what is too old, then what is too much. */
  private void drop() {
    everything.stream()
        .filter(each -> each.dropped.isEmpty() && !young(each.at, retention.age()))
        .forEach(each -> each.dropped = Optional.of(Gap.EXPIRED));
    everything.stream()
        .filter(each -> each.dropped.isEmpty())
        .filter(each -> each.item.offset() <= everything.size() - retention.size())
        .forEach(each -> each.dropped = Optional.of(Gap.TRIMMED));
  }

  private boolean young(Duration at, Duration age) {
    return now.compareTo(at.plus(age)) < 0;
  }
}
