package io.byssus.tools.trial;

import java.util.Optional;

/**
 * What a trial cluster shall be.
 *
 * @param nodes how many
 * @param port where nginx listens; the nodes follow, one port each. 0: any free ones
 * @param engine the address of a Redis that runs already, without a password; empty: one is started
 */
public record Plan(int nodes, int port, Optional<String> engine) {
  public static final int NODES_MAX = 9;

  /** So far behind the nodes' ports are those of their APIs: 9081, 9082 … with 8080 for nginx. */
  public static final int API_PORTS = 1_000;
}
