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
 * <p>A session is Attached (it has an owner) or Detached. A detached one exists for the time to
 * live after it was released; from then on it is gone for every step, though only {@link #sweep}
 * removes it. One that is attached stays, whatever the clock says, as long as its owner renews it:
 * when it was not for the time to live, a sweep detaches it, and its time as a detached one begins.
 *
 * <p>A lease holds from its claim until it is superseded or given back. It is the whole of it that
 * holds, owner and term: a store that lost its end may give the same term to two owners.
 *
 * <p>A store may forget: a server lost its memory, or went back to an older one. What is attached
 * is then at hand where it is attached, and is written anew ({@link #restore}). Once it knows that
 * it has lost something, a store fails what is asked of a session that is not there, an append, a
 * claim, a look or a change, with {@link io.byssus.core.NotDoneException}, until those who hold
 * sessions have had the time for that. Who was let in or ended meanwhile is guarded by {@linkplain
 * Tombstone tombstones}, which those who know of it say again ({@link #bury}).
 */
public interface SessionStore {
  /**
   * Makes a session, attached to {@code owner} under term 1, or the one after that of its
   * tombstone. The id is new, or that of a session which is gone: one whose time has passed and
   * that nobody has swept is removed in the same step. When this call is repeated, what has become
   * of the session meanwhile stays as it is.
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

  /**
   * Remembers a subscription and where it starts, in place of what was remembered of it. One that
   * the server made stays the server's until it is removed, whoever subscribes again.
   */
  CompletionStage<Fence> subscribe(
      Lease lease, String channel, Optional<Position> position, Origin origin);

  /** One that the client makes. */
  default CompletionStage<Fence> subscribe(
      Lease lease, String channel, Optional<Position> position) {
    return subscribe(lease, channel, position, Origin.CLIENT);
  }

  CompletionStage<Fence> unsubscribe(Lease lease, String channel);

  /**
   * Moves the acknowledged position of a subscription to where the caller says, be it backwards;
   * does nothing for a channel that is not subscribed.
   */
  CompletionStage<Fence> acknowledge(Lease lease, String channel, Position position);

  /**
   * Starts the time to live of attached sessions anew. One that was detached because its owner was
   * taken for dead, and that nobody has claimed since, is attached again.
   */
  CompletionStage<Renewal> renew(Collection<Lease> leases);

  /**
   * What became of leases beside simply being renewed.
   *
   * @param lost others have these sessions or could have had them, or they have ended
   * @param forgotten the store has no such session, or an older state of it than the lease: {@link
   *     #restore} may bring it back
   * @param regained these hold again
   */
  record Renewal(List<Lease> lost, List<Lease> forgotten, List<Lease> regained) {
    public Renewal {
      lost = List.copyOf(lost);
      forgotten = List.copyOf(forgotten);
      regained = List.copyOf(regained);
    }

    /** Whether all leases hold. */
    public boolean whole() {
      return lost.isEmpty() && forgotten.isEmpty();
    }
  }

  /**
   * Writes a session anew as its holder knows it, attached under {@code lease}: where there is
   * none, or in place of an older state, or of the same one. {@link Fence#LOST}, and nothing is
   * written, when the store knows of a later lease, of another one of the same term, of a tombstone
   * for this term, or that the lease was given back.
   *
   * @param sent the offset of the last directed message that the client was sent: later ones come
   *     after it
   * @param unread whether others may have followed. Where there is nothing of the inbox any more,
   *     its offsets then leap ({@link io.byssus.core.delivery.InboxStore#LEAP}), and its reader
   *     sees that something is missing.
   */
  CompletionStage<Fence> restore(Lease lease, StoredSession known, long sent, boolean unread);

  /**
   * Says again what {@link #remove}, {@link #end} and claims have said: no lease up to these terms
   * holds its session or is restored from here on, for the time to live. Sessions that have one of
   * those are removed, and reported to one caller.
   */
  CompletionStage<List<Gone>> bury(Collection<Tombstone> tombstones);

  /** Detaches: no owner, and the time to live starts. The lease holds no more, for good. */
  CompletionStage<Fence> release(Lease lease);

  /**
   * Removes the session and all its parts at once, whoever holds it, and leaves a tombstone. Empty
   * if there was none.
   */
  CompletionStage<Optional<Gone>> remove(String session);

  /** Like {@link #remove}, if the lease still holds. */
  CompletionStage<Optional<Gone>> end(Lease lease);

  /** Who holds the session now; the outer empty: no such session, the inner one: detached. */
  CompletionStage<Optional<Optional<Lease>>> holder(String session);

  /**
   * The session as others may see it; empty if there is none. Right also while its holder is dead.
   */
  CompletionStage<Optional<FoundSession>> find(String session);

  /**
   * A page of all sessions that the filter takes. A session that is there from the first page to
   * the last is on one of them, maybe on two; one that comes or goes meanwhile may be on one. Each
   * call does bounded work, whatever there is and whatever the filter lets through: a page may be
   * short, or empty, and not be the last.
   *
   * @param cursor {@link SessionList#START}, or what the page before said
   * @param limit at most {@link SessionList#ROWS_MAX}
   * @throws IllegalArgumentException for a cursor that no page said
   */
  CompletionStage<SessionList> list(SessionList.Filter filter, String cursor, int limit);

  /**
   * Changes a session that nobody holds, for somebody else than its holder. One that is held is
   * left as it is: its holder has a copy of it, and changes both. The time to live goes on.
   */
  CompletionStage<Changed> change(String session, Change change);

  /** The outcome of a change. */
  sealed interface Changed {
    /**
     * @param tagsBefore what it was listed under until now
     */
    record Done(String user, Set<String> tagsBefore) implements Changed {}

    /** Nothing was changed. */
    record Held(Lease by) implements Changed {}

    /** There is no such session. */
    record None() implements Changed {}
  }

  /** In so many parts {@link #heldBy} tells what an owner has. */
  int HELD_PARTS = 64;

  /**
   * The ids of sessions that {@code owner} may hold, one part of them: all that it holds are in one
   * of the parts from 0 to {@link #HELD_PARTS} - 1, and maybe some that it holds no more.
   */
  CompletionStage<List<String>> heldBy(Owner owner, int part);

  /**
   * Removes up to {@code limit} detached sessions whose time has passed. Each is reported to one
   * caller, and none that was removed or ended before. Detaches attached ones that were not renewed
   * in time. Leaves no tombstones: who still holds one of them may restore it.
   */
  CompletionStage<List<Gone>> sweep(int limit);

  /**
   * Detaches up to {@code limit} sessions of an owner that is taken for dead. Each is reported to
   * one caller; empty when none is left.
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
