package io.byssus.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns for each network how long a connection may be silent and lives: longer while silences end
 * well, shorter when one ended a connection, and never again as long as one that did. All numbers
 * are seconds. Confined to the lane.
 */
final class AdaptiveInterval {
  private static final double START = 30;
  private static final double GROWTH = 1.5;
  private static final double CEILING = 0.8;
  private static final int GOOD_BEFORE_GROWTH = 2;
  private static final int NETWORKS_MAX = 64;

  private final HeartbeatWish wish;
  // The eldest goes when there are too many.
  private final Map<String, Network> networks =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Network> eldest) {
          return size() > NETWORKS_MAX;
        }
      };
  private Network network;
  private double inForce = HeartbeatWish.MOST;

  AdaptiveInterval(HeartbeatWish wish) {
    this.wish = wish;
    this.network = new Network();
  }

  /** There is a connection in {@code name}; the server lets silences be {@code inForceSeconds}. */
  void connected(String name, int inForceSeconds) {
    network = networks.computeIfAbsent(name, _1 -> new Network());
    inForce = inForceSeconds;
  }

  /** How long to be silent before asking. */
  double seconds() {
    return Math.max(wish.min(), Math.min(network.interval, most()));
  }

  private double most() {
    return Math.min(network.ceiling, Math.min(inForce, wish.max()));
  }

  /** A silent interval has ended with an answer. */
  void answered() {
    network.lastGood = seconds();
    network.good++;
    if (network.good >= GOOD_BEFORE_GROWTH) {
      network.good = 0;
      network.interval = Math.min(seconds() * GROWTH, most());
    }
  }

  /** The connection was found dead, or broke, in a silence. */
  void died() {
    network.ceiling = Math.max(wish.min(), CEILING * seconds());
    network.interval = Math.max(wish.min(), Math.min(network.lastGood, network.ceiling));
    network.good = 0;
  }

  private static final class Network {
    double interval = START;
    double ceiling = HeartbeatWish.MOST;
    double lastGood;
    int good;
  }
}
