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

  /**
   * Held by nobody.
   *
   * @param givenBack whether its holder gave {@code newest} back; else it was taken for dead, and
   *     has it again as soon as it says so
   */
  record Detached(Lease newest, boolean givenBack) implements SessionState {}

  default SessionState claimedBy(Owner owner) {
    return new Attached(new Lease(newest().session(), owner, newest().term() + 1));
  }

  /** Whether this is an older state of the session than the one in which the lease was given. */
  default boolean olderThan(Lease lease) {
    return newest().term() < lease.term();
  }

  /** Whether nobody has claimed it since the holder of the lease was taken for dead. */
  default boolean awaits(Lease lease) {
    return switch (this) {
      case Attached _ -> false;
      case Detached(var newest, var givenBack) -> !givenBack && newest.equals(lease);
    };
  }

  default SessionState released() {
    return new Detached(newest(), true);
  }

  /** Its holder is taken for dead. */
  default SessionState abandoned() {
    return new Detached(newest(), false);
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
