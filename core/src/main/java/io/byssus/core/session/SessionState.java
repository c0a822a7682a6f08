package io.byssus.core.session;

import java.util.Optional;

/**
 * Who has a session: Attached ⇄ Detached; one that is gone has no state. A value with pure
 * transitions. The newest lease is remembered while nobody holds it, so that terms only grow.
 */
public sealed interface SessionState {
  Lease newest();

  /** Held under its newest lease. */
  record Attached(Lease newest) implements SessionState {}

  /** Held by nobody; {@code newest} was given back. */
  record Detached(Lease newest) implements SessionState {}

  static SessionState created(String session, Owner owner) {
    return new Attached(new Lease(session, owner, 1));
  }

  default SessionState claimedBy(Owner owner) {
    return new Attached(new Lease(newest().session(), owner, newest().term() + 1));
  }

  default SessionState released() {
    return new Detached(newest());
  }

  default Optional<Lease> holder() {
    return switch (this) {
      case Attached(var lease) -> Optional.of(lease);
      case Detached _ -> Optional.empty();
    };
  }

  /**
   * Whether {@code lease} may write: all of it must fit, for a store that lost its end may give the
   * same term to two owners.
   */
  default boolean heldUnder(Lease lease) {
    return switch (this) {
      case Attached(var newest) -> newest.equals(lease);
      case Detached _ -> false;
    };
  }
}
