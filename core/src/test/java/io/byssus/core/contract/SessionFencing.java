package io.byssus.core.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.byssus.core.delivery.InboxStore.Append;
import io.byssus.core.session.Lease;
import io.byssus.core.session.Owner;
import io.byssus.protocol.Json;
import io.byssus.protocol.Position;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Only the newest lease writes, whatever the step. */
abstract class SessionFencing extends SessionTests {
  /** A session with something to lose. */
  private Lease createdInUse() {
    var lease = created();
    var start = Optional.of(new Position("epoch", 1));
    assertHeld(sessions.subscribe(lease, Write.SUBSCRIBED, start));
    assertThat(get(here.engine().inboxes().append(lease.session(), Json.of("1"), Optional.empty())))
        .isInstanceOf(Append.Taken.class);
    return lease;
  }

  @ParameterizedTest
  @EnumSource
  void theHolderWrites(Write write) {
    assertHeld(write.by(createdInUse(), here.engine()));
  }

  @ParameterizedTest
  @EnumSource
  void aSupersededHolderWritesNothing(Write write) {
    var stale = createdInUse();
    var taken = granted(there, stale.session());
    assertLost(write.by(stale, here.engine()));
    assertThat(holder(stale)).contains(Optional.of(taken.lease()));
    assertThat(stored(stale)).isEqualTo(taken.session());
  }

  @ParameterizedTest
  @EnumSource
  void aSupersededHolderWritesNothingToADetachedSession(Write write) {
    var stale = createdInUse();
    var taken = granted(there, stale.session());
    assertHeld(elsewhere.release(taken.lease()));
    assertLost(write.by(stale, here.engine()));
    assertThat(holder(stale)).contains(Optional.empty());
    assertThat(stored(stale)).isEqualTo(taken.session());
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "RELEASE")
  void aLeaseThatWasGivenBackWritesNothing(Write write) {
    var lease = createdInUse();
    assertHeld(sessions.release(lease));
    assertLost(write.by(lease, here.engine()));
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @Test
  void aReleaseMayBeRepeated() {
    var lease = created();
    assertHeld(sessions.release(lease));
    assertHeld(sessions.release(lease));
    assertThat(holder(lease)).contains(Optional.empty());
  }

  @ParameterizedTest
  @EnumSource
  void aRestartedNodeDoesNotHoldWhatItsLastRunHeld(Write write) {
    var lease = createdInUse();
    var restarted = new Owner(lease.owner().node(), "another incarnation");
    assertLost(write.by(new Lease(lease.session(), restarted, lease.term()), here.engine()));
    assertThat(holder(lease)).contains(Optional.of(lease));
  }

  @ParameterizedTest
  @EnumSource
  void aTermThatTheStoreHasLostWritesNothing(Write write) {
    var lease = createdInUse();
    var fromBeforeAFailover = new Lease(lease.session(), lease.owner(), lease.term() + 1);
    assertLost(write.by(fromBeforeAFailover, here.engine()));
    assertThat(holder(lease)).contains(Optional.of(lease));
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWritesToARemovedSession(Write write) {
    var lease = createdInUse();
    assertThat(get(sessions.remove(lease.session()))).isPresent();
    assertLost(write.by(lease, here.engine()));
    assertThat(holder(lease)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWritesToASessionWhoseTimeHasPassed(Write write) {
    var lease = createdInUse();
    assertHeld(sessions.release(lease));
    engine.advance(ttl);
    assertLost(write.by(lease, here.engine()));
    assertThat(holder(lease)).isEmpty();
  }
}
