package io.byssus.core.session;

import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Keeps sessions beyond their connections: the port of an engine.
 *
 * <p>Each call is one atomic step, and calls on one session take effect in the order in which one
 * thread makes them. A stage completes on any thread; it fails only when the engine cannot be
 * reached, and then the step may or may not have happened, or surely has not: {@link
 * io.byssus.core.NotDoneException}. All steps may be repeated: they write the same again, a claim
 * under one more term. The parts of a session (attributes, subscriptions, inbox) are one: they live
 * and expire together.
 *
 * <p>A session is Attached (it has an owner) or Detached; it exists for the time to live after it
 * was last made, claimed, renewed or released. From then on it is gone for every step, though only
 * {@link #sweep} removes it.
 *
 * <p>A lease holds from its claim until it is superseded or given back. It is the whole of it that
 * holds, owner and term: a store that lost its end may give the same term to two owners.
 */
public interface SessionStore {
  /**
   * Makes a session, attached to {@code owner} under term 1. The id is new, or that of a session
   * which is gone: one whose time has passed and that nobody has swept is removed in the same step.
   * When this call is repeated, what has become of the session meanwhile stays as it is.
   */
  CompletionStage<Created> create(NewSession session, Owner owner);

  /**
   * @param replaced the session that was removed to make this one, reported here and by no sweep
   */
  record Created(Lease lease, Optional<Gone> replaced) {}

  /**
   * @param attributes those that are {@link Json#NULL} are left out
   * @param token hash of the resume token
   */
  record NewSession(
      String id, String user, Map<String, Json> attributes, Set<String> tags, TokenHash token) {}

  /**
   * Takes the session over, or attaches it again, under the next term: whoever held it is fenced
   * from here on. {@code presented} must be one of its live tokens, as {@link ResumeTokens} tells,
   * and {@code next} becomes one: so a client that never heard of its newest token can come again
   * with the one it has.
   */
  CompletionStage<Claim> claim(
      String session, String user, TokenHash presented, TokenHash next, Owner owner);

  /** The outcome of a claim. */
  sealed interface Claim {
    /**
     * @param previous who held it until now; empty when it was detached
     */
    record Granted(Lease lease, StoredSession session, Optional<Lease> previous) implements Claim {}

    /** There is no such session, any more or at all. */
    record Expired() implements Claim {}

    /** The token or the user is not the session's; nothing changed. */
    record Refused() implements Claim {}
  }

  /**
   * Sets attributes, of which {@link Json#NULL} removes one, and, where they are given, tags in
   * place of all that were there.
   */
  CompletionStage<Fence> set(Lease lease, Map<String, Json> attributes, Optional<Set<String>> tags);

  /** Remembers a subscription and where it starts, in place of what was remembered of it. */
  CompletionStage<Fence> subscribe(Lease lease, String channel, Optional<Position> position);

  CompletionStage<Fence> unsubscribe(Lease lease, String channel);

  /**
   * Moves the acknowledged position of a subscription to where the caller says, be it backwards;
   * does nothing for a channel that is not subscribed.
   */
  CompletionStage<Fence> acknowledge(Lease lease, String channel, Position position);

  /** Starts the time to live of attached sessions anew. Answers the leases that do not hold. */
  CompletionStage<List<Lease>> renew(Collection<Lease> leases);

  /** Detaches: no owner, and the time to live starts. The lease holds no more. */
  CompletionStage<Fence> release(Lease lease);

  /** Removes the session and all its parts at once, whoever holds it. Empty if there was none. */
  CompletionStage<Optional<Gone>> remove(String session);

  /** Like {@link #remove}, if the lease still holds. */
  CompletionStage<Optional<Gone>> end(Lease lease);

  /** Who holds the session now; the outer empty: no such session, the inner one: detached. */
  CompletionStage<Optional<Optional<Lease>>> holder(String session);

  /** In so many parts {@link #heldBy} tells what an owner has. */
  int HELD_PARTS = 64;

  /**
   * The ids of sessions that {@code owner} may hold, one part of them: all that it holds are in one
   * of the parts from 0 to {@link #HELD_PARTS} - 1, and maybe some that it holds no more.
   */
  CompletionStage<List<String>> heldBy(Owner owner, int part);

  /**
   * Removes up to {@code limit} sessions whose time has passed. Each is reported to one caller, and
   * none that was removed or ended before.
   */
  CompletionStage<List<Gone>> sweep(int limit);

  /**
   * Detaches, as {@link #release} would, up to {@code limit} sessions of an owner that is dead.
   * Each is reported to one caller; empty when none is left.
   */
  CompletionStage<List<Orphan>> abandon(Owner dead, int limit);

  /**
   * A session whose owner died, and what it was subscribed to: presence it can be in no longer.
   *
   * @param lease by which the dead had it
   */
  record Orphan(Lease lease, Set<String> channels) {
    public String session() {
      return lease.session();
    }
  }

  /**
   * What the removed session leaves to clean up elsewhere: directory entries and presence.
   *
   * @param newest the last lease that it was attached under
   */
  record Gone(Lease newest, String user, Set<String> tags, Set<String> channels) {
    public String session() {
      return newest.session();
    }
  }
}
