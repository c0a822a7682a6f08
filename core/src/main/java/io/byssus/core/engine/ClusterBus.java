package io.byssus.core.engine;

import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.CloseCode;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Small control messages between the nodes of a cluster: the port of an engine. It never carries
 * what users say. Everything it tells is a hint that may be lost: what must be right is decided by
 * the terms in the {@link io.byssus.core.session.SessionStore}.
 */
public interface ClusterBus {
  /** How long a name is held without being announced again. */
  Duration NAME_LEASE = Duration.ofSeconds(10);

  /**
   * Takes the node's name for this run, or keeps it for another {@link #NAME_LEASE}, and tells all
   * nodes, this one too. Nobody is told when another run has the name.
   */
  CompletionStage<Name> announce(Announcement announcement);

  /** Whose the name is. */
  sealed interface Name {
    /** Another run's. */
    record Refused() implements Name {}

    /**
     * This run's.
     *
     * @param before runs that had it and did not {@link #leave}: they are dead, and sessions may be
     *     attached to them still. Each is remembered longer than its sessions live.
     */
    record Taken(Set<Owner> before) implements Name {
      public Taken {
        before = Set.copyOf(before);
      }
    }
  }

  /**
   * What a node says about itself every other second.
   *
   * @param address where clients reach it, for people
   * @param uptime since this run began
   */
  record Announcement(
      Owner owner,
      String address,
      String version,
      Duration uptime,
      int connections,
      int sessions,
      boolean ready) {}

  /**
   * This run ends, or one that is dead has no sessions any more: gives the name back if it is its
   * own, forgets the run and tells all nodes.
   */
  CompletionStage<Void> leave(Owner owner);

  /** Tells one node, which does not answer. */
  CompletionStage<Void> tell(Owner to, Notice notice);

  /** What one node tells another. */
  sealed interface Notice {
    /** {@code lease} holds no more: its connection is to be closed with {@code code}. */
    record Superseded(Lease lease, CloseCode code) implements Notice {}
  }

  /** A second call replaces the listener. */
  void listen(Listener listener);

  /** Called on any thread; must neither block nor throw. */
  interface Listener {
    void announced(Announcement announcement);

    void left(Owner owner);

    void told(Notice notice);

    /**
     * Whether the engine answers. Told when that changes; until it is told otherwise, a node takes
     * its engine as reachable. When it is reachable again, what it said meanwhile was missed: every
     * lease is to be checked and every inbox to be read. That is also told after an outage so short
     * that it was not told itself.
     */
    void reachable(boolean reachable);

    /**
     * The engine has, or may have, lost something that it had acknowledged, or its clock was set:
     * what is at hand here is to be written anew.
     */
    void forgot();
  }
}
