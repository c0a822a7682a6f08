package io.byssus.core.engine;

import io.byssus.core.lane.Lane;
import io.byssus.core.session.Change;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.CloseCode;
import io.byssus.protocol.ErrorCode;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

    /** Something was appended to the inbox of a session that the node holds. */
    record InboxGrew(String session) implements Notice {}
  }

  /**
   * Asks one node, once. Completes with its reply, or without one when none came {@code within} the
   * time, or as soon as it is known that nobody hears: then what was asked may have been done or
   * not. A reply that comes later, a second time, or from another node is nobody's. Fails with
   * {@link io.byssus.core.NotDoneException} when it surely was not asked.
   *
   * @param timer whose clock and timers are used; from any thread
   */
  CompletionStage<Optional<Reply>> ask(Lane timer, Owner to, Question question, Duration within);

  /** Asks each of these nodes; who could not be asked is silent. */
  default CompletionStage<Answers> askAll(
      Lane timer, Collection<Owner> nodes, Question question, Duration within) {
    CompletionStage<Answers> all = CompletableFuture.completedFuture(Answers.NONE);
    for (var node : nodes) {
      var one =
          ask(timer, node, question, within)
              .exceptionally(failure -> Optional.empty())
              .thenApply(reply -> Answers.of(node, reply));
      all = all.thenCombine(one, Answers::and);
    }
    return all;
  }

  /** What nodes answered, and who did not. */
  record Answers(Map<Owner, Reply> replies, Set<Owner> silent) {
    static final Answers NONE = new Answers(Map.of(), Set.of());

    public Answers {
      replies = Map.copyOf(replies);
      silent = Set.copyOf(silent);
    }

    private static Answers of(Owner node, Optional<Reply> reply) {
      return reply
          .map(said -> new Answers(Map.of(node, said), Set.of()))
          .orElseGet(() -> new Answers(Map.of(), Set.of(node)));
    }

    private Answers and(Answers other) {
      var both = new HashMap<>(replies);
      both.putAll(other.replies);
      var neither = new HashSet<>(silent);
      neither.addAll(other.silent);
      return new Answers(both, neither);
    }
  }

  /** What one node asks another to do. Requests of programs have their place here, too. */
  sealed interface Question {
    /** To change a session that is held under {@code lease}, here and in the store. */
    record ChangeSession(Lease lease, Change change) implements Question {}

    /** To close the connection of a session that is held under {@code lease}. */
    record Disconnect(Lease lease, CloseCode code) implements Question {}

    /** To send the clients of this run elsewhere, and to end. */
    record Drain(Owner node) implements Question {}
  }

  /** What a node answers. */
  sealed interface Reply {
    record Done() implements Reply {}

    /** Surely not done. */
    record Refused(ErrorCode code, String message) implements Reply {}

    /** Surely not done: the lease is not held there. */
    record Lost() implements Reply {}

    /** A node of an older build, which does not know such a question: surely not done. */
    record NotUnderstood() implements Reply {}
  }

  /** A second call replaces the listener. */
  void listen(Listener listener);

  /** Called on any thread; must neither block nor throw. */
  interface Listener {
    void announced(Announcement announcement);

    void left(Owner owner);

    void told(Notice notice);

    /** Does what another node asks for. A stage that fails is not answered. */
    default CompletionStage<Reply> asked(Question question) {
      return CompletableFuture.completedFuture(new Reply.NotUnderstood());
    }

    /** Something was said that this build does not know: that of a newer one, which is ignored. */
    default void notUnderstood(String type) {}

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
