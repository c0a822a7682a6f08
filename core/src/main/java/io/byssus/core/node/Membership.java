package io.byssus.core.node;

import io.byssus.core.engine.ClusterBus;
import io.byssus.core.engine.ClusterBus.Announcement;
import io.byssus.core.session.Owner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who else is in the cluster: announcements and the time go in; members, suspects and the newly
 * gone come out. Pure, and confined to whoever asks.
 *
 * <p>A node that hears nobody may itself be the one that is cut off. What tells is its own voice: a
 * node announces itself as often as the others do and hears that by the same way, so while it does
 * not hear itself it judges nobody, and afterwards only by the silence since it hears again. That
 * covers a node which stood still, one whose engine was gone, and one that has just started.
 *
 * <p>To be judged gone wrongly costs a node's clients a reconnect, and no more: who has a session
 * is decided by its term.
 */
final class Membership {
  static final Duration SUSPECT_AFTER = Duration.ofSeconds(5);

  /** As long as a name is held. */
  static final Duration GONE_AFTER = ClusterBus.NAME_LEASE;

  private final Owner self;
  private final Map<String, Known> byName = new HashMap<>();

  /** Those that nobody here has heard, and since when the store says that they have sessions. */
  private final Map<Owner, Long> met = new HashMap<>();

  private boolean deaf = true;
  private long selfHeardAt;
  private long hearingSince;

  Membership(Owner self) {
    this.self = self;
  }

  /**
   * What is known of the present run of a name.
   *
   * @param previous the run before it, whose announcements may be late
   */
  private record Known(Announcement said, long heardAt, Optional<Owner> previous) {
    Owner owner() {
      return said.owner();
    }
  }

  /**
   * A run of a node was heard, perhaps itself.
   *
   * @return the run before it, if it had the same name and was taken for alive
   */
  Optional<Owner> announced(Announcement said, long now) {
    var owner = said.owner();
    if (owner.node().equals(self.node())) {
      // Another run of our own name: the engine decides which of us has it, and tells us.
      if (owner.equals(self)) {
        heardSelf(now);
        byName.put(owner.node(), new Known(said, now, Optional.empty()));
      }
      return Optional.empty();
    }
    met.remove(owner);
    var before = Optional.ofNullable(byName.get(owner.node()));
    if (before.flatMap(Known::previous).equals(Optional.of(owner))) {
      return Optional.empty(); // late: a newer run has the name
    }
    var replaced = before.map(Known::owner).filter(known -> !known.equals(owner));
    var previous = replaced.or(() -> before.flatMap(Known::previous));
    byName.put(owner.node(), new Known(said, now, previous));
    return replaced;
  }

  private void heardSelf(long now) {
    if (deaf || silent(selfHeardAt, now, SUSPECT_AFTER)) {
      hearingSince = now;
    }
    deaf = false;
    selfHeardAt = now;
  }

  /**
   * The store says that a run has a session. One that is alive will be heard; one that died before
   * anybody heard it is not known otherwise.
   */
  void met(Owner owner, long now) {
    if (!owner.equals(self) && !knows(owner)) {
      met.putIfAbsent(owner, now);
    }
  }

  /** A run ended in good order. True if it was known. */
  boolean left(Owner owner) {
    met.remove(owner);
    var known = byName.get(owner.node());
    if (known == null || !known.owner().equals(owner)) {
      return false;
    }
    byName.remove(owner.node());
    return true;
  }

  /** Those who have been silent for too long; each is told once. */
  List<Owner> gone(long now) {
    if (deaf || silent(selfHeardAt, now, SUSPECT_AFTER)) {
      deaf = true;
      return List.of();
    }
    var gone = new ArrayList<Owner>();
    for (var known : List.copyOf(byName.values())) {
      if (!known.owner().equals(self) && silent(counted(known.heardAt()), now, GONE_AFTER)) {
        byName.remove(known.owner().node());
        gone.add(known.owner());
      }
    }
    met.forEach((owner, since) -> {
      if (silent(counted(since), now, GONE_AFTER)) {
        gone.add(owner);
      }
    });
    gone.forEach(met::remove);
    return gone;
  }

  boolean knows(Owner owner) {
    var known = byName.get(owner.node());
    return known != null && known.owner().equals(owner);
  }

  /** All that are not gone, by name. While nobody is judged, nobody is suspected either. */
  List<NodeView> members(long now) {
    return byName.values().stream()
        .map(known -> view(known, now))
        .sorted(Comparator.comparing(view -> view.owner().node()))
        .toList();
  }

  private NodeView view(Known known, long now) {
    var said = known.said();
    var suspect = !deaf && silent(counted(known.heardAt()), now, SUSPECT_AFTER);
    return new NodeView(
        said.owner(),
        suspect ? NodeView.State.SUSPECT : NodeView.State.ALIVE,
        said.address(),
        said.version(),
        said.uptime(),
        said.connections(),
        said.sessions(),
        said.ready(),
        said.owner().equals(self));
  }

  /** From when on a silence counts that began then. */
  private long counted(long since) {
    return since - hearingSince > 0 ? since : hearingSince;
  }

  private static boolean silent(long since, long now, Duration most) {
    return now - since >= most.toNanos();
  }
}
