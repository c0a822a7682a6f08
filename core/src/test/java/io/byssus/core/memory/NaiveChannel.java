package io.byssus.core.memory;

import io.byssus.core.Bounds;
import io.byssus.core.channel.Broker.Outcome;
import io.byssus.core.channel.Broker.Page;
import io.byssus.core.channel.Retention;
import io.byssus.core.engine.EngineSettings;
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

  Page history(Optional<Position> after, Bounds bounds) {
    drop();
    var kept =
        everything.stream().filter(each -> each.dropped.isEmpty()).map(each -> each.item).toList();
    if (after.isEmpty()) {
      return page(Recovery.NOT_ASKED, fitting(kept.reversed(), bounds).reversed());
    }
    var reason = after.flatMap(this::loss);
    var seen = reason.equals(Optional.of(Gap.EPOCH)) ? 0 : after.get().offset();
    var items = fitting(kept.stream().filter(item -> item.offset() > seen).toList(), bounds);
    var first = kept.stream().mapToLong(Item::offset).filter(offset -> offset > seen).findFirst();
    return new Page(
        top(),
        top().at(first.orElse(everything.size() + 1L) - 1),
        reason.<Recovery>map(Recovery.Lost::new).orElse(Recovery.COMPLETE),
        items);
  }

  private Page page(Recovery recovery, List<Item> newest) {
    return new Page(top(), top().at(everything.size() - newest.size()), recovery, newest);
  }

  private static List<Item> fitting(List<Item> items, Bounds bounds) {
    var fitting = new ArrayList<Item>();
    for (var item : items) {
      var bytes = fitting.stream().mapToInt(each -> each.data().bytes()).sum();
      if (!bounds.fits(fitting.size(), bytes, item.data().bytes())) {
        return fitting;
      }
      fitting.add(item);
    }
    return fitting;
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
