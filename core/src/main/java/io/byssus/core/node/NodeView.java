package io.byssus.core.node;

import io.byssus.core.session.Owner;
import java.time.Duration;

/**
 * A node of the cluster as another one sees it.
 *
 * @param address where clients reach it, for people
 * @param uptime as of its last announcement
 * @param self whether it is the one that looks
 */
public record NodeView(
    Owner owner,
    State state,
    String address,
    String version,
    Duration uptime,
    int connections,
    int sessions,
    boolean ready,
    boolean self) {
  /** What its silence says. */
  public enum State {
    ALIVE,
    /** It has not been heard for a while, and may be gone. */
    SUSPECT
  }
}
