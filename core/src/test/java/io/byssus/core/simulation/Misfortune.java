package io.byssus.core.simulation;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What may go wrong in a run. Each run draws some of them. */
enum Misfortune {
  /** Several nodes, between which sessions move. */
  CLUSTER,
  /** Steps of any port are not done, or done and not answered, or late, or twice. */
  LOST_ANSWERS,
  /** The channels fail over and may lose their newest publications. */
  FAILOVERS,
  /** Peers that read slowly or stop reading for a while; the transport holds little. */
  SLOW_PEERS,
  /** Nodes that cannot reach the engine for a while. */
  OUTAGES,
  /** In an outage all that is asked fails as surely not done. Nothing is ever unknown. */
  ONLY_SURE_FAILURES,
  /** The node hears again and again that the engine is back. */
  FLAPPING,
  /** Nodes that are killed, and run anew under the same name. */
  KILLS,
  /** Nodes that stand still while the others go on. */
  PAUSES,
  /** Notices between nodes are lost. */
  LOST_NOTICES,
  /** A client comes back elsewhere while its old connection still answers. */
  GHOSTS,
  /** The directory and presence lose entries. */
  FORGETFUL_INDEX,
  /** An observer throws. */
  THROWING_OBSERVERS,
  /** An encoder throws. */
  THROWING_ENCODERS,
  /** There is no memory for a ping. */
  THROWING_PINGS,
  /** Clients acknowledge positions of epochs that never were. */
  NONSENSE,
  /** Many sessions end at one time. */
  CROWDS,
  /** Clients that are known by who they are, and come back the moment their time has passed. */
  IDENTITIES,
  /** Sessions that time out within a run. */
  SHORT_LIVES,
  /** The engine's clock runs ahead for some seconds at once. */
  HASTY_ENGINE,
  /** The engine's clock leaps by an hour. */
  LEAPING_ENGINE,
  /** The engine forgets all sessions, and who is listed and present. */
  FORGETFUL_ENGINE;

  /** What nodes cannot bear yet. */
  private static final Set<Misfortune> NOT_YET =
      named("byssus.without", EnumSet.of(LEAPING_ENGINE));

  private static final int ONE_IN = 3;

  static Set<Misfortune> drawn(RandomGenerator random) {
    var drawn = EnumSet.noneOf(Misfortune.class);
    for (var each : values()) {
      if (random.nextInt(ONE_IN) == 0) {
        drawn.add(each);
      }
    }
    drawn.removeAll(NOT_YET);
    if (drawn.contains(FORGETFUL_ENGINE)) {
      drawn.remove(CLUSTER); // several nodes then: not demanded yet, but by NodesHealTheEngineTest
    }
    return drawn;
  }

  private static Set<Misfortune> named(String property, Set<Misfortune> otherwise) {
    var names = System.getProperty(property);
    if (names == null) {
      return otherwise;
    }
    var named = EnumSet.noneOf(Misfortune.class);
    Arrays.stream(names.split(","))
        .filter(n -> !n.isEmpty())
        .map(Misfortune::valueOf)
        .forEach(named::add);
    return named;
  }
}
